"""One request's whole life: its way through the pipeline, its end, and those who watch it."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from .context import Context, kind_of, public_headers
from .errors import ApiError, Internal
from .log import log, requests
from .messages import MessageDelta, MessagesRequest, MessageStart, Usage, merged_usage
from .record import Record

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    from .messages import Event
    from .pipeline import Pipeline
    from .steps import Step

_watching: set[asyncio.Task[None]] = set()
_THREADS = ThreadPoolExecutor(4, "cgb-watcher")
"""Not the event loop's own: a watcher that hangs there would take the threads that look up host names."""


class Exchange:
    """A request and what becomes of it; `finish` it once, when the last byte is out.

    Args:
        pipeline: its way.
        request: what the client asks.
        headers: the client's, names in lower case.
        counting: whether only its tokens are to be counted.
        observe: told of the end at once, before the plugins that watch.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        request: MessagesRequest,
        headers: Mapping[str, str],
        *,
        counting: bool = False,
        observe: Callable[[Record, Context], None] | None = None,
    ) -> None:
        kind = kind_of(request, headers, counting=counting)
        self.ctx = Context(request, kind, public_headers(headers))
        self.error: ApiError | None = None
        self._pipeline = pipeline
        self._observe = observe
        self._begin = time.perf_counter()
        self._first_event_s: float | None = None
        self._usage = Usage()
        self._stop_reason: str | None = None
        self._cancelled = False
        pipeline.begin()

    async def events(self) -> AsyncGenerator[Event]:
        """The answer.

        Raises:
            ApiError: it failed; whatever a plugin or the core itself raises has become one.
        """
        try:
            async with aclosing(self._pipeline.send(self.ctx.request, self.ctx)) as events:
                async for event in events:
                    if self._first_event_s is None:
                        self._first_event_s = time.perf_counter() - self._begin
                    if isinstance(event, MessageStart | MessageDelta):
                        self._watch(event)
                    yield event
        except ApiError as error:
            self.error = error
            raise
        except Exception as error:
            raise self.failed(error) from error

    async def count_tokens(self) -> int:
        """How many tokens upstream would read for this request."""
        try:
            return await self._pipeline.count_tokens(self.ctx.request, self.ctx)
        except ApiError as error:
            self.error = error
            raise
        except Exception as error:
            raise self.failed(error) from error

    def failed(self, error: Exception) -> ApiError:
        """The error a client sees when something that no plugin is known to have done went wrong."""
        log.exception("request %s failed inside cgb", self.ctx.id, exc_info=error)
        self.error = Internal(f"cgb itself failed: {type(error).__name__}; the bridge's log has the traceback.")
        return self.error

    def finish(self, *, cancelled: bool = False) -> Record:
        """The last byte is out, or the client is gone: log it and tell those who watch."""
        self._cancelled = cancelled
        record = self._record()
        requests.info("%s", record.request.model, extra={"record": record, "ctx": self.ctx})
        if self._observe is not None:
            self._observe(record, self.ctx)
        for watcher in self._pipeline.watchers:
            task = asyncio.create_task(_tell(watcher, record, self.ctx))
            _watching.add(task)
            task.add_done_callback(_watching.discard)
        self._pipeline.end()
        return record

    def _watch(self, event: MessageStart | MessageDelta) -> None:
        if isinstance(event, MessageStart):
            self._usage = event.message.usage
        else:
            self._usage = merged_usage(self._usage, event.usage)
            self._stop_reason = event.stop_reason

    def _record(self) -> Record:
        return Record(
            request=self.ctx.request,
            routes=tuple(self.ctx.routes),
            notes=tuple(self.ctx.notes),
            usage=self._usage,
            stop_reason=self._stop_reason,
            error=self.error,
            cancelled=self._cancelled,
            first_event_s=self._first_event_s,
            duration_s=time.perf_counter() - self._begin,
            plugin_s=dict(self.ctx.plugin_s),
        )


async def watched(timeout: float | None = None) -> None:  # noqa: ASYNC109 - giving up is no error here
    """Wait until all who watch have been told what has finished so far, at most so many seconds."""
    if _watching:
        await asyncio.wait(_watching, timeout=timeout)


async def _tell(watcher: Step, record: Record, ctx: Context) -> None:
    """Call a watcher: a synchronous one in a thread, so that it delays nobody; what it raises is logged."""
    try:
        call = partial(watcher.call, record=record, ctx=ctx)
        result = await asyncio.get_running_loop().run_in_executor(_THREADS, call)
        if result is not None:
            await result
    except Exception:  # noqa: BLE001 - a watcher can break nothing
        log.exception("plugin %s failed in %s", watcher.plugin, watcher.hook)
