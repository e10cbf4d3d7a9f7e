"""The bridge as an ASGI application: what clients ask all day it answers itself, all else FastAPI."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.requests import Request

from .. import plugins as _plugins
from ..isolation.watchdog import watchdog
from ..isolation.watchers import watched
from .answer import ended
from .failed import response_to
from .gate import Gate, identified
from .generations import Generations, watching
from .lifespan import lifespan
from .metrics import Metrics
from .routes import DIRECT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from fastapi import FastAPI
    from starlette.types import ASGIApp, Receive, Scope, Send

    from ..config import Config, ServerSettings
    from ..isolation.stats import PluginStats
    from ..plugins import Plugin

_LAST_WORDS_S = 5.0
"""How long the last answers and then those who watch them may take to end once the server stops."""


def create_app(
    config: Config,
    *,
    plugins: Sequence[Plugin] | None = None,
    demo: bool = False,
    reread: Callable[[], Config] | None = None,
) -> App:
    """The bridge as an ASGI application.

    Args:
        config: what was configured.
        plugins: those to run, loaded already; without them, those that `config` names are loaded here.
        demo: whether upstream is a simulation, which `/health` then says.
        reread: reads the configuration anew, when its file has changed; without it, the file is not watched.

    Raises:
        ConfigError, PluginError: something named there does not load or fit.
    """
    loaded = _plugins.load(_plugins.select(config.plugins)) if plugins is None else plugins
    return App(config, loaded, demo=demo, reread=reread)


@dataclass
class State:
    """What the endpoints share.

    Attributes:
        generations: the pipeline that serves; there while the application lives.
    """

    settings: ServerSettings
    demo: bool
    metrics: Metrics
    generations: Generations = field(init=False)


class App:
    """Made by `create_app`.

    What the table of direct endpoints lacks is FastAPI's: paths that are asked for seldom, the description of all
    in `/docs`, 404 and 405. Its import takes half as long as a whole start, so the first who needs it waits for that.
    """

    def __init__(
        self, config: Config, plugins: Sequence[Plugin], *, demo: bool, reread: Callable[[], Config] | None
    ) -> None:
        self._config, self._plugins, self._reread = config, plugins, reread
        self._stats: dict[str, PluginStats] = {}
        self.state = State(config.server, demo, Metrics(self._stats))
        self._gate = Gate(config.server)
        self._importing: asyncio.Task[FastAPI] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve what ASGI calls a scope: a request, or the server's whole life."""
        if scope["type"] == "lifespan":
            await lifespan(self.life, receive, send)
            return
        if scope["type"] != "http":
            answer: ASGIApp = await self.fastapi()
        elif (refusal := self._gate.refusal(scope)) is not None:
            answer = refusal
        elif (endpoint := DIRECT.get((scope["method"], scope["path"]))) is not None:
            scope["app"] = self
            answer = await _answer(endpoint, Request(scope, receive))
        else:
            answer, send = await self.fastapi(), identified(send)
        await answer(scope, receive, send)

    @asynccontextmanager
    async def life(self) -> AsyncIterator[None]:
        """From the server's start to its end: the pipeline is open meanwhile.

        Raises:
            ConfigError, PluginError: settings or plugins are not as they should be.
        """
        async with (
            Generations.open(self._plugins, self._config, self._stats) as self.state.generations,
            watching(self.state.generations, self._config, self._reread),
            watchdog(lambda: self.state.generations.pipeline),
        ):
            yield
            await ended(_LAST_WORDS_S)
            await watched(_LAST_WORDS_S)

    async def fastapi(self) -> FastAPI:
        """The rest of the surface; imported meanwhile by a thread, so that no stream stands still."""
        if self._importing is None:
            self._importing = asyncio.create_task(asyncio.to_thread(_fastapi, self.state))
        return await asyncio.shield(self._importing)


def _fastapi(state: State) -> FastAPI:
    from .api import described  # noqa: PLC0415 - see `App`

    return described(state)


async def _answer(endpoint: Callable[[Request], Awaitable[ASGIApp]], request: Request) -> ASGIApp:
    """What an endpoint answers, or what to say of its failure."""
    try:
        return await endpoint(request)
    except Exception as error:  # noqa: BLE001 - whatever it is, the client is told
        return response_to(error)
