"""What goes out before a request's body."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from .packed import ACCEPTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .origin import Origin

_BREAK = re.compile(r"[\r\n]")
_LAST = {"accept": "*/*", "accept-encoding": ACCEPTED, "user-agent": "claude-gemini-bridge"}
_LEGAL = "/?%:@!$&'()*+,;=~._-"
"""What may stand in a path and its query as it is (RFC 3986), besides letters and digits."""
_PLAIN = re.compile(f"[A-Za-z0-9{re.escape(_LEGAL)}]*")


class Heads:
    """Writes the line and the headers of each request to one server.

    Args:
        base: the server's address.
        origin: the same, taken apart.
        proxy: the one on the way, which has to be told where a request goes that is not encrypted.
    """

    def __init__(self, base: str, origin: Origin, proxy: Origin | None) -> None:
        self._path = _target(urlsplit(base).path.rstrip("/")) + "/"
        self._written = lru_cache(maxsize=64)(self._write)
        """What is the same from request to request is put together once."""
        self._first = {"host": origin.authority}
        if origin.credentials:
            self._first["authorization"] = origin.credentials
        if proxy is not None and origin.scheme == "http":
            self._path = f"http://{origin.authority}{self._path}"
            if proxy.credentials:
                self._first["proxy-authorization"] = proxy.credentials

    def head(self, method: str, path: str, headers: Mapping[str, str], size: int | None) -> bytes:
        """A request's line and headers.

        Args:
            method: HTTP's.
            path: what follows the base.
            headers: those of this request; they go before ours.
            size: how many bytes of a body follow; None where there is none.

        Raises:
            ValueError: a header has a line break in it.
        """
        head = self._written(method, path, *headers.items())
        if size is None and method == "GET":
            return head + b"\r\n"
        return b"%bcontent-length: %d\r\n\r\n" % (head, size or 0)  # servers refuse a POST that does not say so

    def _write(self, method: str, path: str, *headers: tuple[str, str]) -> bytes:
        """All of it but how long the body is."""
        said = {**self._first, **dict(headers)}
        for name, value in _LAST.items():
            said.setdefault(name, value)
        said.pop("content-length", None)
        lines = [f"{method} {self._path}{_target(path)} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in said.items()]
        head = "\r\n".join(lines)
        if not len(lines) - 1 == head.count("\n") == head.count("\r"):
            name = next((name for name, value in said.items() if _BREAK.search(name + value)), "")
            raise ValueError(f"the header {name!r} of a request has a line break in it, and would be two")
        return head.encode() + b"\r\n"


def _target(path: str) -> str:
    """A path as it goes over the wire."""
    return path if _PLAIN.fullmatch(path) else quote(path, safe=_LEGAL)
