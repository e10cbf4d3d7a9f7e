"""What must hold for `open_transport`."""

from __future__ import annotations

import socket
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, NoReturn
from unittest.mock import patch

from ...errors import ApiError
from ...opening import entered
from ...transport import Finding, Target, Transport
from ..streams import assert_stream
from .routes import assert_models
from .trial import Trial, must

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

_HOOK = "open_transport"


@must(_HOOK)
async def opens(trial: Trial) -> None:
    """It opens and closes without network."""
    async with _opened(trial):
        pass


@must(_HOOK)
async def tells(trial: Trial) -> None:
    """It tells of its models without network."""
    async with _opened(trial) as transport:
        assert_models(transport.models())
        if not isinstance(transport.target(trial.example.route.model), Target):
            raise AssertionError("target returned something else than a cgb.Target")  # noqa: TRY004 - it is a test that fails
        if not all(isinstance(finding, Finding) for finding in transport.missing()):
            raise AssertionError("missing returned something else than cgb.Findings")


@must(_HOOK)
async def fails_properly(trial: Trial) -> None:
    """Without network it answers, or fails as an ApiError."""
    example = trial.example
    async with _opened(trial) as transport:
        try:
            async with aclosing(transport.send(example.request, example.route, trial.ctx)) as events:
                said = [event async for event in events]
        except ApiError:
            return
        assert_stream(said)


@asynccontextmanager
async def _opened(trial: Trial) -> AsyncIterator[Transport]:
    """The transport, where no connection can be made."""
    with _offline():
        async with AsyncExitStack() as stack:
            yield await entered(stack, trial.step)


@contextmanager
def _offline() -> Iterator[None]:
    with patch.multiple(socket.socket, connect=_refuse, connect_ex=_refuse), patch("socket.getaddrinfo", _refuse):
        yield


def _refuse(*args: Any, **kwargs: Any) -> NoReturn:  # noqa: ARG001 - whatever is to be connected
    raise ConnectionRefusedError("there is no network here")


PROPERTIES = (*opens, *tells, *fails_properly)
