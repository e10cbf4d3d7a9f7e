"""Scripted answers are answers of the Messages API."""

from cgb.messages import event_of
from cgb.sse import PING, decode
from cgb.testing import assert_stream
from cgb.testing.anthropic_server import Step, signed


async def read(step):
    async def chunks():
        for frame in step.frames("claude"):
            yield frame

    return [event async for event in decode(chunks())]


async def test_a_step_is_said_in_order():
    step = Step(thinking="Hm.", text="Hi.", calls=[{"name": "add", "input": {"a": 1}}], blocks=[{"type": "novel"}])
    message = assert_stream(await read(step))
    assert [block.type for block in message.content] == ["thinking", "text", "novel", "tool_use"]
    assert message.content[0].signature == signed("Hm.")
    assert (message.model, message.stop_reason) == ("claude", "tool_use")
    assert message.content == step.message("claude").with_(content=message.content).content


async def test_a_cut_leaves_the_first_events():
    assert len(await read(Step(text="Hi.", cut=2))) == 2


async def test_events_are_sent_as_they_are():
    events = [{"type": "novelty", "x": 1}, {"type": "message_stop"}]
    assert await read(Step(events=events)) == [event_of(event) for event in events]


def test_a_ping_comes_early():
    assert list(Step(text="Hi.").frames("claude"))[1] == PING


def test_an_error_ends_the_frames():
    *_, last = Step(text="Hi.", error=("overloaded_error", "Busy.")).frames("claude")
    assert last.startswith(b"event: error\n")
