"""One suite for every transport: a statement is tested on each way to a model that it is made of.

`@states(subject, whole)` makes a test of a probe: what it finds is `whole`, unless `losses` declares for this way
what comes instead. A loss that disappears fails as much as one that is new.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeAlias

import pytest
from tests.plugins.gemini.kit import PIXEL, assistant, call, image, request_of, result, system, tool, user
from tests.plugins.litellm.kit import QUIET

from cgb import ApiError, Context, Event, Message, MessagesRequest, Route, Transport
from cgb.testing import SimulatedGemini, anthropic_server, assert_stream
from cgb.testing.openai_server import SimulatedOpenAI
from cgb_plugins import anthropic, gemini, litellm, tidy_request

from .carriers import STREAMED, Carrier
from .losses import instead

__all__ = [
    "PIXEL", "Reached", "Said", "assistant", "call", "failure", "image", "raised", "reached", "request_of", "result",
    "states", "system", "tool", "user",
]  # fmt: skip

Probe: TypeAlias = Callable[[Carrier], Awaitable[Any]]

KEY = "AIza-not-a-real-key"
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}, "n": {"type": "integer"}}}
BASH = tool(input_schema=SCHEMA)
STATED: dict[str, Sequence[Carrier]] = {}
"""The subjects of all statements that were imported, and the ways they are made of."""


def states(subject: str, whole: Any, on: Sequence[Carrier] = STREAMED) -> Callable[[Probe], Any]:
    """A test of what a probe finds, on each of these ways."""

    def decorate(probe: Probe) -> Any:
        @pytest.mark.parametrize("carrier", on, ids=str)
        @wraps(probe)
        async def test(carrier: Carrier) -> None:
            found, wanted = await probe(carrier), instead(subject, carrier, whole)
            assert found == wanted, f"{found!r} instead of {wanted!r}"

        assert subject not in STATED
        STATED[subject] = on
        for mark in QUIET:
            test = mark(test)
        return test

    return decorate


@dataclass(frozen=True)
class Said:
    """What a model says, in no service's words.

    `delay` are the seconds before each of its `chunks`.
    `end` is how: `limit`, `refusal`, `empty`, `eof`, `cut`, `hang`, the last three after `after` pieces; `wait` is
    the seconds that an error of this `status` asks for.
    """

    text: str = ""
    thoughts: str = ""
    calls: Sequence[Mapping[str, Any]] = ()
    chunks: int = 3
    delay: float = 0.0
    end: str = ""
    after: int = 1
    status: int = 200
    message: str = ""
    wait: float | None = None

    def for_gemini(self) -> Mapping[str, Any]:
        """A step of the simulated Gemini."""
        step = {
            "text": self.text,
            "thoughts": self.thoughts,
            "calls": self.calls,
            "chunks": self.chunks,
            "delay": self.delay,
        }
        kinds = {"limit": "max_tokens", "refusal": "safety"}
        if self.status != _OK:
            fault = {"kind": "http", "status": self.status, "message": self.message or "Said so."}
            step["fault"] = fault | ({"retryDelay": f"{self.wait:g}s"} if self.wait else {})
        elif self.end:
            after = 0 if self.end == "empty" else self.after
            step["fault"] = {"kind": kinds.get(self.end, self.end), "after": after}
        return step

    def for_openai(self) -> Mapping[str, Any]:
        """A step of the simulated OpenAI; its first frame says nothing."""
        if self.status != _OK:
            headers = {"retry-after": f"{self.wait:g}"} if self.wait else {}
            return {"status": self.status, "message": self.message or "Said so.", "headers": headers}
        finish = {"limit": "length", "refusal": "content_filter"}.get(self.end, "")
        step = {
            "text": self.text,
            "reasoning": self.thoughts,
            "calls": self.calls,
            "chunks": self.chunks,
            "delay": self.delay,
        }
        fault = {"fault": self.end, "after": self.after + bool(self.after)} if self.end in _BREAKS else {}
        return ({} if self.end == "empty" else step) | {"finish": finish} | fault

    def for_anthropic(self) -> anthropic_server.Step:
        """A step of the simulated Messages API."""
        if self.status != _OK:
            headers = {"retry-after": f"{self.wait:g}"} if self.wait else {}
            said, status = (_TYPES[self.status], self.message or "Said so."), _OWN.get(self.status, self.status)
            return anthropic_server.Step(status=status, error=said, headers=headers)
        calls = [{"name": one["name"], "input": one.get("args", {})} for one in self.calls]
        breaks = {"cut": self.after * 3} if self.end in _BREAKS else {}
        return anthropic_server.Step(self.text, self.thoughts, calls, holds=self.end == "hang", **breaks)


_OK = 200
_OWN = {503: 529}
"""Anthropic's own status for being overloaded."""
_BREAKS = {"eof", "cut", "hang"}
_TYPES = {
    400: "invalid_request_error", 403: "permission_error", 404: "not_found_error", 413: "request_too_large",
    429: "rate_limit_error", 500: "api_error", 503: "overloaded_error", 504: "timeout_error",
}  # fmt: skip


@dataclass
class Reached:
    """A transport that leads to a simulated service."""

    carrier: Carrier
    transport: Transport
    service: Any

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What the service was asked."""
        return [call.body for call in self.service.calls]

    def reply(self, *said: Said | Mapping[str, Any]) -> None:
        """Queue answers; one that is no `Said` is a step in the service's own words."""
        made = [getattr(one, f"for_{self.carrier.service}")() if isinstance(one, Said) else one for one in said]
        self.service.reply(*made)

    def events(self, request: MessagesRequest, **options: Any) -> AsyncGenerator[Event]:
        """The answer, with the request fitted as the default plugins do."""
        route = Route(self.carrier.transport, self.carrier.model, options=options)
        return self.transport.send(self.fitted(request), route, Context(request))

    def fitted(self, request: MessagesRequest) -> MessagesRequest:
        """The request as the transport gets it."""
        target = self.transport.target(self.carrier.model)
        return tidy_request.fit_request(request, target, Context(request), tidy_request.TidyRequest())

    async def ask(self, request: MessagesRequest | None = None, **options: Any) -> Message:
        """The whole answer, whose events are in the grammar."""
        return assert_stream([event async for event in self.events(request or request_of(), **options)])

    async def went_on(self, message: Message, *more: Any, **fields: Any) -> Message:
        """The answer to the same conversation with this message and the results of its calls."""
        results = [result(block.id) for block in message.content if block.type == "tool_use"]
        said = assistant(*(block.to_wire() for block in message.content))
        return await self.ask(request_of("Do it", said, user(*results, *more), **fields))

    def check(self) -> None:
        """See that every request was as the service takes it, and asked for the answer in its form."""
        assert (self.service.refusals if self.carrier.service == "anthropic" else self.service.violations) == []
        for one in self.service.calls:
            if self.carrier.service == "gemini" and one.method != "countTokens":
                assert one.method == ("generateContent" if self.carrier.is_whole else "streamGenerateContent")
            elif self.carrier.service == "openai":
                assert bool(one.body.get("stream")) != self.carrier.is_whole


@asynccontextmanager
async def reached(carrier: Carrier, key: str | None = None, **fields: Any) -> AsyncIterator[Reached]:
    """A transport and its service; `key` is the only one that the service takes."""
    services = {
        "gemini": SimulatedGemini,
        "openai": SimulatedOpenAI,
        "anthropic": anthropic_server.SimulatedAnthropic,
    }
    async with services[carrier.service](api_key=key) as service, opened(carrier, service.url, **fields) as transport:
        found = Reached(carrier, transport, service)
        yield found
        found.check()


@asynccontextmanager
async def opened(carrier: Carrier, url: str, **fields: Any) -> AsyncIterator[Transport]:
    """The transport, which asks a service at this address."""
    given: dict[str, Any] = {"api_key": KEY, **fields}
    if carrier.is_whole:
        given["unstreamed"] = True
    match carrier.transport:
        case "gemini":
            settings = gemini.Gemini.model_validate({"base_url": url, "refresh_models": False, **given})
            context = gemini.open_transport(settings)
        case "anthropic":
            context = anthropic.open_transport(anthropic.Anthropic.model_validate({"base_url": url, **given}))
        case _:
            base = {"gemini_base_url": url} if carrier.service == "gemini" else {"api_base": f"{url}/v1"}
            context = litellm.open_transport(litellm.LiteLLM.model_validate({**base, **given}))
    async with context as transport:
        yield transport


async def raised(asked: Awaitable[Any]) -> Any:
    """The error that asking ends with."""
    with pytest.raises(ApiError) as caught:
        await asked
    return caught.value


async def failure(asked: Awaitable[Any]) -> tuple[Any, ...]:
    """What an error says to a client and to the ladder: class, status, type and kind."""
    error = await raised(asked)
    return (type(error).__name__, error.status, error.type, getattr(error, "kind", ""))
