"""One request's whole life: its way through the pipeline, its end, and those who watch it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .context import Context, kind_of, public_headers
from .errors import ApiError
from .log import requests
from .pipeline import failed
from .record import Record

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    from .messages import Event, MessagesRequest
    from .pipeline import Pipeline


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
        self._pipeline = pipeline
        self._observe = observe
        self._begin = time.perf_counter()
        self._cancelled = False
        pipeline.begin()

    @property
    def error(self) -> ApiError | None:
        """How the answer failed."""
        return self.ctx.seen.error

    @error.setter
    def error(self, error: ApiError) -> None:
        self.ctx.seen.error = error

    def events(self) -> AsyncGenerator[Event]:
        """The answer.

        Raises:
            ApiError: it failed; whatever a plugin or the core itself raises has become one.
        """
        return self._pipeline.send(self.ctx.request, self.ctx)

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
        self.error = found = failed(error, self.ctx)
        return found

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

    def _record(self) -> Record:
        seen = self.ctx.seen
        return Record(
            request=self.ctx.request,
            routes=tuple(self.ctx.routes),
            notes=tuple(self.ctx.notes),
            usage=seen.usage,
            stop_reason=seen.stop_reason,
            error=seen.error,
            cancelled=self._cancelled,
            first_event_s=None if seen.begun_at is None else seen.begun_at - self._begin,
            duration_s=time.perf_counter() - self._begin,
            plugin_s=dict(self.ctx.plugin_s),
        )
