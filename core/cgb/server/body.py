"""A request's body: read within a limit, and understood or refused with the field's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from starlette.requests import ClientDisconnect

from ..errors import InvalidRequest, TooLarge
from ..lenient_json import loads
from ..messages import MessagesRequest

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails
    from starlette.types import Receive

_DRAIN_FACTOR = 4
_OBJECT = "Input should be an object"
_IN_JSON = {
    "tuple_type": "Input should be an array",
    "dict_type": _OBJECT,
    "mapping_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
}
"""What pydantic words in Python's terms."""


async def read_body(receive: Receive, limit_mb: int) -> bytes:
    """The body.

    Raises:
        TooLarge: it has more than `limit_mb` MiB. What still comes is read and dropped first, up to four times
            the limit, because a client that is still writing would not see the answer.
        ClientDisconnect: the client left before it was whole.
    """
    limit = limit_mb * 1024 * 1024
    chunks: list[bytes] = []
    size, more = 0, True
    while more and size <= _DRAIN_FACTOR * limit:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)
        more = message.get("more_body", False)
    if size > limit:
        raise TooLarge(f"the request's body is larger than {limit_mb} MB. Send less, or raise server.body_limit_mb.")
    return b"".join(chunks)


async def disconnected(receive: Receive) -> None:
    """Returns when the client has gone; its body was read before."""
    while (await receive())["type"] != "http.disconnect":
        pass


def parse_request(body: bytes, *, counting: bool = False) -> MessagesRequest:
    """The request a body holds; one that only counts tokens needs no `max_tokens`.

    Raises:
        InvalidRequest: it is not JSON, or a field is missing or of the wrong type: names the field.
    """
    try:
        raw = loads(body)
    except ValueError as error:
        raise InvalidRequest(f"the request's body is not JSON: {error}.") from None
    if not isinstance(raw, dict):
        raise InvalidRequest("the request's body should be a JSON object.")
    try:
        request = MessagesRequest.model_validate(raw)
    except ValidationError as error:
        raise InvalidRequest(_explained(error, raw)) from None
    if request.max_tokens is None and not counting:
        raise InvalidRequest("max_tokens: Field required")
    return request


def _explained(error: ValidationError, raw: Any) -> str:
    """Which field is wrong and how, as Anthropic words it: `messages.0.content.1.text: Field required`."""
    found = [_told(one, raw) for one in error.errors(include_url=False, include_context=False, include_input=False)]
    return "; ".join(dict.fromkeys(found[:3]))


def _told(one: ErrorDetails, raw: Any) -> str:
    path = _path(one["loc"], raw, absent=one["type"] == "missing")
    if one["type"] != "value_error":
        return f"{path}: {_IN_JSON.get(one['type'], one['msg'])}"
    # Our own validators name the member they miss: its path goes on from that of the object.
    said = one["msg"].removeprefix("Value error, ")
    return f"{path}.{said}" if path != "body" else said


def _path(loc: tuple[int | str, ...], raw: Any, *, absent: bool) -> str:
    """The place in the client's own JSON: pydantic also names which member of a union it tried, which is left out."""
    path: list[str] = []
    for place, step in enumerate(loc):
        is_absent = absent and place == len(loc) - 1
        if isinstance(raw, dict) and (step in raw or is_absent):
            raw = raw.get(step)
        elif isinstance(raw, list) and isinstance(step, int):
            raw = raw[step] if step < len(raw) else None
        else:
            continue
        path.append(str(step))
    return ".".join(path) or "body"
