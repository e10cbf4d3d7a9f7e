"""The ways an answer can go wrong. A fault is one entry in `FAULTS`: it rewrites the events of a good answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from cgb.testing.gemini_server.calls import Json  # noqa: TC001 - a dataclass field
from cgb.testing.gemini_server.errors import STATUS_NAMES, GoogleError, retry_info


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a stream."""

    body: Json


@dataclass(frozen=True, slots=True)
class ErrorFrame:
    """An error after the status was already 200: as an event, or `bare` without any `data:`."""

    error: GoogleError
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes as they are."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection breaks."""


@dataclass(frozen=True, slots=True)
class Hang:
    """Nothing more comes, until the client leaves."""

    headers: bool = field(default=True)


Event: TypeAlias = Frame | ErrorFrame | Raw | Cut | Hang
Options: TypeAlias = Mapping[str, Any]
Fault: TypeAlias = Callable[[list[Event], Options], list[Event]]
MESSAGES = {
    400: "Request contains an invalid argument.",
    429: "You exceeded your current quota, please check your plan and billing details.",
    500: "An internal error has occurred. Please retry or report in "
    "https://developers.generativeai.google/guide/troubleshooting",
    503: "This model is currently experiencing high demand. Spikes in demand are usually temporary. "
    "Please try again later.",
    504: "The request timed out. Please try again.",
}


def apply(events: list[Event], fault: Options | None) -> list[Event]:
    """The events of an answer after its fault, if it has one."""
    if fault is None:
        return events
    kind = str(fault.get("kind"))
    if kind not in FAULTS:
        raise GoogleError(400, f"The script names an unknown fault {kind!r}; known are {', '.join(FAULTS)}.")
    return FAULTS[kind](events, fault)


def error(options: Options, default: int = 503) -> GoogleError:
    """The error a fault's options describe: `status`, `name`, `message`, `details`, `retryDelay`."""
    code = int(options.get("status", default))
    details = list(options.get("details", ()))
    if "retryDelay" in options:
        details.append(retry_info(str(options["retryDelay"])))
    message = options.get("message", MESSAGES.get(code, f"Simulated error {code}."))
    return GoogleError(code, str(message), status=options.get("name", STATUS_NAMES.get(code)), details=details)


def _http(_events: list[Event], options: Options) -> list[Event]:
    raise error(options)


def _kept(events: list[Event], options: Options, default: int = 1) -> list[Event]:
    """The first frames, as many as `after` says; never the one with the finish reason."""
    return events[: min(int(options.get("after", default)), max(len(events) - 1, 0))]


def _bare(events: list[Event], kept: list[Event]) -> Json:
    """The last frame without its candidates, and with the usage of what was kept."""
    frames = [event.body for event in (kept or events) if isinstance(event, Frame)]
    usage = dict(frames[-1]["usageMetadata"])
    if not kept:
        usage["totalTokenCount"] -= usage.pop("candidatesTokenCount", 0)
    body = {key: value for key, value in frames[-1].items() if key != "candidates"}
    return {**body, "usageMetadata": usage}


def _candidate(base: Json, content: Json, **more: Any) -> Event:
    candidate = {"content": {**content, "role": "model"}, **more, "index": 0}
    return Frame({"candidates": [candidate], **base})


def _finish(
    events: list[Event], options: Options, reason: str, *, after: int = 0, content: Json | None = None, **more: Any
) -> list[Event]:
    kept = _kept(events, options, after)
    return [*kept, _candidate(_bare(events, kept), content or {}, finishReason=reason, **more)]


def _empty(events: list[Event], options: Options) -> list[Event]:
    return _finish(events, options, "STOP")


def _malformed(events: list[Event], options: Options) -> list[Event]:
    message = options.get("message", "Malformed function call: print(default_api.Bash(command='ls'))")
    return _finish(events, options, "MALFORMED_FUNCTION_CALL", finishMessage=message)


def _unexpected_tool_call(events: list[Event], options: Options) -> list[Event]:
    name = options.get("name", "missing_tool")
    message = f"Unexpected tool call: Model tried to call an undeclared function: {name}"
    part = {"functionCall": {"name": name, "args": options.get("args", {})}}
    content = {"parts": [part]} if options.get("withCall") else {}
    return _finish(events, options, "UNEXPECTED_TOOL_CALL", finishMessage=message, content=content)


def _safety(events: list[Event], options: Options) -> list[Event]:
    rating = {"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH", "blocked": True}
    reason = str(options.get("reason", "SAFETY"))
    return _finish(events, options, reason, after=1, safetyRatings=[rating])


def _blocked_prompt(events: list[Event], options: Options) -> list[Event]:
    feedback: Json = {"blockReason": options.get("reason", "PROHIBITED_CONTENT")}
    if "message" in options:
        feedback["blockReasonMessage"] = options["message"]
    return [Frame({"promptFeedback": feedback, **_bare(events, [])})]


def _no_candidates(events: list[Event], _options: Options) -> list[Event]:
    return [Frame(_bare(events, []))]


def _max_tokens(events: list[Event], options: Options) -> list[Event]:
    return _finish(events, options, "MAX_TOKENS", after=len(events))


def _thoughts_only(events: list[Event], options: Options) -> list[Event]:
    thought = {"text": str(options.get("text", "I am still thinking.")), "thought": True}
    thinking = _candidate(_bare(events, []), {"parts": [thought]})
    return [thinking, *_finish(events, {}, str(options.get("reason", "STOP")))]


def _cut(events: list[Event], options: Options) -> list[Event]:
    return [*_kept(events, options), Cut()]


def _eof(events: list[Event], options: Options) -> list[Event]:
    return _kept(events, options)


def _hang(events: list[Event], options: Options) -> list[Event]:
    return [*_kept(events, options), Hang(bool(options.get("headers", True)))]


def _error_frame(events: list[Event], options: Options) -> list[Event]:
    return [*_kept(events, options), ErrorFrame(error(options))]


def _bare_error(events: list[Event], options: Options) -> list[Event]:
    return [*_kept(events, options), ErrorFrame(error(options), bare=True)]


FAULTS: dict[str, Fault] = {
    "http": _http,
    "empty": _empty,
    "malformed": _malformed,
    "unexpected_tool_call": _unexpected_tool_call,
    "safety": _safety,
    "blocked_prompt": _blocked_prompt,
    "cut": _cut,
    "eof": _eof,
    "hang": _hang,
    "error_frame": _error_frame,
    "bare_error": _bare_error,
    "max_tokens": _max_tokens,
    "thoughts_only": _thoughts_only,
    "no_candidates": _no_candidates,
}
