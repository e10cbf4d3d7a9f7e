"""What the tests of stream repair share."""

from dataclasses import dataclass
from typing import Any

import pytest

from cgb import (
    ApiError,
    ContentBlockStart,
    ContentBlockStop,
    InputJsonDelta,
    Message,
    MessageDelta,
    MessagesRequest,
    MessageStart,
    MessageStop,
    SignatureDelta,
    Target,
    TextDelta,
    ThinkingDelta,
    UnusableAnswer,
    Usage,
)
from cgb.config import Config
from cgb.testing import Asked, ScriptedTransport, ask
from cgb_plugins import stream_repair

TEXT = {"type": "text", "text": ""}
THINKING = {"type": "thinking", "thinking": "", "signature": ""}
TOOL = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {}}
BASH = {"name": "Bash", "description": "Runs it.", "input_schema": {"type": "object"}}

RESUMES = Target(resumes=True)


def request_of(words: str = "Hi", **fields: Any) -> MessagesRequest:
    listed = [{"role": "user", "content": words}]
    return MessagesRequest.model_validate(
        {"model": "claude-sonnet-5", "max_tokens": 1024, "messages": listed, "tools": [BASH], **fields}
    )


def start(**usage):
    return MessageStart(Message(id="msg_1", model="m", usage=Usage(**usage)))


def end(reason="end_turn", **usage):
    return MessageDelta(reason, usage=Usage(**usage)), MessageStop()


def text(index, *words, whole=True):
    events = ContentBlockStart(index, TEXT), *(TextDelta(index, one) for one in words or ("Hello.",))
    return (*events, ContentBlockStop(index)) if whole else events


def thinking(index, words="hm", *, whole=True):
    events = ContentBlockStart(index, THINKING), ThinkingDelta(index, words)
    return (*events, SignatureDelta(index, "sig"), ContentBlockStop(index)) if whole else events


def call(index, tool_id="toolu_1", arguments='{"command":"ls"}', *, whole=True):
    events = ContentBlockStart(index, {**TOOL, "id": tool_id}), InputJsonDelta(index, arguments)
    return (*events, ContentBlockStop(index)) if whole else events


def broken(kind="cut", **fields):
    return UnusableAnswer("It broke.", kind=kind, **fields)


WHOLE = [start(input_tokens=1), *text(0), *end(input_tokens=1, output_tokens=2)]


@dataclass(frozen=True)
class Came:
    """What came of a request: the answer or the error, and what was asked upstream."""

    sent: list[Any]
    asked: Asked | None = None
    error: ApiError | None = None

    @property
    def attempts(self) -> int:
        return len(self.sent)

    @property
    def message(self) -> Message:
        assert self.asked is not None
        return self.asked.message

    @property
    def notes(self) -> list[str]:
        assert self.asked is not None
        return [note.kind for note in self.asked.notes]

    @property
    def words(self) -> list[str]:
        """The blocks' words, or the names of the tools they call."""
        return [block.get("thinking", block.get("text", block.get("name"))) for block in self.message.content]


def config_of(**settings):
    whole = {"backoff_s": 0, **settings}
    return Config(options={f"plugin.stream-repair.{name}": value for name, value in whole.items()})


def repaired(*answers, request=None, target=RESUMES, plugins=(), **settings) -> Came:
    """What a client gets."""
    transport = ScriptedTransport(*answers, target=target)
    asked = ask(request or request_of(), [transport, *plugins, stream_repair], config_of(**settings))
    return Came(transport.requests, asked)


def failed(*answers, request=None, target=RESUMES, plugins=(), **settings) -> Came:
    """What a client is told."""
    transport = ScriptedTransport(*answers, target=target)
    with pytest.raises(ApiError) as caught:
        ask(request or request_of(), [transport, *plugins, stream_repair], config_of(**settings))
    return Came(transport.requests, error=caught.value)
