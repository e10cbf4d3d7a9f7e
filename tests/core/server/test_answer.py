import asyncio
import socket
import struct
from types import SimpleNamespace
from urllib.parse import urlsplit

import anthropic
import orjson
import pytest

from cgb import InvalidRequest, Overloaded, RateLimited, Route, Transport, hookimpl
from cgb.config import ServerSettings
from cgb.exchange import Exchange
from cgb.isolation.watchers import watched
from cgb.messages import Accumulator, ToolUseBlock, UnknownEvent, Usage, Writer, accumulate, event_of
from cgb.server import answer as answers
from cgb.server import bursts
from cgb.server.answer import StreamedAnswer, ended
from cgb.sse import Frames, decode
from cgb.testing import ScriptedTransport, assert_stream, opened, request_of, text_answer

SLOW = 600.0
"""A time that no test waits for."""


def frames(body):
    return [orjson.loads(data) for data in Frames().feed(body)]


def kinds(body):
    return [frame["type"] for frame in frames(body)]


async def events_of_response(response):
    return [event async for event in decode(response.content.iter_any())]


def beginning(count=3):
    """The first events of an answer: message_start, a block's start, its first words."""
    return list(text_answer("claude-sonnet-5", "Hel"))[:count]


class Watcher(SimpleNamespace):
    """A plugin that keeps the records of finished requests."""

    def __init__(self):
        records = asyncio.Queue()

        @hookimpl
        async def request_finished(record):
            await records.put(record)

        super().__init__(records=records, request_finished=request_finished)


class Waiting:
    """An answer that says some events, waits until it is told to go on, and then says the others."""

    def __init__(self, first, rest=()):
        self.first, self.rest = first, rest
        self.asked, self.go_on, self.closed = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def __call__(self, request, route, ctx):
        try:
            for event in self.first:
                yield event
            self.asked.set()
            await self.go_on.wait()
            for event in self.rest:
                if isinstance(event, Exception):
                    raise event
                yield event
        finally:
            self.closed.set()


async def test_streams_an_answer(serving):
    async with serving(ScriptedTransport("Hello yourself.")) as bridge, bridge.stream() as response:
        assert response.status == 200
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert response.headers["cache-control"] == "no-cache"
        assert response.headers["x-accel-buffering"] == "no"
        assert response.headers["request-id"].startswith("req_")
        message = assert_stream(await events_of_response(response))
    assert message.content[0].text == "Hello yourself."
    assert message.model == "claude-sonnet-5"


async def test_plain_answers_equal_accumulated_streamed_ones(serving):
    writer = Writer("claude-sonnet-5", Usage(input_tokens=7))
    said = [
        *writer.start(),
        *writer.thinking("Hm."),
        *writer.signature("c2ln"),
        *writer.text("Let me look."),
        *writer.tool("toolu_1", "Read", {"path": "a", "lines": [1, 2]}, extra="kept"),
        *writer.finish("tool_use", Usage(input_tokens=7, output_tokens=9), stop_details={"type": "x"}),
    ]
    async with serving(ScriptedTransport(said, said)) as bridge:
        async with bridge.stream() as response:
            streamed = await accumulate(decode(response.content.iter_any()))
        async with bridge.ask() as response:
            assert response.headers["content-type"] == "application/json"
            plain = await response.json()
    assert plain == streamed.to_wire()
    assert plain["content"][2] == {
        "type": "tool_use",
        "id": "toolu_1",
        "name": "Read",
        "input": {"path": "a", "lines": [1, 2]},
        "extra": "kept",
    }
    assert plain["stop_details"] == {"type": "x"}


async def test_a_plain_answer_that_takes_long_to_read_gives_others_their_turn(serving, monkeypatch):
    """LiteLLM takes a millisecond for each of its chunks: an answer that was there at once held up everybody."""
    now, turns, seen = 0.0, 0, set()
    monkeypatch.setattr(bursts, "perf_counter", lambda: now)

    async def slowly(request, route, ctx):
        nonlocal now
        for event in text_answer("claude-sonnet-5", "Hello"):
            now += 0.6 * bursts.LONGEST_S
            seen.add(turns)
            yield event

    async def neighbour():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(neighbour())
    async with serving(ScriptedTransport(slowly)) as bridge, bridge.ask() as response:
        assert (await response.json())["content"] == [{"type": "text", "text": "Hello"}]
    beside.cancel()
    assert len(seen) > 2


async def test_an_error_before_the_first_event_is_a_real_status(serving, hello):
    error = RateLimited("The quota is used up.", retry_after=1.2, should_retry=False, headers={"cgb-route": "a/b"})
    async with serving(ScriptedTransport(error, error)) as bridge:
        for body in (hello, {**hello, "stream": True}):
            async with bridge.ask(body) as response:
                assert response.status == 429
                assert response.headers["retry-after"] == "2"
                assert response.headers["x-should-retry"] == "false"
                assert response.headers["cgb-route"] == "a/b"
                assert response.headers["content-type"] == "application/json"
                assert await response.json() == {
                    "type": "error",
                    "error": {"type": "rate_limit_error", "message": "The quota is used up."},
                    "request_id": response.headers["request-id"],
                }


async def test_the_status_waits_for_the_first_event(serving):
    answer = Waiting([], [InvalidRequest("prompt is too long: 2 tokens > 1 maximum")])
    async with serving(ScriptedTransport(answer), hold_status_s=SLOW) as bridge:
        asking = asyncio.create_task(bridge.stream().__aenter__())
        await answer.asked.wait()
        assert not asking.done()
        answer.go_on.set()
        response = await asking
        assert response.status == 400
        assert (await response.json())["error"]["message"] == "prompt is too long: 2 tokens > 1 maximum"


async def test_an_error_after_the_first_event_is_the_last_event(serving):
    answer = Waiting(beginning(), [Overloaded("No room.")])
    async with serving(ScriptedTransport(answer)) as bridge, bridge.stream() as response:
        assert response.status == 200
        answer.go_on.set()
        body = await response.read()
        request_id = response.headers["request-id"]
    assert kinds(body) == ["message_start", "content_block_start", "content_block_delta", "error"]
    assert frames(body)[-1] == {
        "type": "error",
        "error": {"type": "overloaded_error", "message": "No room."},
        "request_id": request_id,
    }


async def test_what_came_with_an_error_comes_before_it(serving):
    async with (
        serving(ScriptedTransport([*beginning(), Overloaded("No room.")])) as bridge,
        bridge.stream() as response,
    ):
        body = await response.read()
    assert kinds(body) == ["message_start", "content_block_start", "content_block_delta", "error"]


async def test_a_plain_answer_that_breaks_off_is_a_real_status(serving):
    async with serving(ScriptedTransport([*beginning(), Overloaded("No room.")])) as bridge, bridge.ask() as response:
        assert response.status == 529


@pytest.mark.parametrize(("events", "message"), [((), "was empty"), (beginning(), "ended without message_stop")])
async def test_an_answer_without_its_end_is_an_error(serving, hello, events, message):
    async with serving(ScriptedTransport(events, events)) as bridge:
        async with bridge.ask() as response:
            assert response.status == 502
            assert message in (await response.json())["error"]["message"]
        async with bridge.stream() as response:
            body = await response.read()
            assert response.status == (200 if events else 502)
    assert message in body.decode()


@pytest.mark.parametrize("stream", [True, False])
async def test_the_route_that_answers_is_named(serving, hello, stream):
    async def again(request, route, ctx):
        ctx.routes.append(Route("second", "m"))
        for event in text_answer("claude-sonnet-5", "Hi."):
            yield event

    async with serving(ScriptedTransport("Hi.", again, Overloaded("No room."))) as bridge:
        named = []
        for _ in range(3):
            async with bridge.ask({**hello, "stream": stream}) as response:
                named.append((response.status, response.headers["cgb-route"]))
    assert named == [(200, "scripted/claude-sonnet-5"), (200, "second/m"), (529, "scripted/claude-sonnet-5")]


async def test_the_route_that_counts_is_named(serving, hello):
    async with serving(ScriptedTransport()) as bridge, bridge.ask(hello, "/v1/messages/count_tokens") as response:
        assert response.headers["cgb-route"] == "scripted/claude-sonnet-5"


async def test_no_route_is_named_where_none_was_asked(serving, hello):
    async with serving() as bridge, bridge.ask(hello) as response:
        assert response.status == 404
        assert "cgb-route" not in response.headers


async def test_a_model_of_the_clients_cannot_forge_a_header(serving, hello):
    model = "m\r\nset-cookie: a=b\u2028é" + "y" * 900
    async with serving(ScriptedTransport("Hi.")) as bridge, bridge.ask({**hello, "model": model}) as response:
        assert response.status == 200
        assert "set-cookie" not in response.headers
        assert response.headers["cgb-route"].startswith("scripted/m%0D%0Aset-cookie:%20a=b%E2%80%A8%C3%A9yy")
        assert len(response.headers["cgb-route"]) < 300


async def test_after_the_hold_time_the_answer_is_200_and_pings(serving):
    answer = Waiting([], list(text_answer("m", "Late.")))
    async with (
        serving(ScriptedTransport(answer), hold_status_s=0.05, ping_s=0.05) as bridge,
        bridge.stream() as response,
    ):
        assert response.status == 200
        assert "cgb-route" not in response.headers
        assert not answer.go_on.is_set()
        pings = await response.content.readexactly(2 * len(b'event: ping\ndata: {"type":"ping"}\n\n'))
        assert kinds(pings) == ["ping", "ping"]
        answer.go_on.set()
        assert assert_stream(await events_of_response(response)).content[0].text == "Late."


async def test_what_fails_after_the_hold_time_is_an_error_event(serving):
    answer = Waiting([], [RateLimited("Later.", retry_after=3)])
    async with serving(ScriptedTransport(answer), hold_status_s=0.05) as bridge, bridge.stream() as response:
        assert response.status == 200
        answer.go_on.set()
        body = await response.read()
    assert set(kinds(body)[:-1]) == {"ping"}
    assert frames(body)[-1]["error"] == {"type": "rate_limit_error", "message": "Later."}


async def test_a_plain_answer_is_not_hurried_by_the_hold_time(serving):
    answer = Waiting([], [Overloaded("No room.")])
    async with serving(ScriptedTransport(answer), hold_status_s=0.01) as bridge:
        asking = asyncio.create_task(bridge.ask().__aenter__())
        await answer.asked.wait()
        assert (await asyncio.wait({asking}, timeout=0.2))[0] == set()
        answer.go_on.set()
        assert (await asking).status == 529


async def test_pings_come_at_their_pace_while_upstream_is_silent(serving):
    answer = Waiting(beginning(), list(text_answer("claude-sonnet-5", "Hel"))[3:])
    async with serving(ScriptedTransport(answer), ping_s=0.2) as bridge, bridge.stream() as response:
        loop = asyncio.get_running_loop()
        begin, seen = loop.time(), b""
        while seen.count(b"event: ping") < 3:
            seen += await response.content.readany()
        took = loop.time() - begin
        answer.go_on.set()
        rest = await response.read()
    assert 0.55 < took < 5
    assert "ping" not in kinds(rest)
    assert kinds(seen)[:3] == ["message_start", "content_block_start", "content_block_delta"]


async def test_no_ping_while_upstream_speaks(serving):
    async def busy(request, route, ctx):
        whole = list(text_answer("claude-sonnet-5", "."))
        for event in (*whole[:2], *[whole[2]] * 20, *whole[3:]):
            await asyncio.sleep(0.02)
            yield event

    async with serving(ScriptedTransport(busy), ping_s=0.3) as bridge, bridge.stream() as response:
        assert "ping" not in kinds(await response.read())


@pytest.mark.parametrize("first", [[], beginning()])
@pytest.mark.parametrize("stream", [True, False])
async def test_a_client_that_leaves_cancels_upstream_at_once(serving, hello, first, stream):
    watcher, answer = Watcher(), Waiting(first)
    async with serving(ScriptedTransport(answer), watcher) as bridge:
        asking = asyncio.create_task(bridge.ask({**hello, "stream": stream}).__aenter__())
        await answer.asked.wait()
        if stream and first:
            (await asking).close()
        else:
            asking.cancel()
        async with asyncio.timeout(1):
            await answer.closed.wait()
            record = await watcher.records.get()
    assert record.cancelled is True
    assert record.error is None
    assert record.stop_reason is None
    assert (record.first_event_s is None) == (not first)


async def test_nobody_is_asked_who_leaves_an_answer_that_is_there_at_once(monkeypatch):
    monkeypatch.setattr(answers, "_SOON_S", SLOW)  # however busy the machine is
    client, asked = SlowReader(), []
    client.reads.set()

    async def receive():
        asked.append("receive")
        await asyncio.Event().wait()

    async with opened([ScriptedTransport("Hi.")]) as pipeline:
        answer = StreamedAnswer(Exchange(pipeline, request_of("Hello"), {}), ServerSettings())
        assert not answer.headers  # of which nothing is known before it begins
        await answer({}, receive, client.send)

    assert (asked, client.sent[-1]["more_body"]) == ([], False)


async def test_a_finished_request_is_not_cancelled(serving):
    watcher = Watcher()
    async with serving(ScriptedTransport("Hi.", Overloaded("No room.")), watcher) as bridge:
        for _ in range(2):
            async with bridge.stream() as response:
                await response.read()
        done, failed = await watcher.records.get(), await watcher.records.get()
    assert (done.cancelled, done.stop_reason, done.error) == (False, "end_turn", None)
    assert (failed.cancelled, failed.stop_reason, failed.error.status) == (False, None, 529)


async def test_an_event_that_is_none_is_an_error_the_client_can_read(serving):
    async def odd(request, route, ctx):
        yield object()

    async def late(request, route, ctx):
        yield beginning()[0]
        await asyncio.sleep(0)
        yield object()

    async with serving(ScriptedTransport(odd, odd, late)) as bridge:
        async with bridge.stream() as response:
            assert response.status == 500
        async with bridge.ask() as response:
            assert response.status == 500
        async with bridge.stream() as response:
            assert response.status == 200
            assert kinds(await response.read()) == ["message_start", "error"]


async def test_spoilt_tool_arguments_fail_a_plain_answer_in_words(serving):
    start = {"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {}}
    raw = [
        {"type": "content_block_start", "index": 0, "content_block": start},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": '{"a":'}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {}},
        {"type": "message_stop"},
    ]
    events = [*beginning(1), *map(event_of, raw)]
    async with serving(ScriptedTransport(events)) as bridge, bridge.ask() as response:
        assert response.status == 500
        assert (await response.json())["error"]["type"] == "api_error"


async def test_a_cancellation_from_within_is_an_error(serving):
    async def cancelling(request, route, ctx):
        raise asyncio.CancelledError
        yield

    async with serving(ScriptedTransport(cancelling)) as bridge, bridge.stream() as response:
        assert response.status == 500


async def test_unknown_events_reach_the_client(serving):
    whole = list(text_answer("m", "Hi."))
    events = [whole[0], UnknownEvent({"type": "novelty", "data": 1}), *whole[1:]]
    async with serving(ScriptedTransport(events)) as bridge, bridge.stream() as response:
        assert frames(await response.read())[1] == {"type": "novelty", "data": 1}


async def test_count_tokens(serving, hello):
    del hello["max_tokens"]

    class Counting(Transport):
        async def count_tokens(self, request, route, ctx):
            assert ctx.kind == "count_tokens"
            return 1234

    class Poor(Transport):
        async def count_tokens(self, request, route, ctx):
            raise RateLimited("Later.")

    for transport, status in ((Counting(), 200), (Poor(), 429)):
        async with serving(transport) as bridge, bridge.ask(hello, "/v1/messages/count_tokens") as response:
            assert response.status == status
            body = await response.json()
            assert body == {"input_tokens": 1234} if status == 200 else body["error"]["type"] == "rate_limit_error"


class SlowReader:
    """What an ASGI server is to an answer whose client is slow to read: `send` waits until it is let on."""

    def __init__(self):
        self.sent, self.asked = [], False
        self.blocked, self.reads, self.stays = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def receive(self):
        if not self.asked:
            self.asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.stays.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        if not self.reads.is_set():
            self.blocked.set()
            await self.reads.wait()
        self.sent.append(message)


async def test_no_ping_while_a_write_waits_for_a_slow_client(monkeypatch):
    monkeypatch.setattr(bursts, "LONGEST_S", 60)  # on a machine that is busy, too, it is one write
    client = SlowReader()
    async with opened([ScriptedTransport("Hi.")]) as pipeline:
        answer = StreamedAnswer(Exchange(pipeline, request_of("Hello"), {}), ServerSettings(ping_s=0.01))
        answering = asyncio.create_task(answer({}, client.receive, client.send))
        await client.blocked.wait()
        assert (await asyncio.wait({answering}, timeout=0.2))[0] == set()
        client.reads.set()
        await answering
    bodies = [message.get("body", b"") for message in client.sent]
    assert client.sent[0]["type"] == "http.response.start"
    assert [message.get("more_body") for message in client.sent[1:]] == [False]
    assert "ping" not in kinds(b"".join(bodies))


async def connected(url, body):
    """A client that asks for a stream and has room for next to nothing; its socket."""
    loop, address = asyncio.get_running_loop(), urlsplit(url)
    client = socket.socket()
    client.setblocking(False)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    await loop.sock_connect(client, (address.hostname, address.port))
    data = orjson.dumps(body)
    head = f"POST /v1/messages HTTP/1.1\r\nhost: bridge\r\ncontent-length: {len(data)}\r\n\r\n"
    await loop.sock_sendall(client, head.encode() + data)
    return client


class Endless:
    """An answer without end, and how much of it was asked for."""

    def __init__(self):
        self.pieces, self.closed = 0, asyncio.Event()

    async def __call__(self, request, route, ctx):
        whole = list(text_answer("claude-sonnet-5", "x" * 65_536))
        try:
            for event in whole[:2]:
                yield event
            while True:
                self.pieces += 1
                yield whole[2]
                await asyncio.sleep(0)
        finally:
            self.closed.set()

    async def stalled(self):
        """Returns how many pieces there are once no more are asked for."""
        while True:
            before = self.pieces
            await asyncio.wait({asyncio.create_task(self.closed.wait())}, timeout=0.3)
            if before and self.pieces == before:
                return before


async def test_upstream_is_not_read_while_the_client_does_not_read(serving, hello):
    """Back-pressure over real sockets: what waits for a slow client is bounded, and it goes on when the client does."""
    answer, watcher = Endless(), Watcher()
    async with serving(ScriptedTransport(answer), watcher) as bridge:
        client = await connected(bridge.url, {**hello, "stream": True})
        produced = await answer.stalled()
        assert produced < 200  # that is 13 MB, most of it in the kernel's buffers, of an answer without end
        assert not answer.closed.is_set()
        loop, got = asyncio.get_running_loop(), 0
        while answer.pieces < produced + 10:
            got += len(await loop.sock_recv(client, 1 << 20))
        assert got > 65_536
        client.close()
        async with asyncio.timeout(1):
            await answer.closed.wait()
            assert (await watcher.records.get()).cancelled is True


async def test_a_client_that_neither_reads_nor_stays_frees_everything(serving, hello):
    answer, watcher = Endless(), Watcher()
    async with serving(ScriptedTransport(answer), watcher) as bridge:
        before = asyncio.all_tasks()
        client = await connected(bridge.url, {**hello, "stream": True})
        await answer.stalled()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # as a process that is killed
        client.close()
        async with asyncio.timeout(1):
            await answer.closed.wait()
            assert (await watcher.records.get()).cancelled is True
        await watched()
        assert asyncio.all_tasks() - before <= {asyncio.current_task()}


@pytest.mark.parametrize("first", [[], beginning()], ids=["before the answer", "in the answer"])
async def test_a_server_that_stops_says_so_to_those_it_cannot_wait_for(first):
    client, waiting, watcher = SlowReader(), Waiting(first), Watcher()
    client.reads.set()
    async with opened([ScriptedTransport(waiting), watcher]) as pipeline:
        answer = StreamedAnswer(Exchange(pipeline, request_of("Hello"), {}), ServerSettings())
        answering = asyncio.create_task(answer({}, client.receive, client.send))
        await waiting.asked.wait()
        await asyncio.sleep(0)
        answering.cancel()
        await ended(1)
        assert answering.done()
        assert waiting.closed.is_set()
        record = await watcher.records.get()
    assert (type(record.error), record.cancelled) == (Overloaded, False)
    assert client.sent[0]["status"] == (200 if first else 529)
    assert b"the bridge was stopped" in client.sent[-1]["body"]
    assert client.sent[-1]["more_body"] is False


async def test_a_stopped_answer_to_a_client_that_does_not_read_is_not_waited_for_long():
    client = SlowReader()
    async with opened([ScriptedTransport("Hi.")]) as pipeline:
        answer = StreamedAnswer(Exchange(pipeline, request_of("Hello"), {}), ServerSettings())
        answering = asyncio.create_task(answer({}, client.receive, client.send))
        await client.blocked.wait()
        answering.cancel()
        await ended(0.05)
        assert not answering.done()
        answering.cancel()
        await asyncio.wait({answering})


async def test_a_connection_that_breaks_on_write_ends_the_exchange():
    async def broken(message):
        raise ConnectionResetError

    transport = ScriptedTransport("Hi.")
    watcher = Watcher()
    async with opened([transport, watcher]) as pipeline:
        answer = StreamedAnswer(Exchange(pipeline, request_of("Hello"), {}), ServerSettings())
        await answer({}, SlowReader().receive, broken)
        assert (await watcher.records.get()).error is None


async def test_the_sdk_reads_streams_and_plain_answers(serving, hello):
    writer = Writer("claude-sonnet-5", Usage(input_tokens=5))
    said = [
        *writer.start(),
        *writer.text("Let me look."),
        *writer.tool("toolu_1", "Read", {"path": "ä"}),
        *writer.finish("tool_use", Usage(input_tokens=5, output_tokens=6)),
    ]
    async with serving(ScriptedTransport(*[said] * 4)) as bridge:
        async with anthropic.AsyncAnthropic(base_url=bridge.url, api_key="any", max_retries=0) as client:
            async with client.messages.stream(**hello) as stream:
                streamed = await stream.get_final_message()
            plain = await client.messages.create(**hello)

        def synchronously():
            with (
                anthropic.Anthropic(base_url=bridge.url, api_key="any", max_retries=0) as client,
                client.messages.stream(**hello) as stream,
            ):
                return stream.get_final_message(), client.messages.create(**hello)

        answers = [streamed, plain, *await asyncio.to_thread(synchronously)]
    expected = Accumulator()
    for event in said:
        expected.add(event)
    for answer in answers:
        assert answer.content[1].input == {"path": "ä"}
        assert answer.stop_reason == "tool_use"
        assert answer.usage.output_tokens == 6
        assert isinstance(expected.message.content[1], ToolUseBlock)
        assert answer.content[0].text == expected.message.content[0].text


async def test_the_sdk_sees_errors_as_its_own(serving, hello):
    async with (
        serving(ScriptedTransport(Overloaded("No room."), [*beginning(), Overloaded("No room.")])) as bridge,
        anthropic.AsyncAnthropic(base_url=bridge.url, api_key="any", max_retries=0) as client,
    ):
        with pytest.raises(anthropic.APIStatusError) as caught:
            await client.messages.create(**hello)
        assert caught.value.status_code == 529
        assert caught.value.request_id.startswith("req_")
        with pytest.raises(anthropic.APIStatusError, match="No room"):
            async with client.messages.stream(**hello) as stream:
                await stream.get_final_message()
