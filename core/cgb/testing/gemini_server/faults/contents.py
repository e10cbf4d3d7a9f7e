"""Frames with something odd in them, and errors among the frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cgb.testing.gemini_server import signatures
from cgb.testing.gemini_server.faults.events import ErrorFrame, Event, Frame, Raw, Reply
from cgb.testing.gemini_server.faults.fault import STREAMED, Fault, Rewrite
from cgb.testing.gemini_server.faults.places import (
    AT_LAST,
    CALL,
    TEXT,
    THINKING,
    Options,
    divide,
    kind_of,
    said,
    with_part,
)
from cgb.testing.gemini_server.faults.statuses import error
from cgb.testing.gemini_server.wire import pretty

if TYPE_CHECKING:
    from collections.abc import Callable

    from cgb.testing.gemini_server.calls import Json

CATALOGUE = "Gemini API contract, stream failure catalogue"
SHAPE = "Gemini API contract, response shape"
ONLY_STREAMED = (STREAMED,)
SPOKEN = frozenset({TEXT, THINKING})
MODAL = frozenset({CALL, TEXT, THINKING})
EMOJI = "\N{GRINNING FACE}"
SEPARATORS = "\u2028\u2029\x85\x0b\x0c"
HUGE = 1 << 20
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
JSON = "application/json; charset=UTF-8"


def _error(*, bare: bool) -> Rewrite:
    def rewrite(good: list[Frame], options: Options) -> list[Event]:
        return [*divide(good, options)[0], ErrorFrame(error(options), bare=bare)]

    return rewrite


def _error_array(good: list[Frame], options: Options) -> list[Event]:
    return [*divide(good, options)[0], Raw(pretty([error(options).body()]))]


def _error_array_plain(_good: list[Frame], options: Options) -> list[Event]:
    return [Reply(error(options).code, JSON, pretty([error(options).body()]))]


def _parts(*parts: Json) -> Rewrite:
    """A frame with these parts put in."""

    def rewrite(good: list[Frame], options: Options) -> list[Event]:
        before, after = divide(good, options)
        return [*before, *(said(good, before, {"parts": [part]}) for part in parts), *after]

    return rewrite


def _texts(*texts: str) -> Rewrite:
    """Frames with these texts put in: thoughts mid thinking, else text."""

    def rewrite(good: list[Frame], options: Options) -> list[Event]:
        thought = {"thought": True} if options.get("at") == THINKING else {}
        return list(_parts(*({"text": text, **thought} for text in texts))(good, options))

    return rewrite


def _each(change: Callable[[Json], Json]) -> Rewrite:
    """Every frame from the place on, changed."""

    def rewrite(good: list[Frame], options: Options) -> list[Event]:
        before, after = divide(good, options)
        return [*before, *(Frame(change(frame.body)) for frame in after)]

    return rewrite


def _nulls(body: Json) -> Json:
    (candidate,) = body["candidates"]
    content = {"parts": None, **candidate["content"]}
    absent = dict.fromkeys(("finishReason", "finishMessage", "safetyRatings", "citationMetadata", "groundingMetadata"))
    usage = {"cachedContentTokenCount": None, "toolUsePromptTokenCount": None, **body["usageMetadata"]}
    candidates = [{**absent, **candidate, "content": content}]
    return {"promptFeedback": None, **body, "candidates": candidates, "usageMetadata": usage}


def _without_usage(body: Json) -> Json:
    return {name: value for name, value in body.items() if name != "usageMetadata"}


def _without_count(body: Json) -> Json:
    usage = {name: value for name, value in body["usageMetadata"].items() if name != "candidatesTokenCount"}
    return {**body, "usageMetadata": usage}


def _decreasing(good: list[Frame], options: Options) -> list[Event]:
    before, after = divide(good, options)
    more = {"candidatesTokenCount": 1_000, "totalTokenCount": 10_000}
    inflated = [Frame({**frame.body, "usageMetadata": {**frame.body["usageMetadata"], **more}}) for frame in after]
    return [*before, *inflated[:-1], after[-1]]


def _trailing_usage(good: list[Frame], options: Options) -> list[Event]:
    before, (end,) = divide(good, {**options, "at": "last"})
    return [*before, Frame(_without_usage(end.body)), Frame({**end.body, "candidates": []})]


def _metadata_only(good: list[Frame], options: Options) -> list[Event]:
    before, after = divide(good, options)
    queries = {"webSearchQueries": ["weather"]}
    return [*before, said(good, before, None, groundingMetadata=queries), *after]


def _duplicate(good: list[Frame], options: Options) -> list[Event]:
    before, after = divide(good, options)
    return [*before, *before[-1:], *after]


def _after_finish(*, finishes: bool) -> Rewrite:
    def rewrite(good: list[Frame], _options: Options) -> list[Event]:
        ending = {"finishReason": "STOP"} if finishes else {}
        content = {} if finishes else {"parts": [{"text": " This comes too late."}]}
        return [*good, said(good, good, content, **ending)]

    return rewrite


def _calls(change: Callable[[Frame], list[Frame]]) -> Rewrite:
    """Every frame that holds a function call, changed."""

    def rewrite(good: list[Frame], _options: Options) -> list[Event]:
        return [made for frame in good for made in (change(frame) if kind_of(frame) == CALL else [frame])]

    return rewrite


def _part_of(frame: Frame) -> Any:
    return frame.body["candidates"][0]["content"]["parts"][0]


def _without_args(frame: Frame) -> list[Frame]:
    part = _part_of(frame)
    call = {name: value for name, value in part["functionCall"].items() if name != "args"}
    return [with_part(frame, {**part, "functionCall": call})]


def _prefixed(frame: Frame) -> list[Frame]:
    part = _part_of(frame)
    call = {**part["functionCall"], "name": f"default_api:{part['functionCall']['name']}"}
    return [with_part(frame, {**part, "functionCall": call})]


def _signed_before(frame: Frame) -> list[Frame]:
    part = dict(_part_of(frame))
    # Minted for where it stands: that is where it has to come back.
    empty = {"text": "", "thoughtSignature": signatures.mint("text")}
    ahead = [with_part(frame, empty)] if part.pop("thoughtSignature", None) else []
    return [*ahead, with_part(frame, part)]


def _odd(name: str, summary: str, rewrite: Rewrite, source: str = CATALOGUE, **more: Any) -> Fault:
    return Fault(name, summary, source, rewrite, **{"harmless": True, **more})


def _call(name: str, summary: str, change: Callable[[Frame], list[Frame]], **more: Any) -> Fault:
    return _odd(name, summary, _calls(change), places=frozenset({CALL}), **more)


CODE = {"executableCode": {"language": "PYTHON", "code": "print(1)"}}
RESULT = {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1\n"}}
SEARCH = {"toolCall": {"toolType": "GOOGLE_SEARCH_WEB", "args": {"queries": ["weather"]}, "id": "search01"}}
FOUND = {"toolResponse": {"toolType": "GOOGLE_SEARCH_WEB", "response": {}, "id": "search01"}}
FAULTS = (
    Fault("error_frame", "an error as an event, after the status 200", CATALOGUE, _error(bare=False), after=1),
    Fault("bare_error", "an error without `data:`, after the status 200", CATALOGUE, _error(bare=True), after=1),
    Fault("error_array", "an error as a JSON array", CATALOGUE, _error_array, plain=_error_array_plain),
    _odd("null_fields", "`null` where a member may be absent", _each(_nulls)),
    _odd("usage_missing", "no `usageMetadata`", _each(_without_usage)),
    _odd("usage_no_candidates_count", "no `candidatesTokenCount`", _each(_without_count)),
    _odd("usage_decreasing", "the last usage is smaller than those before", _decreasing, forms=ONLY_STREAMED),
    _odd("usage_trailing", "the usage comes after the finish", _trailing_usage, places=AT_LAST, forms=ONLY_STREAMED),
    _odd("metadata_only", "a candidate with grounding metadata and no content", _metadata_only, SHAPE),
    _odd(
        "duplicate_chunk",
        "a frame comes twice, which nobody can tell from a repetition",
        _duplicate,
        places=MODAL,
        forms=ONLY_STREAMED,
        harmless=False,
        final=True,
    ),
    _odd(
        "text_after_finish",
        "a frame with text after the finish",
        _after_finish(finishes=False),
        places=AT_LAST,
        forms=ONLY_STREAMED,
    ),
    _odd("two_finishes", "two finish reasons", _after_finish(finishes=True), places=AT_LAST, forms=ONLY_STREAMED),
    _call("args_missing", "a function call without `args`", _without_args),
    _call("prefixed_name", "a function's name begins with `default_api:`", _prefixed),
    _call(
        "signature_before_call", "a call's signature on an empty text before it", _signed_before, forms=ONLY_STREAMED
    ),
    _odd("server_tool", "parts of a tool the service runs itself", _parts(SEARCH, FOUND)),
    _odd("code_execution", "parts of executed code", _parts(CODE, RESULT)),
    _odd("inline_image", "an image part", _parts({"inlineData": {"mimeType": "image/png", "data": PIXEL}})),
    _odd("unknown_part", "a part of a kind nobody knows", _parts({"somethingNew": {"a": 1}})),
    _odd(
        "line_separators", "raw U+2028, U+2029, U+0085, VT and FF", _texts(SEPARATORS), places=SPOKEN, adds=SEPARATORS
    ),
    _odd(
        "surrogates",
        "a surrogate pair split over two frames",
        _texts("\ud83d", "\ude00"),
        places=SPOKEN,
        forms=ONLY_STREAMED,
        adds=EMOJI,
    ),
    _odd("huge_chunk", "a frame of 1 MiB", _texts("x" * HUGE), places=SPOKEN, adds="x" * HUGE),
)
