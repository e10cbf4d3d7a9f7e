"""Keeping the way to loopback clear of the user's proxy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_VARIABLES = ("http_proxy", "https_proxy", "all_proxy")


def has_proxy(environ: Mapping[str, str]) -> bool:
    """Whether the user has set a proxy for the way to the outside."""
    return any(value for name, value in environ.items() if name.lower() in _VARIABLES)


def without_loopback(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that leave loopback out of any proxy, besides what the user has left out."""
    said = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    hosts = ",".join(dict.fromkeys([*filter(None, said.split(",")), *_LOOPBACK]))
    return {"NO_PROXY": hosts, "no_proxy": hosts}
