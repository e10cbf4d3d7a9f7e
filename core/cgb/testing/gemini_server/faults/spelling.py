"""The same answer in other bytes: what a reader of server-sent events must take, and what it must not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cgb.testing.gemini_server.faults.bodies import coded, common, gzipped, json_of, streamed
from cgb.testing.gemini_server.faults.events import Event, Frame, Headers, Raw
from cgb.testing.gemini_server.faults.fault import BOTH, STREAMED, Fault, Rewrite
from cgb.testing.gemini_server.faults.places import AT_FIRST, AT_LAST, Options, divide
from cgb.testing.gemini_server.wire import compact, pretty

if TYPE_CHECKING:
    from collections.abc import Callable

    from cgb.testing.gemini_server.calls import Json

CATALOGUE = "Gemini API contract, stream failure catalogue"
UTF8_SPLIT = "musistudio/claude-code-router, sse-utf8-chunk-boundary"
SPLIT = "BerriAI/litellm#16562"
GARBAGE = b"data: {%garbage\r\n\r\n"
OPENED = b'": "'


def _each(spell: Callable[[Json], bytes]) -> Rewrite:
    """Every frame from the place on, spelt in its own way."""

    def rewrite(good: list[Frame], options: Options) -> list[Event]:
        before, after = divide(good, options)
        return [*before, *(Raw(spell(frame.body)) for frame in after)]

    return rewrite


def _put(*pieces: bytes) -> Rewrite:
    """These bytes put in at the place."""

    def rewrite(good: list[Frame], options: Options) -> list[Event]:
        before, after = divide(good, options)
        return [*before, *map(Raw, pieces), *after]

    return rewrite


def _ended(end: bytes) -> Callable[[Json], bytes]:
    return lambda body: b"data: " + compact(body) + end


def _framed(ahead: bytes, data: bytes) -> bytes:
    return ahead + data + b"\r\n\r\n"


def _lines(body: Json) -> bytes:
    return b"".join(b"data: " + line + b"\r\n" for line in pretty(body).splitlines()) + b"\r\n"


def _halved(body: Json) -> bytes:
    text = compact(body).decode()
    half = len(text) // 2
    return b"".join(_framed(b"data: ", piece.encode()) for piece in (text[:half], text[half:]))


def _bytewise(good: list[Frame], options: Options) -> list[Event]:
    before, after = divide(good, options)
    data = b"".join(streamed(frame) for frame in after)
    return [*before, *(Raw(data[at : at + 1]) for at in range(len(data)))]


def _joined(around: Callable[[list[bytes]], bytes]) -> Rewrite:
    """All frames from the place on as one piece."""

    def rewrite(good: list[Frame], options: Options) -> list[Event]:
        before, after = divide(good, options)
        return [*before, Raw(around([compact(frame.body) for frame in after]))]

    return rewrite


def _unended(good: list[Frame], _options: Options) -> list[Event]:
    return [*good[:-1], Raw(b"data: " + compact(good[-1].body))]


def _done(good: list[Frame], _options: Options) -> list[Event]:
    return [*good, Raw(b"data: [DONE]\r\n\r\n")]


def _array(good: list[Frame], _options: Options) -> list[Event]:
    body = b"[" + b",\r\n".join(compact(frame.body) for frame in good) + b"]"
    return [Headers({"Content-Type": "application/json; charset=UTF-8"}), Raw(body)]


def _typed(good: list[Frame], options: Options) -> list[Event]:
    return [Headers({"Content-Type": str(options.get("type", "text/plain; charset=UTF-8"))}), *good]


def _gzip(good: list[Frame], _options: Options) -> list[Event]:
    return [gzipped(), *map(Raw, coded([streamed(frame) for frame in good]))]


def _gzip_plain(good: list[Frame], _options: Options) -> list[Event]:
    return [gzipped(), *map(Raw, coded([json_of(good)]))]


def _wrong_byte(good: list[Frame], options: Options) -> list[Event]:
    before, (hit, *after) = divide(good, options)
    return [*before, Raw(_with_wrong_byte(streamed(hit), 0)), *after]


def _wrong_byte_plain(good: list[Frame], options: Options) -> list[Event]:
    start = len(common(good, divide(good, options)[0]))
    return [Raw(_with_wrong_byte(json_of(good), start))]


def _with_wrong_byte(data: bytes, start: int) -> bytes:
    at = data.index(OPENED, start) + len(OPENED)
    return data[:at] + b"\xff" + data[at:]


def _spelt(name: str, summary: str, rewrite: Rewrite, source: str = CATALOGUE, **more: Any) -> Fault:
    return Fault(name, summary, source, rewrite, **{"forms": (STREAMED,), "harmless": True, **more})


FAULTS = (
    _spelt("crlf", "CRLF, as the service does", _each(_ended(b"\r\n\r\n"))),
    _spelt("lf", "LF", _each(_ended(b"\n\n"))),
    _spelt("cr", "CR", _each(_ended(b"\r\r"))),
    _spelt("no_space", "`data:` without a blank", _each(lambda body: _framed(b"data:", compact(body)))),
    _spelt("byte_split", "every byte in an HTTP chunk of its own", _bytewise, UTF8_SPLIT),
    _spelt(
        "coalesced",
        "several frames in one HTTP chunk",
        _joined(lambda frames: b"".join(_framed(b"data: ", data) for data in frames)),
    ),
    _spelt("multi_line_data", "a frame's JSON in several `data:` lines", _each(_lines)),
    _spelt("half_json", "one JSON value over two frames", _each(_halved), SPLIT),
    _spelt(
        "several_values",
        "several JSON values in one frame",
        _joined(lambda frames: _framed(b"data: ", b"".join(frames))),
        SPLIT,
    ),
    _spelt(
        "values_in_lines",
        "several JSON values in the `data:` lines of one frame",
        _joined(lambda frames: _framed(b"data: ", b"\r\ndata: ".join(frames))),
        SPLIT,
    ),
    _spelt("no_trailing_blank", "the last frame has no end of line", _unended, places=AT_LAST),
    _spelt("done_marker", "`data: [DONE]` after the finish", _done, places=AT_LAST),
    _spelt("comments", "comment lines", _put(b": a comment\r\n", b":\r\n", b": another\r\n\r\n")),
    _spelt("keep_alives", "comments as keep-alives", _put(*[b": keep-alive\r\n\r\n"] * 3)),
    _spelt("empty_events", "events without data", _put(b"\r\n", b"data:\r\n\r\n", b"data\r\n\r\n")),
    _spelt(
        "event_lines",
        "`event`, `id`, `retry` and unknown fields",
        _each(lambda body: _framed(b"event: message\r\nid: 1\r\nretry: 1000\r\nfoo: bar\r\ndata: ", compact(body))),
    ),
    _spelt("bom", "a byte order mark", _put("\ufeff".encode()), places=AT_FIRST),
    _spelt("array_for_sse", "one JSON array in place of events", _array, places=AT_FIRST),
    _spelt("wrong_content_type", "another content type", _typed, places=AT_FIRST, forms=BOTH),
    _spelt("gzip", "a compressed body", _gzip, places=AT_FIRST, forms=BOTH, plain=_gzip_plain),
    _spelt("garbage_line", "a frame that is not JSON", _put(GARBAGE), harmless=False),
    _spelt(
        "bad_utf8",
        "a byte that is not UTF-8",
        _wrong_byte,
        forms=BOTH,
        plain=_wrong_byte_plain,
        harmless=False,
    ),
)
