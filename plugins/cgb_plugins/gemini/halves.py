"""Characters that Gemini's JSON breaks in two: halves of surrogate pairs."""

import json
from typing import Any

import orjson

from .values import no_json

_Frame = dict[str, Any]


class Halves:
    """Joins the halves at the end of a frame's text and at the beginning of the next's; others become U+FFFD."""

    def __init__(self) -> None:
        self._part: dict[str, Any] = {}

    @property
    def is_waiting(self) -> bool:
        """Whether the first half of a character has come, and nothing yet that could hold the second."""
        return bool(self._part)

    def read(self, frame: _Frame) -> _Frame:
        """The frame without broken characters.

        Raises:
            UnusableAnswer: it is not JSON all the same.
        """
        match frame:
            case {"candidates": [dict(candidate), *_]}:
                self._join(candidate)
        return _mended(frame)

    def _join(self, candidate: dict[str, Any]) -> None:
        """Put the half that waits in front of the words, and keep the one behind them, if more can come."""
        content = candidate.get("content") or {}
        parts = content.get("parts") or []
        is_last = bool(candidate.get("finishReason"))
        if self._part and (parts or is_last):
            if not parts or not _is_more(self._part, parts[0]):
                parts.insert(0, {**self._part, "text": ""})
            parts[0]["text"] = self._part["text"] + parts[0]["text"]
            candidate["content"] = {**content, "parts": parts}
            self._part = {}
        match parts:
            case [*_, {"text": str(text)} as part] if "\ud800" <= text[-1:] <= "\udbff" and not is_last:
                part["text"] = text[:-1]
                self._part = {"text": text[-1], **({"thought": True} if part.get("thought") else {})}


def _is_more(part: dict[str, Any], other: dict[str, Any]) -> bool:
    return isinstance(other.get("text"), str) and bool(part.get("thought")) == bool(other.get("thought"))


def loads(data: bytes) -> Any:
    """What a JSON text says, with the halves that stand in it.

    Raises:
        UnusableAnswer: it is not UTF-8 or not JSON, or a half stands in what goes back to Gemini to the letter.
    """
    try:
        return json.loads(data.decode(), object_pairs_hook=_exact)
    except (ValueError, RecursionError) as error:
        raise no_json() from error


def _exact(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in whose names, signature, call's name and id nothing is broken."""
    found = dict(members)
    call = found.get("functionCall")
    exact = [*found, found.get("thoughtSignature")]
    if isinstance(call, dict):
        exact += [call.get("name"), call.get("id")]
    "".join(one for one in exact if isinstance(one, str)).encode()
    return found


def _mended(frame: _Frame) -> _Frame:
    """UTF-16 joins two halves that stand together and replaces one that stands alone."""
    try:
        text = json.dumps(frame, ensure_ascii=False)
        mended: _Frame = orjson.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    except (ValueError, RecursionError) as error:
        raise no_json() from error
    return mended
