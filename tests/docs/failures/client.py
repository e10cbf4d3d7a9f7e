"""What a client of the bridge sees of each cell: parsed by the `anthropic` SDK."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from anthropic import APIStatusError, AsyncAnthropic

from cgb.messages import Grammar, event_of

from .answers import Block

STREAM, WHOLE = "stream", "whole"
_ASK: dict[str, Any] = {
    "model": "claude-opus-5-5",
    "max_tokens": 32_000,
    "thinking": {"type": "adaptive"},
    "tools": [
        {"name": name, "input_schema": {"type": "object", "properties": {word: {} for word in words}}}
        for name, words in (("Bash", ("command", "timeout")), ("Read", ("file_path", "lines")))
    ],
}


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as the SDK raises it."""

    status: int
    type: str
    message: str
    headers: dict[str, str]


@dataclass
class Seen:
    """What the client saw of a fault that `happened` so often, what is `faulty` in its form, and after how long."""

    blocks: tuple[Block, ...] = ()
    ids: tuple[str, ...] = ()
    stop_reason: str | None = None
    usage: tuple[int, int] = (0, 0)
    error: Failure | None = None
    faulty: list[str] = field(default_factory=list)
    happened: int = 0
    seconds: float = 0.0


async def ask(client: AsyncAnthropic, question: str, *, streamed: bool) -> Seen:
    """What comes of a question."""
    seen, start = Seen(), time.monotonic()
    request = {**_ASK, "messages": [{"role": "user", "content": question}]}
    try:
        if streamed:
            await _read(client, request, seen)
        else:
            _take(seen, await client.messages.create(**request))
    except APIStatusError as error:
        seen.error = _failure(error)
    seen.seconds = time.monotonic() - start
    return seen


async def _read(client: AsyncAnthropic, request: dict[str, Any], seen: Seen) -> None:
    grammar = Grammar()
    async with client.messages.stream(**request) as stream:
        try:
            async for event in stream:
                grammar.read(event_of(event.to_dict()))
            grammar.end()
        except ValueError as error:
            seen.faulty.append(f"out of order: {error}")
        finally:
            _take(seen, stream.current_message_snapshot)


def _failure(error: APIStatusError) -> Failure:
    told = error.body["error"]  # type: ignore[index]
    return Failure(error.status_code, told["type"], told["message"], dict(error.response.headers))


def _take(seen: Seen, message: Any) -> None:
    seen.blocks = tuple(_blocks(message.content))
    seen.ids = tuple(block.id for block in message.content if block.type == "tool_use")
    seen.stop_reason = message.stop_reason
    seen.usage = (message.usage.input_tokens, message.usage.output_tokens)
    if message.model != _ASK["model"]:
        seen.faulty.append(f"the model is {message.model}")


def _blocks(content: list[Any]) -> Iterator[Block]:
    for block in content:
        match block.type:
            case "thinking":
                yield "thinking", block.thinking
            case "text":
                yield "text", block.text
            case "tool_use":
                yield "tool_use", (block.name, block.input)
            case "redacted_thinking":  # a signature's carrier
                continue
            case kind:
                yield kind, block.to_dict()
