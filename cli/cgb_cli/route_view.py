"""What rules said to a request, as people read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cgb.explain import Explanation

_ALWAYS = {"fact": "always:", "wanted": "there are no conditions", "found": "", "holds": True}


def rules_of(found: Explanation) -> list[dict[str, Any]]:
    """What rules said, as the plugins that have some noted it: their notes' data has `rules`."""
    rules = [rule for note in found.notes for rule in note.data.get("rules", ())]
    told: list[dict[str, Any]] = orjson.loads(orjson.dumps(rules))
    return told


def shown(rules: Sequence[Mapping[str, Any]]) -> Iterator[Text]:
    """A few lines for each rule: what became of it, and each of its conditions with what was found."""
    winner = next((rule["rule"] for rule in rules if rule["wins"]), None)
    for rule in rules:
        yield _outcome(rule, winner)
        for place, conditions in enumerate(rule["when"]):
            if place:
                yield Text("      or")
            yield from map(_condition, conditions or [_ALWAYS])
        if rule["remark"]:
            yield Text(f"      {rule['remark']}", "yellow")


def _outcome(rule: Mapping[str, Any], winner: int | None) -> Text:
    name = f' "{rule["name"]}"' if rule["name"] else ""
    became = ("does not hold", "dim")
    if rule["wins"]:
        became = ("wins", "bold green")
    elif rule["holds"]:
        became = (f"holds, but rule {winner} comes first", "yellow")
    return Text.assemble(f"  {rule['rule']}{name} → {', '.join(rule['to'])}  ", became)


def _condition(one: Mapping[str, Any]) -> Text:
    mark = ("✓ ", "green") if one["holds"] else ("✗ ", "red")
    wanted = f": wanted {one['wanted']}, found {one['found']}" if one["found"] else f" {one['wanted']}"
    return Text.assemble("      ", mark, f"{one['fact']}{wanted}")
