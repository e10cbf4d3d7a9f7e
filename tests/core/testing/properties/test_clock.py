import asyncio
import sys
import threading
import time

import pytest

from cgb.testing.properties.clock import Stuck, TimelessLoop


def run(main):
    loop = TimelessLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(main(loop))


def test_nobody_waits_for_the_clock():
    async def main(loop):
        begin = loop.time()
        await asyncio.sleep(86_400)
        return loop.time() - begin

    begin = time.monotonic()
    assert run(main) >= 86_400
    assert time.monotonic() - begin < 60


def test_timers_go_off_in_their_order():
    async def main(_):
        seen = []

        async def after(seconds):
            await asyncio.sleep(seconds)
            seen.append(seconds)

        await asyncio.gather(after(300), after(100), after(200))
        return seen

    assert run(main) == [100, 200, 300]


def test_time_is_real_while_a_thread_works():
    async def main(_):
        released = threading.Event()
        asyncio.get_running_loop().call_later(0.01, released.set)
        async with asyncio.timeout(3_600):
            return await asyncio.to_thread(released.wait, 30)

    assert run(main)


def test_time_is_real_while_a_connection_is_open():
    async def main(_):
        async def answer(reader, writer):
            await reader.readline()
            writer.write(b"pong\n")
            writer.close()

        async with await asyncio.start_server(answer, "127.0.0.1") as server, asyncio.timeout(3_600):
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(b"ping\n")
            answered = await reader.readline()
            writer.close()
            return answered

    assert run(main) == b"pong\n"


def test_who_holds_the_loop_is_noticed():
    async def main(loop):
        await asyncio.sleep(0)
        loop.held_s = 0.0
        time.sleep(0.05)  # noqa: ASYNC251 - what is to be noticed
        await asyncio.sleep(0)
        return loop.held_s

    assert run(main) >= 0.05


def test_no_plugin_catches_what_is_stuck():
    assert not issubclass(Stuck, Exception)
    with pytest.raises(Stuck):
        raise Stuck


def test_a_child_process_is_waited_for():
    """asyncio's thread that waits for it, before Python 3.12, is nobody's job."""

    async def main(loop):
        begin = loop.time()
        child = await asyncio.create_subprocess_exec(sys.executable, "-c", "import time; time.sleep(0.2)")
        async with asyncio.timeout(3_600):
            await child.wait()
        return loop.time() - begin

    assert run(main) < 3_600
