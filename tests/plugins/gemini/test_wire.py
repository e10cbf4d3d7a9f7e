"""HTTP towards Gemini: framing, what can go wrong on the way, and what must never happen."""

import asyncio
import logging
import re
import subprocess
import sys
from contextlib import aclosing
from urllib.parse import unquote

import orjson
import pytest

from cgb import ApiError, NotFound, Overloaded, RateLimited, Timeout, Unauthenticated, UnusableAnswer, UpstreamFailed
from cgb.server.bursts import Bursts
from cgb.testing import SimulatedGemini
from cgb_plugins.gemini import Gemini
from cgb_plugins.gemini.wire import Client

from .kit import http, raw_server, silent
from .test_frames import ERROR, ONE, TWO, data, texts

KEY = "AIza-not-a-real-key"
BODY = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}


def settings(url="http://127.0.0.1:9", **fields):
    return Gemini.model_validate({"base_url": url, "api_key": KEY, **fields})


async def streamed(client, model="m"):
    async with client.stream(model, BODY) as found:
        return [frame async for frames in found for frame in frames]


async def asking(url, **fields):
    client = Client(settings(url, **fields))
    try:
        return await streamed(client)
    finally:
        await client.aclose()


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
        await client.aclose()

    for request, method in zip(server.requests, ("streamGenerateContent?alt=sse", "countTokens"), strict=True):
        place = request.split(b" ", 2)[1].decode()
        model = place.removeprefix("/v1beta/models/").removesuffix(f":{method}")
        assert unquote(model) == name
        assert not set("/?#") & set(model)


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [("503 Unavailable", ERROR, Overloaded), ("429 Too Many", b'{"error": {"message": "Later."}}', RateLimited)],
)
async def test_an_http_error(status, said, kind):
    async with raw_server(http(b"[" + said + b"]", status, "application/json")) as server:
        with pytest.raises(kind):
            await asking(server.url)


async def test_an_http_error_whose_explanation_breaks_off_is_one_all_the_same():
    async with raw_server(http(ERROR, "503 Unavailable")[:-5]) as server:
        with pytest.raises(Overloaded):
            await asking(server.url)


async def test_a_model_that_is_none_names_those_that_are():
    said = b'{"error": {"message": "models/gemini-3.8-flsh is not found"}}'
    async with raw_server(http(said, "404 Not Found")) as server:
        client = Client(settings(server.url), lambda: ["gemini-3.8-flash"])
        with pytest.raises(NotFound, match=r"Did you mean gemini-3\.8-flash\?"):
            await streamed(client, "gemini-3.8-flsh")
        await client.aclose()


@pytest.mark.parametrize("place", ["stream", "call", "models"])
async def test_a_redirect_is_not_followed_with_the_key(place):
    async with raw_server() as other, raw_server(http(b"", "307 Moved", Location=other.url)) as server:
        client = Client(settings(server.url))
        asked = {
            "stream": streamed(client),
            "call": client.call("x", "m", BODY),
            "models": client.models(client.keys[0]),
        }
        with pytest.raises(UpstreamFailed, match="HTTP 307"):
            await asked.pop(place)
        for unused in asked.values():
            unused.close()
        await client.aclose()

    assert other.connections == 0


async def test_nobody_listens():
    async with raw_server() as server:
        pass  # a port that was free a moment ago

    with pytest.raises(UpstreamFailed) as caught:
        await asking(server.url)

    assert server.url.removeprefix("http://") in caught.value.message
    assert "could not be reached" in caught.value.message
    assert KEY not in caught.value.message


async def test_silence_before_the_answer_is_a_timeout():
    async with SimulatedGemini() as gemini:
        gemini.reply({"text": "x", "fault": {"kind": "hang", "after": 0, "headers": False}})
        with pytest.raises(Timeout, match="REQUEST_TIMEOUT"):
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
        await client.aclose()


@pytest.mark.parametrize("body", [b"", b"<html>", b"7", b"null", b"{"])
async def test_a_whole_answer_that_is_no_json_object(body):
    async with raw_server(http(body, kind="application/json"), http(body, kind="text/html")) as server:
        client = Client(settings(server.url))
        with pytest.raises(UnusableAnswer):
            await client.call("generateContent", "m", BODY)
        with pytest.raises(UnusableAnswer):
            await client.models(None)
        await client.aclose()


async def test_a_client_that_leaves_ends_the_call_upstream():
    async with SimulatedGemini() as gemini:
        gemini.reply({"text": "x" * 100, "fault": {"kind": "hang", "after": 1}})
        client = Client(settings(gemini.url))
        async with client.stream("gemini-3-flash-preview", BODY) as found:
            await anext(found)
        assert await asyncio.to_thread(gemini.calls[0].wait)
        assert gemini.calls[0].cancelled
        await client.aclose()


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


@pytest.mark.parametrize("own", ["AIzaNotARealKey", "sk-a-gateway-s-own-key"])
@pytest.mark.parametrize("status", ["400 Bad", "403 Forbidden", "500 Failed", "502 Bad"])
async def test_a_key_that_google_repeats_is_not_passed_on(own, status, caplog):
    caplog.set_level(logging.DEBUG)
    said = orjson.dumps({"error": {"message": f"API key {own} not valid."}})
    async with raw_server(*[http(said, status)] * 2, http(b"<b>" + own.encode(), status)) as server:
        for keys in ({"api_key": own}, {"api_key": own, "api_keys": ["AIza-another"]}):
            with pytest.raises(ApiError) as caught:
                await asking(server.url, **keys)
            assert own not in "".join((str(caught.value), repr(caught.value), caplog.text))


# Several keys

THREE = {"api_key": "AIza-1", "api_keys": ["AIza-2", "AIza-3"]}
FULL = b'{"error": {"code": 429, "message": "Full.", "details": [{"retryDelay": "%gs"}]}}'


def keys_of(server):
    return [found[1].decode() for found in (re.search(rb"x-goog-api-key: AIza-(\d)", one) for one in server.requests)]


@pytest.mark.parametrize(
    "refusal",
    [
        http(FULL % 9, "429 Too Many"),
        http(b'{"error": {"message": "API key not valid."}}', "400 Bad"),
        http(b'{"error": {"message": "The caller does not have permission"}}', "403 Forbidden"),
        http(data(FULL % 9)),
        http(FULL % 9),
    ],
    ids=["429", "bad key", "403", "429 in a stream", "bare 429 in a stream"],
)
async def test_the_same_request_goes_on_with_the_next_key(refusal):
    notes = []
    async with raw_server(refusal, *[http(data(ONE))] * 2) as server:
        client = Client(settings(server.url, **THREE))
        for _ in range(2):
            async with client.stream("m", BODY, lambda *note: notes.append(note)) as found:
                assert texts([frame async for frames in found for frame in frames]) == ["one"]
        await client.aclose()

    assert keys_of(server) == ["1", "2", "2"]
    assert [kind for kind, _ in notes] == ["next_key"]
    assert len({request.partition(b"\r\n\r\n")[2] for request in server.requests}) == 1


async def test_a_whole_answer_goes_on_with_the_next_key_too():
    async with raw_server(http(FULL % 9, "429 Too Many"), http(b"{}")) as server:
        client = Client(settings(server.url, **THREE))
        assert await client.call("generateContent", "m", BODY) == {}
        await client.aclose()

    assert keys_of(server) == ["1", "2"]


async def test_when_all_keys_rest_the_shortest_delay_is_told():
    async with raw_server(*(http(FULL % delay, "429 Too Many") for delay in (90, 30.5, 60))) as server:
        client = Client(settings(server.url, **THREE))
        for _ in range(2):
            with pytest.raises(RateLimited) as caught:
                await streamed(client)
        await client.aclose()

    assert keys_of(server) == ["1", "2", "3"]
    assert 29 < caught.value.retry_after <= 30.5


async def test_what_fails_in_mid_answer_is_not_asked_with_another_key():
    """The client has seen a part of it: whoever goes on must join the answers."""
    async with raw_server(http(data(ONE, FULL % 9))) as server:
        with pytest.raises(RateLimited):
            await asking(server.url, **THREE)

    assert keys_of(server) == ["1"]


async def test_a_client_that_leaves_while_it_is_written_to_ends_the_stream():
    """Meanwhile the answer has been read as far as it came, and waits for more."""

    async def frames_of(client):
        async with client.stream("m", BODY) as found:
            async for frames in found:
                for frame in frames:
                    yield frame

    async with silent(http(data(ONE, TWO))[: -len(data(TWO))]) as host:
        client = Client(settings(f"http://{host}"))
        items = frames_of(client)
        async with aclosing(items), aclosing(Bursts(items)) as bunches:
            assert texts(await anext(bunches)) == ["one"]
        await client.aclose()


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
