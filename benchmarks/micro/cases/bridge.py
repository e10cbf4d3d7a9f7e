"""The bridge with its default plugins, in this process: Gemini's part is played where HTTP would begin."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from typing_extensions import override

from cgb.config import Config
from cgb.pipeline import Pipeline
from cgb.plugins import load, select
from cgb.upstream import Chunks, Response, Upstream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence
    from contextlib import AbstractContextManager

CONFIG = Config(
    environ={"GEMINI_API_KEY": "none", "CGB_GEMINI_REFRESH_MODELS": "0", "CGB_SERVER_SLOW_HOOK_MS": "60000"}
)
"""Under callgrind every plugin is slow."""


@asynccontextmanager
async def pipeline() -> AsyncIterator[Pipeline]:
    """A pipeline of the default plugins."""
    async with Pipeline.open(load(select("default")), CONFIG) as opened:
        yield opened


class _Arrived(Chunks):
    """A body whose chunks are all there."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._left = iter(pieces)

    @override
    def take(self) -> bytes:
        return next(self._left, b"")

    @override
    def news(self) -> None:
        return None


def answering(pieces: Sequence[bytes]) -> AbstractContextManager[object]:
    """Let every service answer with these bytes."""

    @asynccontextmanager
    async def request(*_: Any, **__: Any) -> AsyncIterator[Response]:
        yield Response(200, {}, _Arrived(pieces))

    return patch.object(Upstream, "request", request)


def together(sent: Iterable[bytes], size: int = 65_536) -> list[bytes]:
    """What was sent at once, in the pieces in which it is read."""
    body = b"".join(sent)
    return [body[place : place + size] for place in range(0, len(body), size)]
