"""A body, taken by who reads it."""

import pytest

from cgb import UnusableAnswer

from .kit import http, in_two, opened, raw_server, silent

WHOLE = http(b"one two")
ONE, TWO = WHOLE[:-4], WHOLE[-4:]


async def taken(chunks):
    """What comes next, waited for as a reader does."""
    while (data := chunks.take()) is None:
        await chunks.news()
    return data


async def test_what_has_come_is_taken_once_and_then_the_end():
    async with in_two(ONE, TWO) as (url, told), opened(url) as upstream, upstream.request("GET", "x") as response:
        chunks = response.chunks
        assert await taken(chunks) == b"one"
        assert chunks.take() is None
        told.set()
        assert await taken(chunks) == b" two"
        assert [await taken(chunks), chunks.take(), [chunk async for chunk in chunks]] == [b"", b"", []]


async def test_one_reader_may_go_on_where_another_stopped():
    async with in_two(ONE, TWO) as (url, told), opened(url) as upstream, upstream.request("GET", "x") as response:
        assert await anext(response.chunks) == b"one"
        told.set()
        assert await taken(response.chunks) == b" two"
        assert await response.read() == b""


async def test_what_broke_is_told_once():
    async with silent(ONE) as host, opened(f"http://{host}") as upstream, upstream.request("GET", "x") as response:
        assert await taken(response.chunks) == b"one"
        response.chunks._connection.fail(ConnectionResetError())
        with pytest.raises(UnusableAnswer, match="broke in the middle"):
            response.chunks.take()
        assert response.chunks.take() == b""


async def test_only_one_may_wait():
    async with in_two(ONE, TWO) as (url, told), opened(url) as upstream, upstream.request("GET", "x") as response:
        assert await taken(response.chunks) == b"one"
        waiting = response.chunks.news()
        with pytest.raises(RuntimeError, match="already running"):
            response.chunks.news()
        told.set()
        await waiting
        assert response.chunks.take() == b" two"


async def test_who_waits_after_the_end_is_told_not_left_waiting():
    async with silent(WHOLE) as host, opened(f"http://{host}") as upstream:
        async with upstream.request("GET", "x") as response:
            pass
        assert (response.chunks.news(), response.chunks.take()) == (None, b"")


async def test_who_need_not_wait_is_told():
    async with in_two(ONE, TWO) as (url, told), opened(url) as upstream, upstream.request("GET", "x") as response:
        if (waiting := response.chunks.news()) is not None:
            await waiting
        assert (response.chunks.news(), response.chunks.take()) == (None, b"one")
        told.set()
        await response.chunks.news()
        assert (response.chunks.news(), response.chunks.take()) == (None, b" two")


async def test_who_gives_up_waiting_may_wait_again():
    async with in_two(ONE, TWO) as (url, told), opened(url) as upstream, upstream.request("GET", "x") as response:
        assert await taken(response.chunks) == b"one"
        response.chunks.news().cancel()
        told.set()
        assert await taken(response.chunks) == b" two"


async def test_who_has_left_takes_nothing_of_the_next_answer_on_the_connection():
    async with raw_server(WHOLE, WHOLE) as server, opened(server.url) as upstream:
        async with upstream.request("GET", "x") as response:
            left = response.chunks
            await response.read()
        async with upstream.request("GET", "x") as response:
            assert left.take() == b""
            assert await response.read() == b"one two"
    assert server.connections == 1
