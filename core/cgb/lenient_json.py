"""JSON in and out that survives half an emoji.

JavaScript strings may hold a lone surrogate, which has no UTF-8: orjson refuses it both ways. Here it
becomes U+FFFD, so that one cut-off character does not cost the whole request or answer.
"""

import json
from typing import Any

import orjson


def dumps(data: Any) -> bytes:
    """JSON text of `data`."""
    try:
        return orjson.dumps(data)
    except orjson.JSONEncodeError:
        return orjson.dumps(_mended(data))


def loads(text: bytes) -> Any:
    """What a JSON text says.

    Raises:
        ValueError: it is not JSON.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if b"\\u" not in text:
            raise
        try:
            return _mended(json.loads(text, parse_constant=_refuse))
        except (ValueError, RecursionError):
            raise error from None


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _mended(data: Any) -> Any:
    if isinstance(data, str):
        return data.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(data, dict):
        return {_mended(key): _mended(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_mended(value) for value in data]
    return data
