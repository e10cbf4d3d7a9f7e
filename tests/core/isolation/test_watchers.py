"""What a watcher is told is tested with the exchange; here, that it can hold up nobody."""

import asyncio
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest

from cgb import Context, Record, hookimpl
from cgb.isolation import watchers
from cgb.isolation.watchers import Watcher, watched
from cgb.steps import Step
from cgb.testing import ScriptedTransport, aask, request_of

DEADLINE_S = 10
REQUEST = request_of("Hello")


def watcher(function):
    return Watcher(Step("mine", "request_finished", function, ("record",), None))


def tell(one, times=1):
    for _ in range(times):
        one.tell(Record(REQUEST), Context(REQUEST))


async def test_one_that_hangs_delays_no_other():
    release, seen = threading.Event(), []

    def hangs(record):
        release.wait(DEADLINE_S)

    async def awaits(record):
        seen.append("async")

    stuck = [watcher(hangs) for _ in range(8)]
    try:
        for one in stuck:
            tell(one)
        tell(watcher(awaits))
        tell(watcher(lambda record: seen.append("thread")))
        async with asyncio.timeout(DEADLINE_S):
            while len(seen) < 2:
                await watched(0.01)
    finally:
        release.set()
        await watched(DEADLINE_S)
    assert sorted(seen) == ["async", "thread"]


async def test_one_that_hangs_is_named_once_and_told_of_no_more_than_fits_in_memory(caplog, monkeypatch):
    monkeypatch.setattr(watchers, "_HANGS_S", 0.01)
    monkeypatch.setattr(watchers, "_MOST", 5)
    release, told = threading.Event(), []

    def hangs(record):
        told.append(record)
        release.wait(DEADLINE_S)

    one = watcher(hangs)
    tell(one, 8)
    async with asyncio.timeout(DEADLINE_S):
        while "hangs" not in caplog.text:
            await watched(0.01)
    release.set()
    await watched(DEADLINE_S)
    assert len(told) == 5
    assert one.step.owner.stats.dropped == 3
    messages = [record.message for record in caplog.records]
    assert messages == [
        "plugin 'mine' does not keep up: 5 requests wait for its request_finished, and it is told of no others",
        "plugin 'mine' hangs: its request_finished has not returned for 0.01 s",
    ]


@pytest.mark.parametrize("kind", [KeyError, SystemExit, KeyboardInterrupt, StopIteration, asyncio.CancelledError])
@pytest.mark.parametrize("late", [True, False])
async def test_what_it_raises_is_logged(caplog, kind, late):
    async def coroutine(record):
        raise kind

    def function(record):
        raise kind

    one = watcher(coroutine if late else function)
    tell(one)
    await watched(DEADLINE_S)
    assert one.step.owner.stats.errors == {"request_finished": 1}
    assert "plugin 'mine' failed in request_finished" in caplog.text


async def test_one_that_is_told_again_later_has_a_thread_again(monkeypatch):
    monkeypatch.setattr(watchers, "_IDLE_S", 0.0)
    threads = []
    one = watcher(lambda record: threads.append(threading.current_thread()))
    for _ in range(3):
        tell(one)
        await watched(DEADLINE_S)
        threads[-1].join(DEADLINE_S)
    assert len(set(threads)) == 3


async def test_what_it_returns_is_nobodys_business():
    plugin = SimpleNamespace(__name__="odd", request_finished=hookimpl(lambda record: 5))
    assert (await aask("Hello", [ScriptedTransport("Hi."), plugin])).message.content[0].text == "Hi."


HANGING = """
import asyncio, threading
from cgb import Context, Record
from cgb.steps import Step
from cgb.testing import request_of
from cgb.isolation.watchers import Watcher, watched

async def main():
    request = request_of("Hello")
    step = Step("mine", "request_finished", lambda: threading.Event().wait(), (), None)
    Watcher(step).tell(Record(request), Context(request))
    await watched(0.05)

asyncio.run(main())
print("over")
"""


def test_one_that_hangs_does_not_keep_python_from_ending():
    ran = subprocess.run([sys.executable, "-c", HANGING], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout == "over\n"
