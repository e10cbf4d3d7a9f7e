"""Answers whose connection breaks, ends early, falls silent, or is slow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cgb.testing.gemini_server.faults.bodies import coded, common, gzipped, json_of, streamed
from cgb.testing.gemini_server.faults.events import Cut, Event, Frame, Hang, Pause, Raw, Torn
from cgb.testing.gemini_server.faults.fault import Fault, Rewrite
from cgb.testing.gemini_server.faults.places import AT_FIRST, CALL, Options, divide, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CATALOGUE = "Gemini API contract, stream failure catalogue"
IDLE = "anthropics/claude-code#37534"
LETTER = "é".encode()
DRIP_S = 0.01


def _then(end: Callable[[Options], Event]) -> Rewrite:
    """What was kept, then `end`."""

    def rewrite(good: list[Frame], options: Options) -> list[Event]:
        return [*divide(good, options)[0], end(options)]

    return rewrite


def _plainly(end: Callable[[Options], Event]) -> Rewrite:
    """As much of the one body as says what was kept, then `end`."""

    def rewrite(good: list[Frame], options: Options) -> list[Event]:
        said = common(good, divide(good, options)[0])
        return [Raw(said), end(options)] if said else [end(options)]

    return rewrite


def _within(torn: Callable[[bytes], Sequence[Event]]) -> tuple[Rewrite, Rewrite]:
    """What was kept, then a part of the next frame; and the same for the one body."""

    def rewrite(good: list[Frame], options: Options) -> list[Event]:
        before, after = divide(good, options)
        data = streamed(after[0])
        return [*before, *torn(data[: len(data) // 2])]

    def plain(good: list[Frame], options: Options) -> list[Event]:
        said, whole = common(good, divide(good, options)[0]), json_of(good)
        return [*torn(whole[: max(len(said), len(whole) // 2)])]

    return rewrite, plain


def _cut(options: Options) -> Event:
    return Cut(headers=bool(options.get("headers")))


def _reset(options: Options) -> Event:
    return Cut(reset=True, headers=bool(options.get("headers")))


def _hang(options: Options) -> Event:
    return Hang(bool(options.get("headers", True)))


MID_CHUNK = _within(lambda data: (Torn(data), Cut()))
MID_FRAME = _within(lambda data: (Raw(data), Cut()))
MID_UTF8 = _within(lambda data: (Raw(data + LETTER[:1]), Cut()))
EOF_MID_FRAME = _within(lambda data: (Raw(data),))


def _eof(good: list[Frame], options: Options) -> list[Frame]:
    return divide(good, options)[0]


def _eof_mid_call(good: list[Frame], _options: Options) -> list[Event]:
    first = next(index for index, frame in enumerate(good) if kind_of(frame) == CALL)
    data = streamed(good[first])
    return [*good[:first], Raw(data[: data.index(b'"functionCall"') + len(b'"functionCall": {"na')])]


def _eof_mid_call_plain(good: list[Frame], _options: Options) -> list[Event]:
    whole = json_of(good)
    return [Raw(whole[: whole.index(b'"functionCall"') + len(b'"functionCall": {')])]


def _nothing(_good: list[Frame], _options: Options) -> list[Event]:
    return [Raw(b"")]


def _slow(*, headers: bool) -> Rewrite:
    def rewrite(good: list[Frame], options: Options) -> list[Event]:
        before, after = divide(good, options)
        return [*before, Pause(float(options.get("seconds", DRIP_S)), headers), *after]

    return rewrite


def _slow_plain(*, headers: bool) -> Rewrite:
    def rewrite(good: list[Frame], options: Options) -> list[Event]:
        said, whole = common(good, divide(good, options)[0]), json_of(good)
        pause = Pause(float(options.get("seconds", DRIP_S)), headers)
        return [*([Raw(said)] if said else []), pause, Raw(whole[len(said) :])]

    return rewrite


def _drip(good: list[Frame], options: Options) -> list[Event]:
    before, after = divide(good, options)
    return [*before, *_drops(b"".join(streamed(frame) for frame in after), options)]


def _drip_plain(good: list[Frame], options: Options) -> list[Event]:
    return _drops(json_of(good), options)


def _drops(data: bytes, options: Options) -> list[Event]:
    size = max(1, len(data) // int(options.get("pieces", 20)))
    pause = Pause(float(options.get("seconds", DRIP_S)))
    return [event for at in range(0, len(data), size) for event in (pause, Raw(data[at : at + size]))]


def _gzip_cut(good: list[Frame], options: Options) -> list[Event]:
    before, after = divide(good, options)
    pieces = coded([streamed(frame) for frame in (*before, after[0])])
    return [gzipped(), *map(Raw, pieces[: len(before)]), Raw(pieces[len(before)][: len(pieces[len(before)]) // 2])]


def _gzip_cut_plain(good: list[Frame], _options: Options) -> list[Event]:
    data = b"".join(coded([json_of(good)]))
    return [gzipped(), Raw(data[: len(data) // 2])]


FAULTS = (
    Fault(
        "cut",
        "the connection is closed; before the first part, before the headers",
        CATALOGUE,
        _then(_cut),
        after=1,
        plain=_plainly(_cut),
    ),
    Fault(
        "cut_reset",
        "the connection is reset (RST); before the first part, before the headers",
        CATALOGUE,
        _then(_reset),
        after=1,
        plain=_plainly(_reset),
    ),
    Fault(
        "cut_after_headers",
        "the connection is closed after the headers",
        CATALOGUE,
        lambda _good, _options: [Cut(headers=True)],
        AT_FIRST,
    ),
    Fault("cut_mid_chunk", "closed inside an HTTP chunk", CATALOGUE, MID_CHUNK[0], plain=MID_CHUNK[1]),
    Fault("cut_mid_frame", "closed inside a frame", CATALOGUE, MID_FRAME[0], plain=MID_FRAME[1]),
    Fault("cut_mid_utf8", "closed inside a UTF-8 character", CATALOGUE, MID_UTF8[0], plain=MID_UTF8[1]),
    Fault("eof", "a proper end of the body, but no finish reason", CATALOGUE, _eof, after=1),
    Fault(
        "eof_mid_frame", "a proper end of the body inside a frame", CATALOGUE, EOF_MID_FRAME[0], plain=EOF_MID_FRAME[1]
    ),
    Fault(
        "eof_mid_call",
        "a proper end of the body inside a function call",
        CATALOGUE,
        _eof_mid_call,
        frozenset({CALL}),
        plain=_eof_mid_call_plain,
    ),
    Fault("eof_empty", "200 and an empty body", CATALOGUE, _nothing, AT_FIRST),
    Fault("hang", "silence until the client leaves", IDLE, _then(_hang), after=1, plain=_plainly(_hang)),
    Fault("hang_headers", "never even a status", IDLE, lambda _good, _options: [Hang(headers=False)], AT_FIRST),
    Fault(
        "slow_headers",
        "the status comes after `seconds`",
        CATALOGUE,
        _slow(headers=False),
        AT_FIRST,
        plain=_slow_plain(headers=False),
        harmless=True,
    ),
    Fault(
        "slow",
        "silence for `seconds`, then the rest",
        CATALOGUE,
        _slow(headers=True),
        plain=_slow_plain(headers=True),
        harmless=True,
    ),
    Fault(
        "slow_drip",
        "the rest comes in small pieces, `seconds` apart",
        CATALOGUE,
        _drip,
        plain=_drip_plain,
        harmless=True,
    ),
    Fault("gzip_cut", "a compressed body ends early", CATALOGUE, _gzip_cut, plain=_gzip_cut_plain),
)
