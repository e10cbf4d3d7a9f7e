"""What the LiteLLM plugin's tests share."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from tests.plugins.gemini.kit import assistant, call, image, plain, request_of, result, tool, user

from cgb import Context, Message, Route
from cgb.testing import assert_stream
from cgb_plugins import tidy_request
from cgb_plugins.litellm import LiteLLM, open_transport
from cgb_plugins.litellm.asked import Asked
from cgb_plugins.litellm.models import family_of
from cgb_plugins.litellm.names import tool_names
from cgb_plugins.litellm.request import Converter
from cgb_plugins.litellm.response import events_of

__all__ = ["QUIET", "assistant", "call", "image", "plain", "request_of", "result", "tool", "user"]

# LiteLLM silences these when it is imported, which pytest forgets with the test that imported it; as errors, they would
# end its streams.
QUIET = [
    pytest.mark.filterwarnings("ignore:Accessing the 'model_:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*`ReadOnly` qualifier:UserWarning"),
]
DIALECTS = {"gemini/*": "openapi"}
OLD, NEW, NEWEST = "gemini/gemini-2.5-flash", "gemini/gemini-3-flash-preview", "gemini/gemini-4-argon"
GEMINIS = (OLD, NEW, NEWEST)
GPT = "openai/gpt-5-simulated"
KEY = "AIza-not-a-real-key"


def convert(request, model=GPT, *, options=None, extra=None):
    """The arguments of `acompletion` for a request, and what was noted."""
    ctx = Context(request)
    family = family_of(model, DIALECTS)
    converter = Converter(request, model, family, tool_names(request), ctx, extra or {}, options or {})
    return converter.body(), [note.kind for note in ctx.notes]


def messages(*said, model=GPT, **fields):
    """The messages that these become."""
    return convert(request_of(*said, **fields), model)[0]["messages"]


def asked_of(request=None, model=GPT):
    request = request or request_of()
    return Asked(request, model, family_of(model, DIALECTS), tool_names(request), Context(request), 7)


async def read(chunks, asked):
    return assert_stream([event async for event in events_of(chunks, asked)])


def answer(*chunks, request=None, model=GPT, ending="stop", **native) -> Message:
    """The answer that these deltas stream; `ending` is the finish reason."""

    async def streamed():
        for chunk in chunks:
            yield chunk if "choices" in chunk or "usage" in chunk else {"choices": [{"delta": chunk}]}
        yield {"ending": {"reason": ending, "native": "", "detail": "", **native}}

    return asyncio.run(read(streamed(), asked_of(request, model)))


def piece(index=0, tool_id=None, name=None, arguments=None, **fields):
    """A piece of a call."""
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    return {"tool_calls": [{"index": index, "id": tool_id, "type": "function", "function": function, **fields}]}


@asynccontextmanager
async def opened(service, model=GPT, **fields):
    """A transport that asks a simulated service."""
    base = {"gemini_base_url": service.url} if model.startswith("gemini/") else {"api_base": f"{service.url}/v1"}
    async with open_transport(LiteLLM.model_validate({"api_key": KEY, **base, **fields})) as transport:
        yield transport


async def sent(transport, request, model=GPT, **options):
    """The events of an answer, with the request fitted as the default plugins do."""
    ctx, target = Context(request), transport.target(model)
    route = Route("litellm", model, options=options)
    fitted = tidy_request.fit_request(request, target, ctx, tidy_request.TidyRequest())
    return [event async for event in transport.send(fitted, route, ctx)]


async def asked(service, request=None, model=GPT, **fields):
    """What a transport answers; the service has recorded no violation."""
    async with opened(service, model, **fields) as transport:
        message = assert_stream(await sent(transport, request or request_of(), model))
    assert service.violations == []
    return message
