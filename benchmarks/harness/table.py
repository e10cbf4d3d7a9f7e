"""The figures as Markdown: goals with the worst and best round beside, and what each server used."""

from __future__ import annotations

import os
from statistics import median
from typing import TYPE_CHECKING

from harness.goals import BRIDGE, GOALS, Goal
from harness.targets import SCALING, TWO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from harness.rounds import Round, Shot


def goals(rounds: list[Round]) -> str:
    """Every goal: median and spread over the rounds, and whether it is reached."""
    rows = [("figure", "", "cgb (lowest to highest)", "must", "", "stretch", "")]
    for goal in GOALS:
        values = list(_values(goal, rounds))
        limits = [cell for limit in (goal.must, goal.stretch) for cell in _judged(goal, limit, values)]
        rows.append((goal.name, goal.unit, _goal_spread(goal, values), *limits))
    return _table(rows)


def _goal_spread(goal: Goal, values: list[float]) -> str:
    if len(values) > 1:
        return f"{_told(goal, median(values))} ({_told(goal, min(values))} to {_told(goal, max(values))})"
    return _told(goal, values[0]) if values else "not measured"


def _judged(goal: Goal, limit: float | None, values: list[float]) -> tuple[str, str]:
    """A limit, and whether it is kept."""
    if limit is None:
        return "", ""
    return _limit(goal, limit), _mark(median(values), limit) if values else ""


def _values(goal: Goal, rounds: list[Round]) -> Iterator[float]:
    for found in rounds:
        try:
            yield goal.figure(found)
        except KeyError:
            continue


def _mark(value: float, limit: float) -> str:
    return "✓" if value <= limit else "✗"


def _limit(goal: Goal, limit: float) -> str:
    return f"≤ {f'1/{1 / limit:.0f}' if goal.unit.startswith('÷') else f'{limit:g}'}"


def _told(goal: Goal, value: float) -> str:
    return f"1/{1 / value:.0f}" if goal.unit.startswith("÷") and value > 0 else _short(value)


def cpu(rounds: list[Round]) -> str:
    """Milliseconds of CPU an answer, by server and scenario."""
    return _by_scenario(rounds, lambda shot: shot.cpu_ms)


def first_text(rounds: list[Round]) -> str:
    """Milliseconds until the first text, by server and scenario."""
    return _by_scenario(rounds, lambda shot: shot.first_text_ms)


def per_second(rounds: list[Round]) -> str:
    """Answers a second, by server and scenario."""
    return _by_scenario(rounds, lambda shot: shot.per_second)


def _by_scenario(rounds: list[Round], figure: Callable[[Shot], float]) -> str:
    scenarios = dict.fromkeys(name for shots in rounds[0].shots.values() for name in shots)
    rows = [("server", *scenarios)]
    for target, shots in rounds[0].shots.items():
        if shots:
            cells = [
                [figure(found.shots[target][name]) for found in rounds] if name in shots else [] for name in scenarios
            ]
            rows.append((target, *map(_spread, cells)))
    return _table(rows)


def starts(rounds: list[Round]) -> str:
    """How each server started."""
    rows: list[tuple[str, ...]] = [("server", "healthy, s", "first message, s", "memory, MB")]
    for target in rounds[0].starts:
        found = [one.starts[target] for one in rounds]
        seconds = [one.healthy_s for one in found], [one.message_s for one in found]
        rows.append((target, *map(_spread, seconds), _spread([one.memory_mb for one in found])))
    return _table(rows)


def busiest(rounds: list[Round]) -> str:
    """How near the harness was to its own limits: the load client and the upstream at their busiest."""
    shots = [shot for one in rounds for found in one.shots.values() for name, shot in found.items() if "20000" in name]
    if not shots:
        return "No paced streams were measured."
    client, upstream = max(one.client_cores for one in shots), max(one.upstream_cores for one in shots)
    busy = f"the load client was busy for at most {client:.0%} of a core, the upstream for {upstream:.0%}"
    return f"With paced streams {busy}."


def scaling(rounds: list[Round]) -> str:
    """What a second process brings, and how many cores each of the parties had."""
    rows = [
        ("", "answers per second: one", "two", "times", "at most", "cores with two: server", "load client", "upstream")
    ]
    for scenario in sorted(SCALING):
        pairs = [(one.shots[BRIDGE][scenario], one.shots[TWO][scenario]) for one in rounds if _has(one, scenario)]
        figures: list[list[float]] = [
            [one.per_second for one, _ in pairs],
            [two.per_second for _, two in pairs],
            [two.per_second / one.per_second for one, two in pairs],
            [(os.cpu_count() or 1) / (1 + one.client_cores + one.upstream_cores) for one, _ in pairs],
            [two.server_cores for _, two in pairs],
            [two.client_cores for _, two in pairs],
            [two.upstream_cores for _, two in pairs],
        ]
        rows.append((scenario, *map(_spread, figures)))
    return _table(rows)


def _has(found: Round, scenario: str) -> bool:
    return all(scenario in found.shots.get(target, ()) for target in (BRIDGE, TWO))


def _spread(values: list[float]) -> str:
    if len(values) > 1:
        return f"{_short(median(values))} ({_short(min(values))} to {_short(max(values))})"
    return _short(values[0]) if values else ""


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"  # noqa: PLR2004


def _table(rows: Iterable[tuple[str, ...]]) -> str:
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, "|" + "---|" * (head.count("|") - 1), *body])
