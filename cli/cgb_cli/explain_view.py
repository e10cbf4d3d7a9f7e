"""An explanation as people read it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from .json_lines import diff_lines, json_lines
from .route_view import rules_of
from .route_view import shown as shown_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cgb.explain import AttemptStages, Change, Decision, Explanation, Stage, StreamStage, WrapStage
    from cgb.transport import Route

_PLUGIN = "cyan"


def shown(found: Explanation) -> Iterator[Text]:
    """Its lines, stage by stage in the order a request meets them, then the answer's way back."""
    yield facts(found)
    yield from _stages("rewrite_request", found.rewrite_request)
    yield from choice(found)
    yield from _attempts(found.attempts)
    yield from _wrappers(found.wrap_transport)
    yield from _answer(found)
    yield from _notes(found)
    yield from failure(found)


def failure(found: Explanation) -> Iterator[Text]:
    """What the client would see of a failure, if there was one."""
    if found.error:
        error = found.error["error"]
        yield Text()
        yield Text(f"{found.error['status']} {error['type']}: {error['message']}", "bold red")


def facts(found: Explanation) -> Text:
    """What the request is, in one line."""
    told = found.request
    figures = f"messages: {told.messages}, tools: {told.tools}, tokens: about {told.tokens:,}"
    return Text.assemble(("request", "bold"), f"  {told.kind}, {told.model}, {figures}")


def _head(title: str, more: str = "") -> Iterator[Text]:
    yield Text()
    yield Text.assemble((title, "bold"), f"  {more}" if more else "")


def _stages(hook: str, stages: Sequence[Stage]) -> Iterator[Text]:
    if not stages:
        return
    yield from _head(hook)
    for stage in stages:
        if stage.changes:
            yield from _changes(stage.plugin, stage.changes)
    if unchanged := [stage.plugin for stage in stages if not stage.changes]:
        yield _unchanged(unchanged)


def _changes(plugin: str, changes: Sequence[Change], more: str = "") -> Iterator[Text]:
    yield Text.assemble("  ", (plugin, _PLUGIN), f"  {more}" if more else "")
    yield from diff_lines(changes)


def _unchanged(plugins: Sequence[str]) -> Text:
    return Text(f"  unchanged: {', '.join(plugins)}", "dim")


def choice(found: Explanation) -> Iterator[Text]:
    """What rules said, who was asked for a route, and what each answered."""
    if rules := rules_of(found):
        yield from _head("rules", "the first that holds wins")
        yield from shown_rules(rules)
    if found.choose_route or found.route:
        yield from _head("choose_route")
    for decision in found.choose_route:
        yield Text.assemble("  ", (decision.plugin, _PLUGIN), "  ", *_decided(decision))


def _decided(decision: Decision) -> list[Any]:
    if decision.route is None:
        return [("no say", "dim")]
    why = "the model is on its list" if decision.listed else ""
    return [(str(decision.route), "bold green"), _because(decision.route.why or why), _more_of(decision.route)]


def _because(why: str) -> str:
    return f"  ({why})" if why else ""


def _more_of(route: Route) -> str:
    """What else a route says."""
    fallbacks = f"; then {', '.join(map(str, route.fallbacks))}" if route.fallbacks else ""
    return fallbacks + _options(route)


def _options(route: Route) -> str:
    return f"; options {dict(route.options)}" if route.options else ""


def _attempts(attempts: Sequence[AttemptStages]) -> Iterator[Text]:
    told: list[Any] = []
    for number, attempt in enumerate(attempts, 1):
        way_out = [attempt.set, attempt.fit_request, attempt.target, attempt.body]
        if len(attempts) > 1:
            same = ", with the same request" if way_out == told else ""
            yield from _head(f"attempt {number}", f"{attempt.route}{_options(attempt.route)}{same}")
        if way_out != told:
            yield from _way_out(attempt)
        told = way_out
        if attempt.transform_stream:
            yield from _head("transform_stream", "the way back")
            yield from _streams(attempt.transform_stream)


def _way_out(attempt: AttemptStages) -> Iterator[Text]:
    if attempt.set:
        yield from _head("set by the route")
        yield from diff_lines(attempt.set)
    yield from _stages("fit_request", attempt.fit_request)
    if attempt.target is not None:
        yield from _head("target", str(attempt.route))
        facts = (f"{name}={value}" for name, value in asdict(attempt.target).items() if value not in ((), (0, 0)))
        yield Text(f"  {', '.join(facts)}")
        yield from _body(attempt)


def _body(attempt: AttemptStages) -> Iterator[Text]:
    if attempt.body is None:
        yield from _head("body", f"{attempt.route.transport} cannot say what it sends")
        return
    yield from _head("body", f"what {attempt.route.transport} sends; long values are shortened, --json shows all")
    yield from json_lines(attempt.body)


def _streams(stages: Sequence[StreamStage]) -> Iterator[Text]:
    for stage in stages:
        if _differs(stage):
            yield from _changes(stage.plugin, stage.changes, _counts(stage))
    if unchanged := [f"{stage.plugin} ({stage.received} events)" for stage in stages if not _differs(stage)]:
        yield _unchanged(unchanged)


def _differs(stage: StreamStage) -> bool:
    return bool(stage.changed or stage.added or stage.removed)


def _counts(stage: StreamStage) -> str:
    counts = {"changed": stage.changed, "added": stage.added, "removed": stage.removed}
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    return f"{stage.received} events → {stage.yielded}: {told}"


def _wrappers(stages: Sequence[WrapStage]) -> Iterator[Text]:
    """What wrappers did; nothing is said where they handed everything on as it was."""
    active = [one for one in stages if len(one.asked) != 1 or one.asked[0].changes or _differs(one.stream)]
    if not active:
        return
    yield from _head("wrap_transport", "round all attempts")
    for stage in active:
        times = f"asked {len(stage.asked)} times" if len(stage.asked) != 1 else "asked once"
        yield from _changes(stage.plugin, (), times if stage.asked else "answered by itself")
        for asking in stage.asked:
            if asking.changes:
                yield Text(f"    {asking.route}{_options(asking.route)}")
                yield from diff_lines(asking.changes)
        if _differs(stage.stream) and stage.asked:
            yield Text(f"    {_counts(stage.stream)}")
            yield from diff_lines(stage.stream.changes)


def _answer(found: Explanation) -> Iterator[Text]:
    if found.answer is not None:
        yield from _head("answer", "what the client gets")
        yield from json_lines(found.answer)


def _notes(found: Explanation) -> Iterator[Text]:
    if found.notes:
        yield from _head("notes")
    for note in found.notes:
        yield Text.assemble("  ", (note.plugin, _PLUGIN), f"  {note.kind}: {note.text}")
