"""Bodies that a server packs, as clients' `accept-encoding` lets it."""

from __future__ import annotations

import zlib
from typing import Any

ACCEPTED = "gzip, deflate"

_GZIP = 16 + zlib.MAX_WBITS
_DEFLATED = 8
"""Zlib's mark in the low half of the first byte; some servers call a body `deflate` that lacks zlib's frame."""


class Packed:
    """Unpacks what comes, piece by piece."""

    def __init__(self, *, is_gzip: bool, may_be_empty: bool) -> None:
        self._is_gzip = is_gzip
        self._may_be_empty = may_be_empty
        self._unpacking: Any = None

    @classmethod
    def of(cls, encoding: str, *, may_be_empty: bool) -> Packed | None:
        """What unpacks that `content-encoding`; None where nothing is packed.

        Args:
            encoding: as the header says it.
            may_be_empty: whether nothing at all is a whole body too, which some servers send so.

        Raises:
            ValueError: nobody asked for such a thing.
        """
        name = encoding.strip().lower()
        if name in {"", "identity"}:
            return None
        if name not in {"gzip", "x-gzip", "deflate"}:
            raise ValueError(f"a body packed as {name!r}")
        return cls(is_gzip=name != "deflate", may_be_empty=may_be_empty)

    @property
    def is_whole(self) -> bool:
        """Whether its end has come."""
        return self._may_be_empty if self._unpacking is None else self._unpacking.eof

    def read(self, data: bytes) -> bytes:
        """What that piece says.

        Raises:
            zlib.error: it is broken.
        """
        if self._unpacking is None:
            self._unpacking = zlib.decompressobj(self._frame(data[0]))
        said: bytes = self._unpacking.decompress(data)
        while self._is_gzip and self._unpacking.eof and self._unpacking.unused_data:  # gzip may be one after another
            more = self._unpacking.unused_data
            self._unpacking = zlib.decompressobj(_GZIP)
            said += self._unpacking.decompress(more)
        return said

    def _frame(self, first: int) -> int:
        if self._is_gzip:
            return _GZIP
        return zlib.MAX_WBITS if first & 0x0F == _DEFLATED else -zlib.MAX_WBITS
