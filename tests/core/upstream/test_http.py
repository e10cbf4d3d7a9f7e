"""HTTP towards a server: what can go wrong on the way, and what must never happen."""

import asyncio
import gzip
import subprocess
import sys

import pytest

import cgb.upstream
from cgb import ApiError, UnusableAnswer, UpstreamFailed
from cgb.upstream import Upstream

from .kit import Mine, http, opened, raw_server, read, silent

BODY = b"one two " * 50


def test_all_is_what_can_be_imported():
    assert all(getattr(cgb.upstream, name).__doc__ for name in set(cgb.upstream.__all__) - {"Address"})


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/"])
async def test_what_goes_over_the_wire(end):
    async with raw_server(http(BODY), pieces=5) as server:
        assert await read(server.url + end, body=b"{}") == BODY

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST " + end.rstrip("/").encode() + b"/x HTTP/1.1\r\n")
    assert body == b"{}"


async def test_what_comes_over_the_wire():
    async with (
        raw_server(http(BODY, "418 Teapot", Mark="x")) as server,
        opened(server.url) as upstream,
        upstream.request("GET", "x", headers={"key": "k"}) as response,
    ):
        assert (response.status, response.headers["mark"]) == (418, "x")
        assert b"".join([chunk async for chunk in response.chunks]) == BODY

    assert b"\r\nkey: k\r\n" in server.requests[0]


async def test_connections_are_used_again():
    async with raw_server(*[http(BODY)] * 3) as server, opened(server.url) as upstream:
        for _ in range(3):
            async with upstream.request("GET", "x") as response:
                await response.read()

    assert (len(server.requests), server.connections) == (3, 1)


async def test_closing_what_was_never_used():
    await Upstream(Mine(), "mine", "http://127.0.0.1:9").aclose()


async def test_a_redirect_is_not_followed_with_the_key():
    async with (
        raw_server() as other,
        raw_server(http(b"", "307 Moved", Location=other.url)) as server,
        opened(server.url) as upstream,
        upstream.request("GET", "x") as response,
    ):
        assert response.status == 307

    assert other.connections == 0


async def test_nobody_listens():
    async with raw_server() as server:
        pass  # a port that was free a moment ago

    host = server.url.removeprefix("http://")
    with pytest.raises(UpstreamFailed, match=rf"^Mine at {host} could not be reached .*plugin\.mine\.base_url\.$"):
        await read(server.url)
    with pytest.raises(UpstreamFailed, match=f"^{host} could not be reached"):
        await read(server.url.replace("//", "//user:secret@"), name="")


@pytest.mark.parametrize("answer", [b" ", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n"])
async def test_no_http_answer(answer):
    async with raw_server(answer) as server:
        with pytest.raises(UpstreamFailed, match="broke off before it answered, or sent no HTTP"):
            await read(server.url)


# Answers that break


@pytest.mark.parametrize("keep", [0, 20, len(BODY) - 1])
async def test_a_connection_that_breaks_in_mid_answer_is_a_cut(keep):
    whole = http(BODY)
    head = whole.index(b"\r\n\r\n") + 4
    async with raw_server(whole[: head + keep]) as server:
        with pytest.raises(UnusableAnswer, match="the connection to Mine broke in the middle of its answer") as caught:
            await read(server.url)

    assert caught.value.kind == "cut"


def chunked(*pieces, end=b"0\r\n\r\n"):
    """An answer in chunks: bytes as they are where a piece is a pair of its size line and its text."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(size + b"\r\n" + text + b"\r\n" for size, text in pieces) + end


def sized(text):
    return b"%x" % len(text), text


PACKED = gzip.compress(BODY + b"".join(b"%d" % number for number in range(500)), mtime=0)
BROKEN = {
    "gzip-header": http(b"\x00" + PACKED[1:], **{"Content-Encoding": "gzip"}),
    "gzip-middle": http(
        PACKED[:40] + bytes(byte ^ 0xFF for byte in PACKED[40:60]) + PACKED[60:], **{"Content-Encoding": "gzip"}
    ),
    "gzip-checksum": http(PACKED[:-8] + b"12345678", **{"Content-Encoding": "gzip"}),
    "gzip-cut": http(PACKED, **{"Content-Encoding": "gzip"})[:-20],
    "deflate": http(b"no such thing", **{"Content-Encoding": "deflate"}),
    "chunk-size": chunked(sized(BODY), (b"zz", BODY)),
    "chunk-too-long": chunked(sized(BODY), (b"1", BODY)),
    "chunk-cut": chunked(sized(BODY), sized(BODY), end=b"")[:-9],
    "chunks-without-end": chunked(sized(BODY), end=b""),
}


@pytest.mark.parametrize("pieces", [0, 7])
@pytest.mark.parametrize("name", BROKEN)
async def test_an_answer_whose_encoding_breaks_is_cut_and_never_shorter(name, pieces):
    async with raw_server(BROKEN[name], pieces=pieces) as server:
        with pytest.raises(UnusableAnswer) as caught:
            await read(server.url)

    assert caught.value.kind == "cut"


async def test_a_packed_answer():
    async with raw_server(http(PACKED, **{"Content-Encoding": "gzip"}), pieces=11) as server:
        assert await read(server.url) == gzip.decompress(PACKED)


# Clients that leave


async def begun(upstream, barrier):
    """Reads an answer that hangs after its first piece."""
    async with upstream.request("GET", "x") as response:
        await anext(response.chunks)
        await barrier.wait()
        return await response.read()


async def test_a_client_that_leaves_ends_the_call_upstream():
    async with (
        silent(http(BODY)[:-1]) as host,  # ends when its client has gone
        opened(f"http://{host}") as upstream,
        upstream.request("GET", "x") as response,
    ):
        await anext(response.chunks)


async def test_parallel_calls_do_not_wait_for_each_other_and_end_when_cancelled():
    """A main conversation and many subagents at once: as many connections as it takes."""
    async with silent(http(BODY)[:-1]) as host, opened(f"http://{host}") as upstream:
        barrier = asyncio.Barrier(121)
        tasks = [asyncio.create_task(begun(upstream, barrier)) for _ in range(120)]
        await barrier.wait()
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)

    assert {type(end) for end in ends} == {asyncio.CancelledError}


# Proxies


@pytest.fixture
def no_bypass(monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("no_bypass")
async def test_another_host_is_reached_through_the_proxy():
    async with raw_server(http(BODY)) as proxy:
        assert await read("http://mine.invalid", proxy=proxy.url) == BODY

    assert proxy.requests[0].startswith(b"POST http://mine.invalid/x ")


@pytest.mark.usefixtures("no_bypass")
async def test_https_goes_through_a_tunnel_that_does_not_see_the_key():
    async with (
        raw_server(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n") as proxy,
        opened("https://mine.invalid", proxy=proxy.url) as upstream,
    ):
        with pytest.raises(UpstreamFailed):
            async with upstream.request("GET", "x", headers={"key": "a-key"}):
                pass

    assert proxy.requests[0].startswith(b"CONNECT mine.invalid:443 ")
    assert b"a-key" not in proxy.requests[0]


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
async def test_loopback_bypasses_the_proxy(name):
    async with raw_server() as proxy, raw_server(http(BODY)) as server:
        assert await read(server.url.replace("127.0.0.1", name), proxy=proxy.url) == BODY

    assert proxy.connections == 0


async def test_a_host_in_no_proxy_bypasses_the_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "mine.invalid")
    async with raw_server() as proxy:
        with pytest.raises(UpstreamFailed):
            await read("http://mine.invalid", proxy=proxy.url)

    assert proxy.connections == 0


async def test_the_environments_proxy_reaches_the_settings_and_no_other_way(monkeypatch):
    async with raw_server() as proxy, raw_server(http(BODY)) as server:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert await read(server.url) == BODY

    assert proxy.connections == 0


async def test_what_is_secret_in_the_address_is_not_told():
    with pytest.raises(ApiError) as caught:
        await read("http://user:secret@mine.invalid")

    assert "secret" not in caught.value.message


def test_asking_imports_no_other_client():
    code = (
        "import asyncio, sys; from cgb.upstream import Upstream, UpstreamSettings\n"
        "async def ask():\n"
        "    upstream = Upstream(UpstreamSettings(base_url='http://127.0.0.1:9'), 'mine', 'http://127.0.0.1:9')\n"
        "    try:\n"
        "        async with upstream.request('GET', 'x'): pass\n"
        "    except Exception as error: print(type(error).__name__)\n"
        "asyncio.run(ask()); print({'aiohttp', 'httpx', 'requests', 'anyio'} & set(sys.modules) or 'none')"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["UpstreamFailed", "none"]
