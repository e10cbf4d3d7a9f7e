"""Tape: record exchanges without their secrets, and replay them without a network."""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from hashlib import sha256
from pathlib import Path

import orjson

from cgb import (
    ApiError,
    Context,
    Event,
    MessagesRequest,
    NotFound,
    Route,
    Settings,
    Transport,
    TransportWrapper,
    hookimpl,
)
from cgb.messages import InputJsonDelta, TextDelta, ThinkingDelta, estimate_tokens, event_of, event_to_wire

_SECRET = re.compile(
    # Not in the middle of a word, which signatures are, except behind an escape such as \n.
    rb"(?:(?<![\w-])|(?<=\\[nrt]))"
    rb"(?:AIza[\w-]{35}|sk-[\w-]{20,}|gh[a-z]_\w{36}|github_pat_\w{20,}|AKIA[0-9A-Z]{16}|xox[a-z]-[\w-]{10,}"
    rb"|eyJ[\w-]{10,}\.[\w.-]{10,}|(?<=[Bb]earer )[\w.~+/-]{16,}=*)"
)
_BILLING = "x-anthropic-billing-header:"


class Tape(Settings):
    """The table `[plugin.tape]`."""

    folder: Path = Path("tape")
    """Where the recordings are: a file a request."""
    replay: bool = False
    """Answer from the recordings instead of making new ones."""


@hookimpl
def describe_settings() -> type[Settings]:
    return Tape


@hookimpl
def wrap_transport(transport: Transport, settings: Tape) -> Transport:
    return Player(transport, settings.folder) if settings.replay else Recorder(transport, settings.folder)


class Recorder(TransportWrapper):
    """Writes a file for each request that comes to its end, good or bad; the same request again replaces it."""

    def __init__(self, inner: Transport, folder: Path) -> None:
        super().__init__(inner)
        self._folder = folder

    async def send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        said: list[Event] = []
        try:
            async with aclosing(self.inner.send(request, route, ctx)) as events:
                async for event in events:
                    said.append(event)
                    yield event
        except ApiError as error:
            await self._write(request, [*joined(said), {**error.body(), "status": error.status}], ctx)
            raise
        await self._write(request, joined(said), ctx)

    async def _write(self, request: MessagesRequest, answer: Iterable[object], ctx: Context) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            tape = b"".join(map(line, [kept(request), *answer]))
            await asyncio.to_thread((self._folder / name_of(request)).write_bytes, tape)
        except OSError as error:
            ctx.note("not_recorded", f"the tape could not be written: {error.strerror}")


class Player(Recorder):
    """Answers from the files, and asks nobody."""

    async def send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        path = self._folder / name_of(request)
        if not path.is_file():
            raise NotFound(f"{path}: this request was not recorded. Set plugin.tape.replay to false once.")
        tape = await asyncio.to_thread(path.read_bytes)
        for data in map(orjson.loads, tape.splitlines()[1:]):
            if data["type"] == "error":
                raise ApiError(data["error"]["message"], status=data["status"], type=data["error"]["type"])
            yield event_of(data)

    async def count_tokens(self, request: MessagesRequest, route: Route, ctx: Context) -> int:
        return estimate_tokens(request)


def name_of(request: MessagesRequest) -> str:
    """The file of a request: the same in every process, for every user and key, streamed or not."""
    return f"{sha256(line(kept(request))).hexdigest()[:16]}.jsonl"


def kept(request: MessagesRequest) -> dict[str, object]:
    """The request without what says who asked, or differs from run to run."""
    system = [block for block in request.system_blocks if not str(block.get("text")).startswith(_BILLING)]
    return request.with_(system=tuple(system), metadata=None, stream=None).to_wire()


def line(value: object) -> bytes:
    """A line of a tape, without secrets."""
    return _SECRET.sub(b"[removed]", orjson.dumps(value, option=orjson.OPT_SORT_KEYS)) + b"\n"


def joined(events: Iterable[Event]) -> list[dict[str, object]]:
    """The lines of an answer, deltas that follow each other as one: a secret may lie across two."""
    whole: list[Event] = []
    for event in events:
        match whole[-1:], event:
            case [TextDelta(index, text)], TextDelta(_, more):
                whole[-1] = TextDelta(index, text + more)
            case [ThinkingDelta(index, text)], ThinkingDelta(_, more):
                whole[-1] = ThinkingDelta(index, text + more)
            case [InputJsonDelta(index, text)], InputJsonDelta(_, more):
                whole[-1] = InputJsonDelta(index, text + more)
            case _:
                whole.append(event)
    return [event_to_wire(event) for event in whole]
