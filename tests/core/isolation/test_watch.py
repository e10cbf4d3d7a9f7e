import time

import pytest

from cgb import MessageStart, MessageStop, TextDelta
from cgb.isolation.watch import Layers, Watch, read
from cgb.messages import Grammar, GrammarError
from cgb.steps import Step
from cgb.testing import text_answer

ANSWER = tuple(text_answer("m", "Hi."))


def step(name, hook="transform_stream"):
    return Step(name, hook, print, (), None)


async def said(events=ANSWER):
    for event in events:
        yield event


async def drained(events):
    return [event async for event in events]


async def passing(events, pause=0.0):
    async for event in events:
        if pause:
            time.sleep(pause)  # noqa: ASYNC251 - its own time, in which it does not wait
        yield event


async def test_the_innermost_layer_is_blamed():
    async def inner():
        raise KeyError
        yield

    async def outer(events):
        async for event in events:
            yield event

    one, other = step("one"), step("other")
    for named, expected in (((one, other), "other"), ((one, None), "one"), ((None, None), None)):
        layers = Layers()
        events = inner()
        if named[1]:
            events = layers.add(events, named[1])
        events = outer(events)
        if named[0]:
            events = layers.add(events, named[0])
        with pytest.raises(KeyError) as caught:
            await drained(events)
        found = layers.blamed(caught.value)
        assert (found and found.plugin) == expected


async def test_a_layer_that_asks_for_too_much_is_blamed_for_what_python_makes_of_it():
    async def asks(events):
        while True:
            yield await anext(events)

    layers = Layers()
    events = layers.add(passing(layers.add(asks(said()), step("asks"))), step("outer"))
    with pytest.raises(RuntimeError) as caught:
        await drained(events)
    assert layers.blamed(caught.value).plugin == "asks"


async def test_a_layer_is_forgotten_once_its_answer_is_over():
    layers = Layers()
    layers.watch = Watch({})
    layers.clear()
    assert layers.watch is None
    assert layers.add(events := said(), step("one")) is events


async def test_each_layers_own_time_is_counted():
    spent, slow, quick = {}, step("slow"), step("quick")
    watch = Watch(spent, stands_for=7)
    inner = watch.over(passing(watch.over(said(), None), 0.002), slow)
    events = await drained(watch.over(passing(inner), quick))
    assert tuple(events) == ANSWER
    assert spent["slow"] >= 0.002 * len(ANSWER)
    assert spent["quick"] < spent["slow"]
    assert slow.owner.stats.stream_seconds == pytest.approx(spent["slow"] * 7)
    assert watch.suspect is None


@pytest.mark.parametrize(
    ("events", "how"),
    [
        ((), "said nothing"),
        (ANSWER[:-1], "ended the answer without message_stop"),
        ((ANSWER[0], "Hi."), "yielded what may not stand there: str is no event"),
        (
            (ANSWER[0], TextDelta(0, "Hi.")),
            "yielded what may not stand there: TextDelta for block 0, which is not open",
        ),
    ],
)
async def test_the_first_layer_that_spoils_an_answer_is_the_suspect(events, how):
    watch = Watch({})
    inner = watch.over(said(events), step("inner"))
    assert await drained(watch.over(passing(inner), step("outer"))) == list(events)
    suspect, told = watch.suspect
    assert (suspect.plugin, told) == ("inner", how)


async def test_closing_a_watched_layer_closes_the_layer():
    closed = []

    async def noting():
        try:
            yield ANSWER[0]
        finally:
            closed.append(True)

    events = Watch({}).over(noting(), step("one"))
    await anext(events)
    await events.aclose()
    assert closed == [True]


def test_what_is_no_event_is_told():
    grammar = Grammar()
    for event in ANSWER:
        read(grammar, event)
    with pytest.raises(GrammarError, match="int is no event"):
        read(grammar, 5)


def test_the_answer_is_one():
    assert isinstance(ANSWER[0], MessageStart)
    assert isinstance(ANSWER[-1], MessageStop)
