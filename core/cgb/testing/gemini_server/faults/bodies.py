"""The bytes of an answer, for the faults that work on them."""

from __future__ import annotations

import zlib
from itertools import takewhile
from typing import TYPE_CHECKING

from cgb.testing.gemini_server.faults.events import Frame, Headers
from cgb.testing.gemini_server.frames import merge
from cgb.testing.gemini_server.wire import compact, pretty, sse

if TYPE_CHECKING:
    from collections.abc import Sequence

GZIP = zlib.MAX_WBITS | 16


def streamed(frame: Frame) -> bytes:
    """A frame as the service streams it."""
    return sse(compact(frame.body))


def json_of(frames: Sequence[Frame]) -> bytes:
    """The one body these frames make."""
    return pretty(merge([frame.body for frame in frames]))


def common(good: Sequence[Frame], before: Sequence[Frame]) -> bytes:
    """As much of the whole answer's one body as says what the frames before say; empty for none of them."""
    if not before:
        return b""
    pairs = zip(json_of(good), json_of(before), strict=False)
    return json_of(good)[: sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))]


def gzipped() -> Headers:
    """The header of a compressed body."""
    return Headers({"Content-Encoding": "gzip"})


def coded(pieces: Sequence[bytes]) -> list[bytes]:
    """The pieces compressed one by one, each readable as soon as it is there, and the trailer."""
    compressor = zlib.compressobj(wbits=GZIP)
    packed = [compressor.compress(piece) + compressor.flush(zlib.Z_SYNC_FLUSH) for piece in pieces]
    return [*packed, compressor.flush()]
