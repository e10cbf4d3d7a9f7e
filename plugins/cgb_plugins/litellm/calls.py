"""Tool calls, put together out of the pieces in which they are streamed."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from cgb import UnusableAnswer

_MARK = "__thought__"
"""What LiteLLM puts between a call's id and Gemini's signature of it."""


@dataclass(slots=True)
class Call:
    """A call in the making.

    Attributes:
        index: the provider's number for it.
        id: the provider's id, without the signature.
        name: the provider's name of the tool.
        arguments: JSON text, so far.
        signature: Gemini's.
        at: after how many characters of the answer's text it began.
    """

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""
    signature: str = ""
    at: int = 0

    def input(self) -> dict[str, Any] | None:
        """The arguments; None where they are no JSON object."""
        if not self.arguments.strip():
            return {}
        try:
            found = json.loads(self.arguments)
            found = json.loads(found) if isinstance(found, str) else found
        except ValueError:
            return None
        return found if isinstance(found, dict) else None


class Calls:
    """The calls of an answer, in the order in which they began; pieces of several may come in turn."""

    def __init__(self) -> None:
        self._calls: list[Call] = []

    def __bool__(self) -> bool:
        return bool(self._calls)

    def hear(self, pieces: Iterable[Mapping[str, Any]], at: int) -> None:
        """Take the pieces of a chunk; `at` is how much text came before."""
        for piece in pieces:
            function = piece.get("function") or {}
            tool_id, _, signature = str(piece.get("id") or "").partition(_MARK)
            call = self._of(piece, tool_id, str(function.get("name") or ""), at)
            call.id = call.id or tool_id
            fields = piece.get("provider_specific_fields") or function.get("provider_specific_fields") or {}
            call.signature = call.signature or str(fields.get("thought_signature") or "") or signature
            given = function.get("arguments")
            call.arguments += given if isinstance(given, str) else orjson.dumps(given).decode() if given else ""

    def _of(self, piece: Mapping[str, Any], tool_id: str, name: str, at: int) -> Call:
        """The call a piece belongs to: some servers give all calls the same number, or none.

        BerriAI/litellm merges two calls of one chunk in its own adapter; here an id that is new begins another.
        """
        number = piece.get("index")
        same = [call for call in self._calls if number is None or call.index == number]
        if same and not (tool_id and same[-1].id and tool_id != same[-1].id) and not (name and number is None):
            call = same[-1]
        else:
            call = Call(len(self._calls) if number is None else int(number), at=at)
            self._calls.append(call)
        call.name = call.name or name
        return call

    def whole(self, model: str, *, is_full: bool) -> list[tuple[Call, dict[str, Any]]]:
        """The calls with their arguments, now that no more pieces come.

        Args:
            model: for the error's text.
            is_full: whether the model had no more room, which is what breaks a call off.

        Raises:
            UnusableAnswer: one has no name, or arguments that are no JSON object.
        """
        found = []
        for call in self._calls:
            given = call.input()
            if not call.name or given is None:
                raise _broken(call, model, is_full=is_full)
            found.append((call, given))
        return found


def _broken(call: Call, model: str, *, is_full: bool) -> UnusableAnswer:
    if is_full:
        return UnusableAnswer(
            f"{model} had no room to finish its call of {call.name}. Ask again, with a higher max_tokens.",
            kind="no_room", upstream_reason="length", stop_reason="max_tokens",
        )  # fmt: skip
    return UnusableAnswer(
        f"{model} called {call.name or 'a tool without a name'} with arguments that are no JSON object. Ask again.",
        kind="malformed_call", upstream_reason="malformed arguments", detail=call.arguments[:500],
    )  # fmt: skip
