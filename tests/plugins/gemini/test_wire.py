"""HTTP towards Gemini: framing, what can go wrong on the way, and what must never happen."""

import asyncio
import logging
import subprocess
import sys
from urllib.parse import unquote

import orjson
import pytest

from cgb import Overloaded, RateLimited, Timeout, Unauthenticated, UnusableAnswer, UpstreamFailed
from cgb.testing import SimulatedGemini
from cgb_plugins.gemini import Gemini
from cgb_plugins.gemini.wire import Client

from .kit import http, raw_server
from .test_frames import ERROR, ONE, TWO, data, texts

KEY = "AIza-not-a-real-key"
BODY = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}


def settings(url="http://127.0.0.1:9", **fields):
    return Gemini.model_validate({"base_url": url, "api_key": KEY, **fields})


async def streamed(client, model="m"):
    async with client.stream(model, BODY) as found:
        return [frame async for frame in found]


async def asking(url, **fields):
    client = Client(settings(url, **fields))
    try:
        return await streamed(client)
    finally:
        await client.close()


@pytest.mark.parametrize("suffix", ["", "/", "/v1beta", "/v1beta/"])
async def test_what_goes_over_the_wire(suffix):
    async with raw_server(http(data(ONE, TWO)), pieces=5) as server:
        assert texts(await asking(server.url + suffix)) == ["one", "two"]

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1beta/models/m:streamGenerateContent?alt=sse HTTP/1.1\r\n")
    assert f"x-goog-api-key: {KEY}".encode() in head
    assert b"content-type: application/json" in head.lower()
    assert orjson.loads(body) == BODY


@pytest.mark.parametrize(
    "name", ["gemini-x/../../files", "gemini-x?key=a", "gemini-x#a", "gemini-%2e%2e/a", "gemini-x:deleteModel"]
)
async def test_a_clients_model_name_leads_to_no_other_place(name):
    """The name is the client's, the key is the operator's."""
    async with raw_server(http(data(TWO)), http(b'{"totalTokens": 3}')) as server:
        client = Client(settings(server.url))
        await streamed(client, name)
        await client.call("countTokens", name, BODY)
        await client.close()

    for request, method in zip(server.requests, ("streamGenerateContent?alt=sse", "countTokens"), strict=True):
        place = request.split(b" ", 2)[1].decode()
        model = place.removeprefix("/v1beta/models/").removesuffix(f":{method}")
        assert unquote(model) == name
        assert not set("/?#") & set(model)


async def test_the_session_is_pooled():
    async with raw_server(*[http(data(TWO))] * 3, http(b'{"totalTokens": 3}'), http(b'{"models": [{}]}')) as server:
        client = Client(settings(server.url))
        for _ in range(3):
            assert texts(await streamed(client)) == ["two"]
        assert await client.call("countTokens", "m", BODY) == {"totalTokens": 3}
        assert await client.models() == [{}]
        await client.close()

    assert (len(server.requests), server.connections) == (5, 1)


async def test_closing_a_client_that_was_never_used():
    await Client(settings()).close()


@pytest.mark.parametrize(("status", "kind"), [("503 Unavailable", Overloaded), ("429 Too Many", RateLimited)])
async def test_an_http_error(status, kind):
    async with raw_server(http(b"[" + ERROR + b"]", status, "application/json")) as server:
        with pytest.raises(kind, match="overloaded"):
            await asking(server.url)


@pytest.mark.parametrize("place", ["stream", "call", "models"])
async def test_a_redirect_is_not_followed_with_the_key(place):
    async with raw_server() as other, raw_server(http(b"", "307 Moved", Location=other.url)) as server:
        client = Client(settings(server.url))
        asked = {"stream": streamed(client), "call": client.call("x", "m", BODY), "models": client.models()}
        with pytest.raises(UpstreamFailed, match="HTTP 307"):
            await asked.pop(place)
        for unused in asked.values():
            unused.close()
        await client.close()

    assert other.connections == 0


async def test_nobody_listens():
    async with raw_server() as server:
        pass  # a port that was free a moment ago

    with pytest.raises(UpstreamFailed) as caught:
        await asking(server.url)

    assert server.url.removeprefix("http://") in caught.value.message
    assert "could not be reached" in caught.value.message
    assert KEY not in caught.value.message


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n"])
async def test_no_http_answer(answer):
    async with raw_server(answer or b" ") as server:
        with pytest.raises(UpstreamFailed):
            await asking(server.url)


@pytest.mark.parametrize("keep", [0, 20, len(data(ONE))])
async def test_a_connection_that_breaks_in_mid_answer(keep):
    whole = http(data(ONE, TWO))
    head = whole.index(b"\r\n\r\n") + 4
    async with raw_server(whole[: head + keep]) as server:
        with pytest.raises(UnusableAnswer) as caught:
            await asking(server.url)

    assert caught.value.kind == "cut"


async def test_silence_before_the_answer_is_a_timeout():
    async with SimulatedGemini() as gemini:
        gemini.reply({"text": "x", "fault": {"kind": "hang", "after": 0, "headers": False}})
        with pytest.raises(Timeout, match="silent"):
            await model_asked(gemini, request_timeout=0.2)


async def test_silence_in_mid_answer_is_a_stall():
    async with SimulatedGemini() as gemini:
        gemini.reply({"text": "x" * 100, "fault": {"kind": "hang", "after": 1}})
        with pytest.raises(UnusableAnswer) as caught:
            await model_asked(gemini, request_timeout=0.2)

    assert caught.value.kind == "stall"


async def model_asked(gemini, **fields):
    client = Client(settings(gemini.url, **fields))
    try:
        return await streamed(client, "gemini-3-flash-preview")
    finally:
        await client.close()


@pytest.mark.parametrize("body", [b"", b"<html>", b"7", b"null", b"{"])
async def test_a_whole_answer_that_is_no_json_object(body):
    async with raw_server(http(body, kind="application/json"), http(body, kind="text/html")) as server:
        client = Client(settings(server.url))
        with pytest.raises(UnusableAnswer):
            await client.call("generateContent", "m", BODY)
        with pytest.raises(UnusableAnswer):
            await client.models()
        await client.close()


async def test_a_client_that_leaves_ends_the_call_upstream():
    async with SimulatedGemini() as gemini:
        gemini.reply({"text": "x" * 100, "fault": {"kind": "hang", "after": 1}})
        client = Client(settings(gemini.url))
        async with client.stream("gemini-3-flash-preview", BODY) as found:
            await anext(found)
        assert await asyncio.to_thread(gemini.calls[0].wait)
        assert gemini.calls[0].cancelled
        await client.close()


async def begun(client, barrier):
    """Reads an answer that hangs after its first frame."""
    async with client.stream("gemini-3-flash-preview", BODY) as found:
        await anext(found)
        await barrier.wait()
        return [frame async for frame in found]


async def test_a_task_that_is_cancelled_ends_the_call_upstream():
    async with SimulatedGemini() as gemini:
        gemini.reply({"text": "x" * 100, "fault": {"kind": "hang", "after": 1}})
        client, barrier = Client(settings(gemini.url)), asyncio.Barrier(2)
        task = asyncio.create_task(begun(client, barrier))
        await barrier.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(gemini.calls[0].wait)
        assert gemini.calls[0].cancelled
        await client.close()


async def test_parallel_calls_do_not_wait_for_each_other():
    """A main conversation and many subagents at once: as many connections as it takes."""
    async with SimulatedGemini() as gemini:
        gemini.reply(*[{"text": "x" * 100, "fault": {"kind": "hang", "after": 1}}] * 120)
        client, barrier = Client(settings(gemini.url)), asyncio.Barrier(121)
        tasks = [asyncio.create_task(begun(client, barrier)) for _ in range(120)]
        await barrier.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await client.close()

    assert len(gemini.calls) == 120


# Proxies


async def test_another_host_is_reached_through_the_proxy(monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    async with raw_server(http(data(TWO))) as proxy:
        assert texts(await asking("http://gemini.invalid", proxy=proxy.url)) == ["two"]

    assert proxy.requests[0].startswith(b"POST http://gemini.invalid/v1beta/models/m:streamGenerateContent?alt=sse ")


async def test_https_goes_through_a_tunnel_that_does_not_see_the_key(monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    async with raw_server(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n") as proxy:
        with pytest.raises(UpstreamFailed):
            await asking("https://gemini.invalid", proxy=proxy.url)

    assert proxy.requests[0].startswith(b"CONNECT gemini.invalid:443 ")
    assert KEY.encode() not in proxy.requests[0]


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
async def test_loopback_bypasses_the_proxy(name):
    async with raw_server() as proxy, raw_server(http(data(TWO))) as server:
        assert texts(await asking(server.url.replace("127.0.0.1", name), proxy=proxy.url)) == ["two"]

    assert proxy.connections == 0


async def test_a_host_in_no_proxy_bypasses_the_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "gemini.invalid")
    async with raw_server() as proxy:
        with pytest.raises(UpstreamFailed):
            await asking("http://gemini.invalid", proxy=proxy.url)

    assert proxy.connections == 0


async def test_the_environments_proxy_reaches_the_settings_and_no_other_way(monkeypatch):
    async with raw_server() as proxy, raw_server(http(data(TWO))) as server:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert texts(await asking(server.url)) == ["two"]

    assert proxy.connections == 0


# The key


async def test_the_key_is_nowhere_to_be_read(caplog):
    caplog.set_level(logging.DEBUG)
    given = settings()
    told = []
    async with SimulatedGemini(api_key="another") as gemini:
        for url in (gemini.url, "http://127.0.0.1:9", "http://gemini.invalid"):
            try:
                await asking(url)
            except (Unauthenticated, UpstreamFailed) as error:
                told += [str(error), repr(error), str(error.body()), repr(error.__cause__), str(error.headers)]

    assert len(told) == 15
    assert KEY not in "".join(
        [*told, caplog.text, repr(given), str(given), given.model_dump_json(), repr(Client(given))]
    )


async def test_without_a_key_none_is_sent():
    async with raw_server(http(data(TWO))) as server:
        await asking(server.url, api_key=None)

    assert b"x-goog-api-key" not in server.requests[0]


def test_starting_the_bridge_does_not_import_the_client():
    code = (
        "import sys, cgb_plugins.gemini as gemini; gemini.Client(gemini.Gemini());"
        "print({name.partition('.')[0] for name in sys.modules} & {'aiohttp', 'litellm'} or 'neither')"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "neither"
