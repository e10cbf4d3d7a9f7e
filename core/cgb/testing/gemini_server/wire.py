"""Bytes: how the service spells JSON and frames a stream."""

from __future__ import annotations

import json
from typing import Any

import orjson


def compact(value: Any) -> bytes:
    """JSON as in the service's streams: a blank after colons only, non-ASCII raw, angle brackets escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ": "))
    text = text.replace("<", "\\u003c").replace(">", "\\u003e")
    # What is left unencodable is a lone surrogate, whose Python escape is the JSON escape.
    return text.encode("utf-8", "backslashreplace")


def pretty(value: Any) -> bytes:
    """JSON as in the service's single answers and errors."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n"


def sse(data: bytes) -> bytes:
    """One server-sent event, with the service's CRLF."""
    return b"data: " + data + b"\r\n\r\n"
