"""What files hold: a captured request, a recorded answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic import ValidationError

from ..errors import ApiError, ConfigError, InvalidRequest, UnusableAnswer
from ..lenient_json import dumps, loads
from ..messages import Event, Message, MessagesRequest, events_of
from ..server.body import parse_request
from ..sse import decode

if TYPE_CHECKING:
    from collections.abc import Sequence

Answer: TypeAlias = Callable[[], AsyncGenerator[Event]]
"""A recorded answer, each time from its beginning."""

_PAIR = 2


def captured(data: bytes, name: str) -> tuple[MessagesRequest, dict[str, str]]:
    """The request that a file holds, and the headers it came with.

    The file is a request's body, or an object with that body as `body` and the headers as `headers`.

    Raises:
        ConfigError: it is no request; names the file and the field.
    """
    try:
        raw = loads(data)
    except ValueError as error:
        raise ConfigError(f"{name}: is not JSON: {error}.") from None
    body, headers = _unwrapped(raw)
    try:
        return parse_request(body if isinstance(body, bytes) else dumps(body), counting=True), headers
    except InvalidRequest as error:
        raise ConfigError(f"{name}: {error.message.rstrip('.')}.") from None


def _unwrapped(raw: Any) -> tuple[Any, dict[str, str]]:
    if not isinstance(raw, dict) or "body" not in raw or "messages" in raw:
        return raw, {}
    body = raw["body"]
    return body.encode() if isinstance(body, str) else body, _headers(raw.get("headers"))


def _headers(told: Any) -> dict[str, str]:
    """The headers, told as an object or as pairs, names in lower case."""
    pairs = told.items() if isinstance(told, dict) else told if isinstance(told, list) else ()
    found = (pair for pair in pairs if isinstance(pair, list | tuple) and len(pair) == _PAIR)
    return {str(name).lower(): str(value) for name, value in found}


async def recorded(data: bytes, name: str) -> Answer:
    """The answer that a file holds: a Messages API stream, or the JSON object of a message or an error.

    Raises:
        ConfigError: it holds neither; names the file and what is wrong.
    """
    try:
        events, error = _whole(loads(data)) if data.lstrip().startswith(b"{") else await _streamed(data)
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise ConfigError(f"{name}: is no answer of the Messages API: {_told(wrong)}.") from None
    if not events and (error is None or isinstance(error, UnusableAnswer)):
        raise ConfigError(f"{name}: is no answer of the Messages API: there is no event in it.")
    return _replay(events, error)


def _told(wrong: Exception) -> str:
    if isinstance(wrong, ValidationError):
        first = wrong.errors(include_input=False, include_url=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return f"{wrong} is missing" if isinstance(wrong, KeyError) else str(wrong)


def _whole(answer: Any) -> tuple[list[Event], ApiError | None]:
    if answer.get("type") == "error":
        return [], _error(answer["error"]["type"], answer["error"]["message"])
    return list(events_of(Message.model_validate(answer))), None


async def _streamed(data: bytes) -> tuple[list[Event], ApiError | None]:
    events: list[Event] = []
    try:
        async for event in decode(_once(data)):
            events.append(event)  # noqa: PERF401 - what came before an error counts
    except UnusableAnswer as error:
        return events, error
    except ApiError as error:
        return events, _error(error.type, error.message)
    return events, None


def _error(kind: str, message: str) -> ApiError:
    """The error of that type, with the status that goes with it."""
    known = next((one for one in ApiError.__subclasses__() if one.type == kind), ApiError)
    return known(message, type=kind)


async def _once(data: bytes) -> AsyncGenerator[bytes]:
    yield data


def _replay(events: Sequence[Event], error: ApiError | None) -> Answer:
    async def replay() -> AsyncGenerator[Event]:
        for event in events:
            yield event
        if error is not None:
            raise error.with_traceback(None)

    return replay
