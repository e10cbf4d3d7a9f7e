"""Where in an answer a fault happens, and the division of the frames there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from cgb.testing.gemini_server.faults.events import Frame

if TYPE_CHECKING:
    from cgb.testing.gemini_server.calls import Json

Options: TypeAlias = Mapping[str, Any]
# Before the first part, mid thinking, mid text, after a tool call, and after all content but before the finish.
FIRST, THINKING, TEXT, CALL, LAST = PLACES = ("first", "thinking", "text", "call", "last")
ANYWHERE = frozenset(PLACES)
AT_FIRST = frozenset({FIRST})
AT_LAST = frozenset({LAST})
ENDING = ("finishReason", "finishMessage", "groundingMetadata", "continuationToken")


def places_in(good: list[Frame]) -> frozenset[str]:
    """The places this answer has."""
    kinds = {kind_of(frame) for frame in good}
    return frozenset({FIRST, LAST} | (kinds & {THINKING, TEXT, CALL}))


def kind_of(frame: Frame) -> str:
    """Which of the places lies in or after this frame; "" when it says nothing."""
    for part in _parts(frame):
        if "functionCall" in part:
            return CALL
        if part.get("text"):
            return THINKING if part.get("thought") else TEXT
    return ""


def divide(good: list[Frame], options: Options) -> tuple[list[Frame], list[Frame]]:
    """The frames before and after the place that `at` names, or the first `after` and the rest.

    The rest is never empty: it has the finish reason.
    """
    place = options.get("at")
    if place is None:
        number = min(int(options.get("after", 0)), max(len(good) - 1, 0))
        return good[:number], good[number:]
    if place == FIRST:
        return [], good
    spread = _with_bare_end(good)
    if place == LAST:
        return spread[:-1], spread[-1:]
    return _amid(spread, place)


def _amid(spread: list[Frame], place: str) -> tuple[list[Frame], list[Frame]]:
    found = [index for index, frame in enumerate(spread) if kind_of(frame) == place]
    if place == CALL:
        return spread[: found[0] + 1], spread[found[0] + 1 :]
    middle = found[(len(found) - 1) // 2]
    if len(found) > 1:
        return spread[: middle + 1], spread[middle + 1 :]
    first, second = _halves(spread[middle])
    return [*spread[:middle], first], [second, *spread[middle + 1 :]]


def _with_bare_end(good: list[Frame]) -> list[Frame]:
    """The frames with the finish reason in a frame that says nothing else."""
    last = good[-1]
    if not kind_of(last):
        return good
    candidate = last.body["candidates"][0]
    said = {name: value for name, value in candidate.items() if name not in ENDING}
    end = {**candidate, "content": {"role": "model"}}
    return [*good[:-1], _with_candidate(last, said), _with_candidate(last, end)]


def _halves(frame: Frame) -> tuple[Frame, Frame]:
    part = _parts(frame)[0]
    half = (len(part["text"]) + 1) // 2
    first = {name: value for name, value in part.items() if name != "thoughtSignature"}
    return with_part(frame, {**first, "text": part["text"][:half]}), with_part(
        frame, {**part, "text": part["text"][half:]}
    )


def with_part(frame: Frame, part: Json) -> Frame:
    """The same frame with another part."""
    candidate = frame.body["candidates"][0]
    return _with_candidate(frame, {**candidate, "content": {**candidate["content"], "parts": [part]}})


def _with_candidate(frame: Frame, candidate: Json) -> Frame:
    return Frame({**frame.body, "candidates": [candidate]})


def _parts(frame: Frame) -> list[Json]:
    return list(frame.body["candidates"][0]["content"].get("parts", ()))


def rest_of(good: list[Frame], before: list[Frame]) -> Json:
    """The members beside the candidates, for a frame put in after `before`: the usage is of what was said so far."""
    frames = before or good
    usage = dict(frames[-1].body["usageMetadata"])
    if not before:
        usage["totalTokenCount"] -= usage.pop("candidatesTokenCount", 0)
    body = {key: value for key, value in frames[-1].body.items() if key != "candidates"}
    return {**body, "usageMetadata": usage}


def said(good: list[Frame], before: list[Frame], content: Json | None, **more: Any) -> Frame:
    """A frame put in after `before`; without a content where that is None."""
    spoken = {} if content is None else {"content": {**content, "role": "model"}}
    return Frame({"candidates": [{**spoken, **more, "index": 0}], **rest_of(good, before)})
