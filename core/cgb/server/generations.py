"""The pipeline that serves, and those before it whose last answers are still under way."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from .. import plugins as _plugins
from ..errors import CgbError
from ..log import log
from ..pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Sequence

    from ..config import Config
    from ..isolation.stats import PluginStats
    from ..plugins import Plugin

_LOOK_S = 1.0
"""How often the configuration's file is looked at: one call of the operating system."""


class Generations:
    """Replaces the pipeline without dropping an answer: each one closes when the last request that it began is over.

    Attributes:
        pipeline: the one that new requests take.
    """

    pipeline: Pipeline

    def __init__(self, stats: dict[str, PluginStats] | None = None) -> None:
        self._stats = {} if stats is None else stats
        self._lives: set[asyncio.Task[None]] = set()
        self._retire = asyncio.Event()
        self._closing = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def open(
        cls, plugins: Sequence[Plugin], config: Config, stats: dict[str, PluginStats] | None = None
    ) -> AsyncIterator[Generations]:
        """Open the first; all are closed when the context ends, and count in the same `stats`.

        Raises:
            ConfigError, PluginError: settings or plugins are not as they should be.
        """
        generations = cls(stats)
        await generations.replace(plugins, config)
        try:
            yield generations
        finally:
            await generations.close()

    async def replace(self, plugins: Sequence[Plugin], config: Config) -> None:
        """Serve new requests by these plugins; where they do not open, everything stays as it is.

        Raises:
            ConfigError, PluginError: settings or plugins are not as they should be.
        """
        opened: asyncio.Future[Pipeline] = asyncio.get_running_loop().create_future()
        retire = asyncio.Event()
        # What a plugin opens is closed by the task that opened it, as some libraries demand.
        life = asyncio.create_task(self._live(plugins, config, opened, retire))
        self._lives.add(life)
        life.add_done_callback(self._lives.discard)
        self.pipeline = await opened
        self._retire.set()
        self._retire = retire

    async def close(self) -> None:
        """Close all of them, also those that are in use."""
        self._closing.set()
        self._retire.set()
        await asyncio.gather(*self._lives)

    async def _live(
        self, plugins: Sequence[Plugin], config: Config, opened: asyncio.Future[Pipeline], retire: asyncio.Event
    ) -> None:
        try:
            async with Pipeline.open(plugins, config, self._stats) as pipeline:
                opened.set_result(pipeline)
                await retire.wait()
                await _either(pipeline.unused(), self._closing.wait())
        except Exception as error:  # noqa: BLE001 - whoever waits for it to open shall have it
            if opened.done():
                log.exception("a pipeline could not be closed", exc_info=error)
            else:
                opened.set_exception(error)


async def _either(*waits: Coroutine[Any, Any, object]) -> None:
    """Wait for the first of them."""
    tasks = [asyncio.create_task(wait) for wait in waits]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


@asynccontextmanager
async def watching(
    generations: Generations, config: Config, reread: Callable[[], Config] | None
) -> AsyncIterator[None]:
    """Take the configuration's file over whenever it changes, as long as the context is open.

    Args:
        generations: what serves.
        config: the configuration that it was opened with.
        reread: reads it anew; without it, or without a file, nothing is watched.
    """
    if reread is None or config.path is None:
        yield
        return
    task = asyncio.create_task(_watch(generations, config, reread, _state(config)))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _watch(generations: Generations, config: Config, reread: Callable[[], Config], seen: object) -> None:
    while True:
        await asyncio.sleep(_LOOK_S)
        found = _state(config)
        if found != seen:
            seen = found
            await _take_over(generations, config, reread)


async def _take_over(generations: Generations, config: Config, reread: Callable[[], Config]) -> None:
    """Serve by the file as it is now; one that is broken is refused, and what served goes on."""
    try:
        changed, plugins = await asyncio.to_thread(_read, reread)
        await generations.replace(plugins, changed)
    except CgbError as error:
        log.error("%s was not taken over, and what served goes on: %s", config.path, error)
    except Exception:  # noqa: BLE001 - a plugin's own; what served must go on
        log.exception("%s was not taken over, and what served goes on", config.path)
    else:
        log.info("%s was taken over; answers under way end as they began", config.path)
        if changed.server != config.server:
            log.warning("%s: what changed in [server] needs a restart", config.path)


def _read(reread: Callable[[], Config]) -> tuple[Config, Sequence[Plugin]]:
    config = reread()
    return config, _plugins.load(_plugins.select(config.plugins))


def _state(config: Config) -> tuple[int, int, int] | None:
    """What changes when the file does; editors often write a new one in its place."""
    try:
        found = config.path.stat() if config.path else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found else None
