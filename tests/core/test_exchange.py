import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from types import SimpleNamespace

import pytest

from cgb import Internal, MessageDelta, MessageStart, MessageStop, Overloaded, Route, Usage, hookimpl
from cgb.exchange import Exchange
from cgb.isolation.watchers import watched
from cgb.messages import Message
from cgb.testing import ScriptedTransport, aask, opened, request_of, text_answer

DEADLINE_S = 10


def watching(function, name="watcher"):
    return SimpleNamespace(__name__=name, request_finished=hookimpl(function))


async def read(exchange):
    async with aclosing(exchange.events()) as events:
        return [event async for event in events]


async def finished(transport, **hooks):
    """What is recorded of one request."""
    async with opened([transport, *hooks.values()]) as pipeline:
        exchange = Exchange(pipeline, request_of("Hello"), {"user-agent": "test", "x-api-key": "sesame"})
        try:
            await read(exchange)
        finally:
            record = exchange.finish()
            await watched(DEADLINE_S)
        return record


async def test_a_record_tells_what_became_of_a_request():
    def rewrite_request(request, ctx):
        ctx.note("seen", "Here.", more=1)
        return request

    plugin = SimpleNamespace(__name__="noting", rewrite_request=hookimpl(rewrite_request))
    events = [
        MessageStart(Message(id="m", model="m", usage=Usage(input_tokens=5, cache_read_input_tokens=3))),
        MessageDelta("end_turn", None, Usage(output_tokens=2)),
        MessageStop(),
    ]
    record = await finished(ScriptedTransport(events), plugin=plugin)
    assert record.request == request_of("Hello")
    assert record.routes == (Route("scripted", "claude-sonnet-5"),)
    assert [(note.plugin, note.kind, note.text, note.data) for note in record.notes] == [
        ("noting", "seen", "Here.", {"more": 1})
    ]
    assert record.usage == Usage(input_tokens=5, cache_read_input_tokens=3, output_tokens=2)
    assert (record.stop_reason, record.error, record.cancelled) == ("end_turn", None, False)
    assert 0 < record.first_event_s <= record.duration_s
    assert record.plugin_s["noting"] > 0


async def test_the_context_knows_the_headers_without_credentials():
    async with opened([ScriptedTransport("Hi.")]) as pipeline:
        exchange = Exchange(pipeline, request_of("Hello"), {"user-agent": "test", "x-api-key": "sesame"}, counting=True)
    assert exchange.ctx.headers == {"user-agent": "test"}
    assert exchange.ctx.kind == "count_tokens"


async def test_a_failure_is_recorded():
    seen = []
    error = Overloaded("No room.")
    with pytest.raises(Overloaded) as caught:
        await finished(ScriptedTransport(error), watcher=watching(lambda record: seen.append(record)))
    assert caught.value is error
    assert caught.value.__cause__ is None
    assert (seen[0].error, seen[0].first_event_s, seen[0].stop_reason) == (error, None, None)


@pytest.mark.parametrize("asks", [read, Exchange.count_tokens])
async def test_a_fault_of_the_core_is_an_error_too(caplog, asks):
    def broken(*_):
        raise KeyError("sesame")

    async with opened([ScriptedTransport()]) as pipeline:
        pipeline.route = broken
        exchange = Exchange(pipeline, request_of("Hello"), {})
        with pytest.raises(Internal) as caught:
            await asks(exchange)
    message = "cgb itself failed: KeyError; the bridge's log has the traceback."
    assert (caught.value.message, exchange.error) == (message, caught.value)
    assert "sesame" in caplog.text


async def test_each_finished_request_is_one_entry_of_the_log(caplog):
    caplog.set_level("INFO", "cgb.requests")
    record = await finished(ScriptedTransport("Hi."))
    (entry,) = [one for one in caplog.records if one.name == "cgb.requests"]
    assert entry.record is record
    assert entry.ctx.request is record.request


async def test_watchers_are_told_in_functions_and_coroutines():
    seen = []

    def function(record, ctx, settings):
        seen.append((record.stop_reason, ctx.plugin, settings, threading.current_thread() is threading.main_thread()))

    async def coroutine(record, ctx):
        await asyncio.sleep(0)
        seen.append((record.stop_reason, ctx.plugin))

    await finished(ScriptedTransport("Hi."), one=watching(function, "one"), two=watching(coroutine, "two"))
    assert sorted(seen, key=len) == [("end_turn", "two"), ("end_turn", "one", None, False)]


@pytest.mark.parametrize("late", [True, False])
async def test_a_watcher_that_raises_breaks_nothing(caplog, late):
    seen = []

    async def coroutine(record):
        raise KeyError("sesame")

    def function(record):
        raise KeyError("sesame")

    broken = watching(coroutine if late else function, "broken")
    await finished(ScriptedTransport("Hi."), broken=broken, other=watching(lambda record: seen.append(record), "other"))
    assert len(seen) == 1
    assert "plugin 'broken' (cgb.testing) failed in request_finished" in caplog.text


async def test_watchers_that_hang_delay_nobody():
    release, looked_up = threading.Event(), []

    def function(record):
        release.wait(DEADLINE_S)

    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    try:
        async with opened([ScriptedTransport(*["Hi."] * 20), watching(function)]) as pipeline:
            async with asyncio.timeout(DEADLINE_S / 2):
                for _ in range(20):
                    exchange = Exchange(pipeline, request_of("Hello"), {})
                    assert isinstance((await read(exchange))[-1], MessageStop)
                    exchange.finish()
                await watched(0.05)
                looked_up.append(await asyncio.to_thread(lambda: "the loop's own threads are free"))
    finally:
        release.set()
        await watched(DEADLINE_S)
    assert looked_up


async def test_nobody_to_wait_for():
    await watched()


async def test_the_client_that_left_is_recorded():
    async with opened([ScriptedTransport(list(text_answer("m", "Hi.")))]) as pipeline:
        exchange = Exchange(pipeline, request_of("Hello"), {})
        async with aclosing(exchange.events()) as events:
            await anext(events)
        record = exchange.finish(cancelled=True)
    assert (record.cancelled, record.stop_reason, record.error) == (True, None, None)
    assert record.usage.input_tokens == 1


async def test_watchers_cannot_touch_the_answer():
    def meddling(record):
        record.usage = None

    asked = await aask("Hello", [ScriptedTransport("Hi."), watching(meddling)])
    assert asked.message.content[0].text == "Hi."
