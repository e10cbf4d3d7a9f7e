"""A connection of HTTP/1.1: whatever comes, a body is whole, or it is an error."""

import asyncio
import gzip
import zlib
from itertools import pairwise

import pytest
from httptools import HttpParserError
from hypothesis import assume, given
from hypothesis import strategies as st

from cgb import ApiError, UnusableAnswer, UpstreamFailed
from cgb.upstream import connection as module
from cgb.upstream.connection import BROKEN, Connection

from .kit import LOOPS, connections, http, in_two, lost, opened, raw_server, read, run, serving, until

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
ONE = b"3\r\none\r\n"
END = b"0\r\n\r\n"
CLOSE = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
LARGE = bytes(range(256)) * 8_000


class Wire:
    """A transport that goes nowhere."""

    is_closed = is_paused = False
    unsent = 0

    def __init__(self):
        self.written = []

    def write(self, data):
        self.written.append(data)

    def writelines(self, data):
        self.written.extend(data)

    def get_write_buffer_size(self):
        return self.unsent

    def is_closing(self):
        return self.is_closed

    def abort(self):
        self.is_closed = True

    def pause_reading(self):
        assert not self.is_paused
        self.is_paused = True

    def resume_reading(self):
        assert self.is_paused
        self.is_paused = False


def asked():
    """A connection that has asked for something, and its wire."""
    connection, wire = Connection(), Wire()
    connection.connection_made(wire)
    connection.ask(b"GET / HTTP/1.1\r\n\r\n")
    return connection, wire


def come(connection, wire, pieces):
    """All that comes while the connection is open."""
    for piece in pieces:
        if not wire.is_closed:
            connection.data_received(piece)


def taken(connection):
    """The body as far as it has come, and the error that ends it, if one does."""
    said = b""
    try:
        while chunk := connection.take():
            said += chunk
    except (*BROKEN, ApiError) as error:
        return said, error
    return (said, None) if chunk == b"" else (said, "more is to come")


async def heard(*pieces, lost_by=None):
    """What is made of an answer in these pieces, after which the connection is lost: as `taken`, and its status."""
    connection, wire = asked()
    come(connection, wire, pieces)
    connection.connection_lost(lost_by)
    return (*taken(connection), connection.status)


# Any answer


def raw(text):
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packing.compress(text) + packing.flush()


ENCODINGS = {
    "identity": lambda text: text,
    "gzip": gzip.compress,
    "gzip, twice": lambda text: gzip.compress(text[:5]) + gzip.compress(text[5:]),
    "deflate": zlib.compress,
    "deflate without a frame": raw,
}
ANNOUNCED = st.sampled_from([b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Hints\r\nLink: a\r\n\r\n" * 2])


@st.composite
def cut(draw, data):
    """That, in pieces."""
    places = sorted(draw(st.sets(st.integers(1, max(1, len(data) - 1)), max_size=6)))
    return [data[start:end] for start, end in pairwise([0, *places, len(data)])]


@st.composite
def answers(draw):
    """A body, an answer with it, and whether that may end anywhere; of two gzips, where the first does."""
    text = draw(st.binary(max_size=200))
    encoding = draw(st.sampled_from(sorted(ENCODINGS)))
    framing = draw(st.sampled_from(["length", "chunked", "close"]))
    body = ENCODINGS[encoding](text)
    name = encoding.partition(",")[0].partition(" ")[0]
    lines = [b"HTTP/1.1 200 OK", b"Content-Encoding: " + name.encode()]
    if framing == "length":
        lines.append(b"Content-Length: %d" % len(body))
    elif framing == "chunked":
        lines.append(b"Transfer-Encoding: chunked")
        pieces = [piece for piece in draw(cut(body)) if piece]
        trailer = draw(st.sampled_from([b"", b"Sum: 1\r\nLength:\r\n"]))
        body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n" + trailer + b"\r\n"
    head = draw(ANNOUNCED) + b"\r\n".join([*lines, b"", b""])
    return text, head, body, framing == "close" and encoding in {"identity", "gzip, twice"}


@given(answers(), st.data())
def test_any_answer_in_any_pieces_is_the_same_body(answer, data):
    text, head, body, _ = answer

    assert asyncio.run(heard(*data.draw(cut(head + body)))) == (text, None, 200)


@given(answers(), st.data())
def test_any_beginning_of_an_answer_is_an_error_and_never_a_shorter_body(answer, data):
    text, head, body, ends_anywhere = answer
    whole = head + body
    end = data.draw(st.integers(0, len(whole) - 1))

    said, error, _ = asyncio.run(heard(*data.draw(cut(whole[:end]))))

    assert text.startswith(said)
    assert isinstance(error, BROKEN) or (ends_anywhere and end >= len(head))


@given(answers(), st.binary(min_size=1, max_size=50), st.data())
def test_what_comes_behind_an_answer_is_never_in_its_body_and_the_last_of_its_connection(answer, more, data):
    text, head, body, _ = answer
    assume(b"Content-Length" in head or b"Transfer-Encoding" in head)  # else more is more of it

    async def both():
        connection, wire = asked()
        come(connection, wire, [*data.draw(cut(head + body)), b"x" + more])
        return taken(connection), connection.is_free

    assert asyncio.run(both()) == ((text, None), False)


# Single answers


async def test_headers():
    connection, wire = asked()
    come(
        connection,
        wire,
        [b"HTTP/1.1 200\r\nA: 1\r\nEmpty:\r\nB: \xc3\xa4\xff\r\na: 2\n A: 3\r\nCONTENT-LENGTH: 0\r\n\r\n"],
    )

    assert connection.status == 200
    assert connection.headers == {"a": "1, 2 A: 3", "empty": "", "b": "ä\udcff", "content-length": "0"}


async def test_trailers_are_no_headers():
    connection, wire = asked()
    come(connection, wire, [HEAD + ONE + b"0\r\nSum: 1\r\n\r\n"])

    assert taken(connection) == (b"one", None)
    assert connection.headers == {"transfer-encoding": "chunked"}
    assert connection.is_free


async def test_what_announces_an_answer_is_none_of_it():
    connection, wire = asked()
    announced = b"HTTP/1.1 150 Odd\r\nContent-Length: 3\r\nLink: a\r\n\r\nodd"
    come(connection, wire, [announced, b"HTTP/1.1 100 Continue\r\n\r\n"])
    assert taken(connection) == (b"", "more is to come")
    come(connection, wire, [b"HTTP/1.1 100 Continue\r\n\r\n" + http(b"one")])

    assert (connection.status, taken(connection), connection.is_free) == (200, (b"one", None), True)
    assert "link" not in connection.headers


@pytest.mark.parametrize("upgrade", [b"", b"Connection: upgrade\r\nUpgrade: h2c\r\n"])
async def test_another_protocol_is_none_that_was_asked_for(upgrade):
    said, error, status = await heard(b"HTTP/1.1 101 Switching\r\n" + upgrade + b"\r\n" + http(b"one"))

    assert (said, status) == (b"", 0)
    assert isinstance(error, BROKEN)


@pytest.mark.parametrize("more", [b"", b"Content-Length: 10\r\n", b"Content-Encoding: gzip\r\n"])
@pytest.mark.parametrize("status", [b"204 None", b"304 Same"])
async def test_an_answer_that_never_has_a_body(status, more):
    connection, wire = asked()
    come(connection, wire, [b"HTTP/1.1 " + status + b"\r\n" + more + b"\r\n"])

    assert (taken(connection), connection.is_free) == ((b"", None), True)


@pytest.mark.parametrize("framing", [b"Content-Length: 0\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"])
async def test_nothing_at_all_may_be_called_packed(framing):
    assert await heard(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n" + framing) == (b"", None, 200)


async def test_an_answer_without_a_length_ends_with_its_connection():
    assert await heard(CLOSE, b"one", b"two") == (b"onetwo", None, 200)


async def test_one_that_ends_because_the_connection_broke_is_a_cut():
    error = ConnectionResetError()

    assert await heard(CLOSE, b"one", lost_by=error) == (b"one", error, 200)


async def test_one_that_we_close_ourselves_is_a_cut():
    connection, wire = asked()
    come(connection, wire, [CLOSE, b"one"])
    connection.close()
    connection.connection_lost(None)

    assert isinstance(taken(connection)[1], ConnectionResetError)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\none",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" + ONE + END,
        b"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\none",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n" + ONE + END,
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Encoding: br\r\n\r\none",
        b"HTTP/2 200\r\nContent-Length: 3\r\n\r\none",
        b"SSH-2.0-OpenSSH\r\n",
    ],
)
async def test_what_can_be_read_in_two_ways_or_none_is_an_error(answer):
    assert isinstance((await heard(answer))[1], BROKEN)


async def test_a_second_answer_behind_one_that_is_not_whole_is_not_mixed_into_it():
    packed = gzip.compress(b"one")[:-1]
    said, error, status = await heard(http(packed, **{"Content-Encoding": "gzip"}) + http(b"two", "201 Two"))

    assert (said, status) == (b"one", 200)
    assert isinstance(error, HttpParserError)


@pytest.mark.parametrize(
    ("answer", "may_stay"),
    [
        (http(b"one"), True),
        (HEAD + ONE + END, True),
        (http(b"one", Connection="close"), False),
        (http(b"one").replace(b"1.1", b"1.0"), False),
        (http(b"one", Connection="keep-alive").replace(b"1.1", b"1.0"), True),
        (http(b"one") + http(b"two"), False),
        (http(b"one", Connection="close") + b"two", False),
        (http(b"one") + b"\r\n", True),
    ],
)
async def test_which_connections_may_be_used_again(answer, may_stay):
    connection, wire = asked()
    come(connection, wire, [answer])

    assert (taken(connection), connection.is_free) == ((b"one", None), may_stay)


async def test_what_comes_when_nobody_asks_closes_it():
    connection, wire = asked()
    come(connection, wire, [http(b"one")])
    assert connection.is_free
    come(connection, wire, [http(b"late", "408 Late")])

    assert (taken(connection), connection.is_free, wire.is_closed) == ((b"one", None), False, True)


async def test_what_comes_before_anybody_asked_closes_it():
    connection, wire = Connection(), Wire()
    connection.connection_made(wire)
    connection.data_received(b"220 mail.example.org")

    assert wire.is_closed


async def test_one_that_has_not_sent_all_is_not_free():
    """An answer may come early, as 413 does."""
    connection, wire = asked()
    wire.unsent = 1
    come(connection, wire, [http(b"no", "413 Large")])

    assert (taken(connection), connection.is_free) == ((b"no", None), False)


async def test_one_that_is_lost_cannot_be_asked():
    connection, _ = asked()
    connection.connection_lost(None)

    with pytest.raises(ConnectionResetError):
        connection.ask(b"GET / HTTP/1.1\r\n\r\n")


async def test_one_that_is_lost_is_not_encrypted():
    """It would wait for the server's hand for as long as a connection may take."""
    connection, wire = asked()
    wire.abort()

    with pytest.raises(ConnectionResetError):
        await connection.encrypt(None, "mine.invalid")


# Who waits


async def test_who_waits_is_told_once_and_who_no_longer_does_is_not():
    connection, wire = asked()
    left = connection.news()
    left.cancel()
    come(connection, wire, [HEAD])
    waiting = connection.news()
    come(connection, wire, [ONE, END])

    assert (left.cancelled(), waiting.done()) == (True, True)


@pytest.mark.parametrize(("before", "said"), [(b"", b""), (http(b"one")[:-1], b"on")])
async def test_an_error_ends_an_answer_for_all_who_ask_for_more(before, said):
    connection, wire = asked()
    come(connection, wire, [before])
    waiting, error = connection.news(), ApiError("too late")
    connection.fail(error)
    connection.fail(ApiError("a second one"))
    connection.connection_lost(ConnectionResetError())

    assert wire.is_closed
    assert waiting is None if said else waiting.done()
    assert taken(connection) == (said, error)
    assert taken(connection) == (b"", error)


async def test_an_error_before_the_headers_is_told_who_waits_for_them():
    connection, _ = asked()
    connection.fail(ApiError("too late"))

    with pytest.raises(ApiError, match="too late"):
        await connection.begun()


async def test_an_answer_that_is_whole_is_not_ended_by_an_error():
    connection, wire = asked()
    come(connection, wire, [http(b"one")])
    connection.fail(ApiError("too late"))
    connection.connection_lost(None)

    assert taken(connection) == (b"one", None)


# Large bodies


async def test_no_more_is_read_than_is_taken():
    connection, wire = asked()
    come(connection, wire, [http(LARGE)[:1_000], LARGE[: module._MOST], b"one"])
    assert wire.is_paused
    connection.take()
    assert not wire.is_paused


async def test_what_comes_in_one_piece_with_its_end_does_not_stop_the_next_answer():
    connection, wire = asked()
    come(connection, wire, [http(LARGE)])
    assert (wire.is_paused, connection.is_free) == (True, False)
    assert taken(connection) == (LARGE, None)
    assert (wire.is_paused, connection.is_free) == (False, True)


async def test_a_closed_connection_is_not_read_on():
    connection, wire = asked()
    come(connection, wire, [http(LARGE + b"more")[:-4]])
    connection.fail(ApiError("too late"))
    connection.take()

    assert wire.is_paused


@pytest.mark.parametrize("loop", LOOPS)
def test_a_large_body_is_not_read_ahead_and_goes_on_when_it_is_taken(loop):
    size = 8_000_000

    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(http(bytes(size)))
        await reader.read()

    async def main():
        async with serving(handle) as port, opened(f"http://127.0.0.1:{port}") as upstream:
            async with upstream.request("GET", "x") as response:
                found = len(await anext(response.chunks))
                (connection,) = connections(upstream)
                await until(lambda: not connection._wire.is_reading())
                assert connection._size <= 3 * module._MOST
                found += len(await response.read())
            assert connection.is_free
            return found

    assert run(main(), loop) == size


@pytest.mark.parametrize("loop", LOOPS)
def test_a_large_body_is_whole_though_its_connection_is_lost_before_it_is_taken(loop):
    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(CLOSE + LARGE)

    async def main():
        async with (
            serving(handle) as port,
            opened(f"http://127.0.0.1:{port}") as upstream,
            upstream.request("GET", "x") as response,
        ):
            found = await anext(response.chunks)
            (connection,) = connections(upstream)
            await until(lambda: connection.closed.done() or not connection._wire.is_reading())
            return found + await response.read()

    assert run(main(), loop) == LARGE


# Over sockets


BREAKS = {"an error of a proxy's in mid-stream": b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "no size": b"zz\r\ntwo\r\n"}


@pytest.mark.parametrize("broken", BREAKS.values(), ids=BREAKS)
@pytest.mark.parametrize("first", [HEAD, HEAD + ONE])
async def test_a_body_whose_framing_breaks_is_a_cut_for_who_waits_for_more(first, broken):
    async with (
        in_two(first, broken) as (url, told),
        opened(url) as upstream,
        upstream.request("GET", "x") as response,
    ):
        if ONE in first:
            assert await anext(response.chunks) == b"one"
        waiting = asyncio.ensure_future(response.read())
        await asyncio.sleep(0)
        told.set()
        with pytest.raises(UnusableAnswer) as caught:
            await waiting

    assert caught.value.kind == "cut"


@pytest.mark.parametrize("broken", BREAKS.values(), ids=BREAKS)
async def test_it_is_one_for_who_comes_later(broken):
    async with (
        in_two(HEAD + ONE, broken) as (url, told),
        opened(url) as upstream,
        upstream.request("GET", "x") as response,
    ):
        assert await anext(response.chunks) == b"one"
        told.set()
        await lost(upstream)
        with pytest.raises(UnusableAnswer) as caught:
            await response.read()

    assert caught.value.kind == "cut"


async def test_whole_bodies_of_one_connection_stay_whole():
    async with raw_server(*[http(b"one")] * 3, http(b"two")[:-1]) as server, opened(server.url) as upstream:
        for _ in range(3):
            async with upstream.request("GET", "x") as response:
                assert await response.read() == b"one"
        with pytest.raises(UnusableAnswer):
            async with upstream.request("GET", "x") as response:
                await response.read()
        await lost(upstream)

    assert server.connections == 1


@pytest.mark.parametrize("status", ["101 Switching", "099 Odd", "1000 Odd"])
async def test_an_answer_that_never_comes_is_none(status):
    async with raw_server(f"HTTP/1.1 {status}\r\n\r\n".encode()) as server:
        with pytest.raises(UpstreamFailed, match="broke off before it answered, or sent no HTTP"):
            await read(server.url)


@pytest.mark.parametrize("loop", LOOPS)
def test_a_body_goes_out_though_the_server_reads_slowly(loop):
    sent = bytes(4_000_000)

    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(http(b"%d" % len(await reader.readexactly(len(sent)))))
        await reader.read()

    async def main():
        async with serving(handle) as port:
            return await read(f"http://127.0.0.1:{port}", body=sent)

    assert run(main(), loop) == b"4000000"


@pytest.mark.parametrize("loop", LOOPS)
def test_a_connection_whose_request_is_not_sent_is_not_used_again(loop):
    """An answer that comes early, as 413 does, and leaves the rest of the request where it is."""
    gone = []

    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(http(b"no", "413 Large"))
        await writer.drain()
        gone.append(await reader.read())

    async def main():
        async with serving(handle) as port, opened(f"http://127.0.0.1:{port}") as upstream:
            async with upstream.request("POST", "x", bytes(16_000_000)) as response:
                assert (response.status, await response.read()) == (413, b"no")
            await lost(upstream)

    run(main(), loop)
