"""What to do when a stream is broken, empty or malformed."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from typing_extensions import override

from cgb import (
    CitationsDelta,
    ContentBlockStart,
    Context,
    Event,
    InputJsonDelta,
    MessagesRequest,
    Route,
    Settings,
    TextDelta,
    Transport,
    TransportWrapper,
    UnusableAnswer,
    hookimpl,
)
from cgb.messages import Grammar, GrammarError, Splice

_TAKEN_BACK = frozenset({"text", "thinking", "redacted_thinking"})
"""Blocks that may have begun in an answer that is given up: a client acts on every other kind."""


class StreamRepair(Settings):
    """The table `[plugin.stream-repair]`."""

    retries: int = 2
    """How often a request is sent again whose answer was unusable, before any text or tool call was shown."""


@hookimpl
def describe_settings() -> type[Settings]:
    return StreamRepair


@hookimpl
async def transform_stream(events: AsyncGenerator[Event]) -> AsyncGenerator[Event]:
    """Let nothing through that a client would choke on: an answer out of order or without an end is a failure."""
    grammar = Grammar()
    try:
        async for event in events:
            grammar.read(event)
            yield event
        grammar.end()
    except GrammarError as error:
        raise UnusableAnswer(
            f"the transport's answer broke off or was out of order ({error}). Ask again.", kind="cut", detail=str(error)
        ) from error


@hookimpl
def wrap_transport(transport: Transport, settings: StreamRepair) -> Transport:
    return _AskAgain(transport, settings.retries)


class _AskAgain(TransportWrapper):
    """Asks again for an answer that was unusable, as long as the client has seen neither text nor a tool call of it."""

    def __init__(self, inner: Transport, retries: int) -> None:
        super().__init__(inner)
        self._retries = retries

    @override
    async def send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        splice = Splice()
        for left in range(self._retries, -1, -1):
            committed = False
            try:
                async with aclosing(self.inner.send(request, route, ctx)) as events:
                    async for event in events:
                        committed = committed or _commits(event)
                        for joined in splice.read(event):
                            yield joined
            except UnusableAnswer as error:
                if committed or not left:
                    raise
                ctx.note("retry", f"{error.kind}: asked again", reason=error.upstream_reason)
                for joined in splice.again():
                    yield joined
            else:
                return


def _commits(event: Event) -> bool:
    """Whether the client has by now seen something of the answer that cannot be taken back."""
    if isinstance(event, ContentBlockStart):
        return event.content_block.get("type") not in _TAKEN_BACK
    return isinstance(event, TextDelta | InputJsonDelta | CitationsDelta)
