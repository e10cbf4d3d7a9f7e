"""One request's whole life: its way through the pipeline, its end, and those who watch it."""

from __future__ import annotations

import time
from contextlib import aclosing
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

_TELLING = frozenset({MessageStart, MessageDelta})


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
                    if type(event) in _TELLING:
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

    def failed(self, error: BaseException) -> ApiError:
        """The error a client sees when something was raised that is no answer: a plugin's, if it came from one."""
        if step := self.ctx.layers.blamed(error):
            self.error = step.failed(error)
        else:
            log.error("request %s failed inside cgb", self.ctx.id, exc_info=error)
            self.error = Internal(f"cgb itself failed: {type(error).__name__}; the bridge's log has the traceback.")
        return self.error

    def finish(self, *, cancelled: bool = False) -> Record:
        """The last byte is out, or the client is gone: log it and tell those who watch."""
        self._cancelled = cancelled
        record = self._record()
        requests.info("%s", record.request.model, extra={"record": record, "ctx": self.ctx})
        if self._observe is not None:
            self._observe(record, self.ctx)
        self.ctx.layers.clear()
        for watcher in self._pipeline.watchers:
            watcher.tell(record, self.ctx)
        self._pipeline.end(record.plugin_s)
        return record

    def _watch(self, event: Event) -> None:
        if isinstance(event, MessageStart):
            self._usage = event.message.usage
        elif isinstance(event, MessageDelta):
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
