"""Calls of LiteLLM; what a real one does is in test_litellm.py."""

import asyncio
from types import SimpleNamespace

import pytest

from cgb import Timeout, UnusableAnswer
from cgb_plugins.litellm import LiteLLM
from cgb_plugins.litellm.wire import Client

BODY = {"model": "openai/x"}


class Stream:
    """A stream of LiteLLM's: chunks, errors to raise, and `None` for silence."""

    intermittent_finish_reason = None

    def __init__(self, *items, finish="stop"):
        self.items, self.received_finish_reason, self.closed = list(items), finish, False

    def __aiter__(self):
        return self

    async def __anext__(self):
        if not self.items:
            raise StopAsyncIteration
        item = self.items.pop(0)
        if item is None:
            await asyncio.Event().wait()
        if isinstance(item, Exception):
            raise item
        return SimpleNamespace(model_dump=lambda **_: item)

    async def aclose(self):
        self.closed = True


def client(answer, **fields):
    """A client whose LiteLLM answers so, and the calls it got."""
    made, calls = Client(LiteLLM.model_validate(fields)), []

    async def acompletion(**arguments):
        calls.append(arguments)
        return answer

    async def load():
        return SimpleNamespace(acompletion=acompletion)

    made._load = load
    return made, calls


async def read(made, how="stream"):
    async with getattr(made, how)(BODY) as chunks:
        return [chunk async for chunk in chunks]


async def test_chunks_and_how_they_ended():
    stream = Stream({"choices": []}, {"usage": {}})
    made, calls = client(stream)

    assert await read(made) == [
        {"choices": []},
        {"usage": {}},
        {"ending": {"reason": "stop", "native": "", "detail": ""}},
    ]
    assert stream.closed
    assert (calls[0]["stream"], calls[0]["stream_options"]) == (True, {"include_usage": True})
    assert "stream" not in BODY


async def test_a_whole_answer():
    choice = {
        "message": {"content": "Yes"},
        "finish_reason": "stop",
        "provider_specific_fields": {"native_finish_reason": "STOP"},
    }
    made, calls = client(SimpleNamespace(model_dump=lambda **_: {"choices": [choice], "usage": {"prompt_tokens": 1}}))

    assert await read(made, "whole") == [
        {"choices": [{"delta": {"content": "Yes"}}], "usage": {"prompt_tokens": 1}},
        {"ending": {"reason": "stop", "native": "STOP", "detail": ""}},
    ]
    assert calls[0]["stream"] is False


async def test_nothing_is_asked_for_after_the_usage():
    """LiteLLM would put the answer together once more, for its logs: a fifth of what a small answer costs."""

    class Told(Stream):
        sent_stream_usage = property(lambda self: len(self.items) == 1)

    stream = Told({"choices": []}, {"usage": {}}, AssertionError("asked for more"))
    made, _ = client(stream)

    assert [list(chunk) for chunk in await read(made)] == [["choices"], ["usage"], ["ending"]]
    assert stream.closed


@pytest.mark.parametrize(("before", "kind"), [((), Timeout), (({},), UnusableAnswer)])
async def test_silence(before, kind):
    stream = Stream(*before, None, finish=None)
    made, _ = client(stream, request_timeout=0.05)

    with pytest.raises(kind, match="request_timeout"):
        await read(made)
    assert stream.closed


async def test_what_goes_wrong_after_the_end_is_no_part_of_the_answer():
    made, _ = client(Stream({"choices": []}, ConnectionError("late")))

    assert len(await read(made)) == 2


async def test_a_client_that_leaves_closes_the_stream():
    stream = Stream({}, {}, None)
    made, _ = client(stream)
    async with made.stream(BODY) as chunks:
        await anext(chunks)

    assert stream.closed
