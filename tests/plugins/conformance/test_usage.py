"""What an answer cost, out of the service's own figures."""

import orjson
from tests.plugins.gemini.kit import frame, http, raw_server, text

from cgb import Context, Route
from cgb.testing import assert_stream

from .carriers import CONVERTED
from .kit import opened, request_of, states

GEMINIS = {
    "promptTokenCount": 100,
    "cachedContentTokenCount": 90,
    "candidatesTokenCount": 5,
    "thoughtsTokenCount": 7,
    "totalTokenCount": 112,
}
OPENAIS = {
    "prompt_tokens": 100,
    "completion_tokens": 12,
    "total_tokens": 112,
    "prompt_tokens_details": {"cached_tokens": 90},
    "completion_tokens_details": {"reasoning_tokens": 7},
}


@states("usage", (10, 90, 12, 7), CONVERTED)
async def test_usage(carrier):
    """Input without what was cached, or compaction comes at the wrong time (copilot-api#210); output with thoughts."""
    kind = "application/json" if carrier.is_whole else "text/event-stream"
    async with raw_server(http(_body(carrier), kind=kind)) as server, opened(carrier, server.url) as transport:
        request = request_of()
        events = transport.send(request, Route(carrier.transport, carrier.model), Context(request))
        usage = assert_stream([event async for event in events]).usage
    thinking = (usage.get("output_tokens_details") or {}).get("thinking_tokens")
    return usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens, thinking


def _body(carrier):
    if carrier.service == "gemini":
        one = orjson.dumps(frame(text("Hi"), finish="STOP", usage=GEMINIS))
    else:
        one = orjson.dumps(_completion("message" if carrier.is_whole else "delta"))
    if carrier.is_whole:
        return one
    return b"data: " + one + b"\n\n" + b"data: [DONE]\n\n" * (carrier.service == "openai")


def _completion(said):
    choice = {"index": 0, said: {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}
    kind = "chat.completion" if said == "message" else "chat.completion.chunk"
    return {"id": "1", "object": kind, "created": 1, "model": "m", "choices": [choice], "usage": OPENAIS}
