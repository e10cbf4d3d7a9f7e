"""Scripted answers, and the chunks that they become."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One scripted answer.

    Attributes:
        text: what is said, in `chunks` pieces.
        reasoning: what is thought before, as `reasoning_content`.
        calls: tool calls, `{"name": …, "args": …}`; a string for `args` is sent as it is, broken or not.
        finish: the finish reason; "" follows from the rest, None leaves it out.
        chunks: into how many pieces text and arguments go.
        interleaved: whether the pieces of parallel calls come in turn.
        cached: how many of the prompt's tokens came from the cache.
        status: the HTTP status; anything but 200 is an error with `message`.
        message: the error's words.
        code: the error's code.
        headers: further headers of the answer.
        delay: the seconds before each chunk.
        fault: `cut` breaks the connection, `eof` ends without finish reason, `hang` falls silent; after `after` chunks,
            or, with 0 and in whole answers, before anything was sent.
        after: see `fault`.
    """

    text: str = ""
    reasoning: str = ""
    calls: Sequence[Mapping[str, Any]] = ()
    finish: str | None = ""
    chunks: int = 1
    interleaved: bool = False
    cached: int = 0
    status: int = 200
    message: str = ""
    code: str | None = None
    headers: Mapping[str, str] | None = None
    delay: float = 0.0
    fault: str = ""
    after: int = 1

    @property
    def finish_reason(self) -> str | None:
        """The reason, as it follows where the script does not say."""
        return ("tool_calls" if self.calls else "stop") if self.finish == "" else self.finish

    def tool_calls(self) -> list[Json]:
        """The calls of a whole answer."""
        return [
            {
                "id": f"call_{number:024d}",
                "type": "function",
                "function": {"name": one["name"], "arguments": _text(one)},
            }
            for number, one in enumerate(self.calls)
        ]

    def usage(self, prompt: int) -> Json:
        """What the answer cost: a token for four characters."""
        written = (len(self.text) + len(self.reasoning) + sum(len(_text(one)) for one in self.calls)) // 4 + 1
        return {
            "prompt_tokens": prompt,
            "completion_tokens": written,
            "total_tokens": prompt + written,
            "prompt_tokens_details": {"cached_tokens": self.cached},
            "completion_tokens_details": {"reasoning_tokens": len(self.reasoning) // 4},
        }

    def deltas(self) -> Iterator[Json]:
        """What a stream says, piece by piece."""
        for piece in _cut(self.reasoning, self.chunks):
            yield {"reasoning_content": piece}
        for piece in _cut(self.text, self.chunks):
            yield {"content": piece}
        yield from self._called()

    def _called(self) -> Iterator[Json]:
        pieces: list[list[Json]] = []
        for number, call in enumerate(self.tool_calls()):
            name, arguments = call["function"]["name"], call["function"]["arguments"]
            begun = {"index": number, "id": call["id"], "type": "function", "function": {"name": name, "arguments": ""}}
            more = [{"index": number, "function": {"arguments": piece}} for piece in _cut(arguments, self.chunks)]
            pieces.append([begun, *more])
        if self.interleaved:
            longest = max(map(len, pieces), default=0)
            ordered = [listed[place] for place in range(longest) for listed in pieces if place < len(listed)]
        else:
            ordered = [piece for listed in pieces for piece in listed]
        for piece in ordered:
            yield {"tool_calls": [piece]}


def _text(call: Mapping[str, Any]) -> str:
    given = call.get("args", {})
    return given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)


def _cut(text: str, pieces: int) -> list[str]:
    """A text in about so many pieces; none where there is no text."""
    size = max(-(-len(text) // max(pieces, 1)), 1)
    return [text[start : start + size] for start in range(0, len(text), size)]
