import asyncio

import pytest

from cgb import Context, Model, Overloaded, Route, Target
from cgb.messages import Message, TextBlock
from cgb.testing import ScriptedTransport, assert_stream, request_of, text_answer

REQUEST, ROUTE = request_of("Hello"), Route("scripted", "m")


async def read(transport):
    return [event async for event in transport.send(REQUEST, ROUTE, Context(REQUEST))]


async def test_words():
    message = assert_stream(await read(ScriptedTransport("Hi.")))
    assert (message.model, message.content, message.stop_reason) == (
        REQUEST.model,
        (TextBlock(text="Hi."),),
        "end_turn",
    )


async def test_a_message():
    message = Message(id="msg_1", model="x", content=(TextBlock(text="Hi."),), stop_reason="max_tokens")
    assert assert_stream(await read(ScriptedTransport(message))) == message


async def test_events():
    events = list(text_answer("m", "Hi."))
    assert await read(ScriptedTransport(events)) == events
    assert await read(ScriptedTransport(iter(events))) == events
    assert await read(ScriptedTransport(())) == []


async def test_an_error():
    error = Overloaded("No room.")
    with pytest.raises(Overloaded) as caught:
        await read(ScriptedTransport(error))
    assert caught.value is error


async def test_events_and_an_error():
    first = next(iter(text_answer("m", "Hi.")))
    events = ScriptedTransport([first, Overloaded("No room.")]).send(REQUEST, ROUTE, Context(REQUEST))
    assert await anext(events) == first
    with pytest.raises(Overloaded):
        await anext(events)


async def test_a_function_that_waits():
    closed = []

    async def answer(request, route, ctx):
        try:
            assert (request, route) == (REQUEST, ROUTE)
            await asyncio.sleep(0)
            for event in text_answer(request.model, "Late."):
                yield event
        finally:
            closed.append(True)

    transport = ScriptedTransport(answer, answer)
    assert assert_stream(await read(transport)).content[0].text == "Late."
    events = transport.send(REQUEST, ROUTE, Context(REQUEST))
    await anext(events)
    await events.aclose()
    assert closed == [True, True]


async def test_one_answer_for_each_request_and_no_more():
    transport = ScriptedTransport("one", "two")
    texts = [assert_stream(await read(transport)).content[0].text for _ in range(2)]
    assert texts == ["one", "two"]
    with pytest.raises(AssertionError, match="asked 3 times, but there are 2 answers"):
        await read(transport)
    assert [tuple(sent) for sent in transport.requests] == [(REQUEST, ROUTE)] * 3


def test_facts_and_models():
    models = [Model("a", ROUTE)]
    transport = ScriptedTransport(target=Target(output_tokens=5), models=models)
    assert transport.target("any") == Target(output_tokens=5)
    assert transport.models() == tuple(models)
    assert ScriptedTransport().target("any") == Target()
