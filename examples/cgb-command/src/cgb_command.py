"""Command: a local program answers. What the user said last goes to its input, what it prints is the answer."""

import asyncio
import shutil
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from codecs import getincrementaldecoder
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from tempfile import TemporaryFile

from pydantic import Field

from cgb import (
    Context,
    Event,
    Finding,
    MessagesRequest,
    Model,
    Route,
    Settings,
    TextBlock,
    Timeout,
    Transport,
    UnusableAnswer,
    UpstreamFailed,
    Usage,
    hookimpl,
)
from cgb.messages import Writer


class Command(Settings):
    """The table `[plugin.command]`."""

    program: tuple[str, ...] = Field(default=("cat",), min_length=1)
    """The program and its arguments; no shell reads them."""
    silence_s: float = Field(default=60, gt=0)
    """How long it may print nothing."""


@hookimpl
def describe_settings() -> type[Settings]:
    return Command


@hookimpl
@asynccontextmanager
async def open_transport(settings: Command) -> AsyncIterator[Transport]:
    yield Program(settings)


class Program(Transport):
    """Runs the program anew for each request."""

    def __init__(self, settings: Command) -> None:
        self._program = settings.program
        self._name = settings.program[0]
        self._silence_s = settings.silence_s

    async def send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        writer, decoder, printed = Writer(request.model), getincrementaldecoder("utf-8")("replace"), 0
        async with self._running(said_last(request)) as process:
            while chunk := await self._read(process):
                # Not before there is something to say: what fails until then is a plain HTTP error.
                for event in (*(() if printed else writer.start()), *writer.text(decoder.decode(chunk))):
                    yield event
                printed += len(chunk)
        if not printed:
            raise UnusableAnswer(f"{self._name} printed nothing.", kind="empty")
        for event in writer.text(decoder.decode(b"", final=True)):
            yield event
        for event in writer.finish("end_turn", Usage(input_tokens=ctx.tokens, output_tokens=printed // 4 + 1)):
            yield event

    def models(self) -> Sequence[Model]:
        return (Model("claude-command", Route("command", self._name), f"The program {self._name}"),)

    def missing(self) -> Sequence[Finding]:
        if shutil.which(self._name):
            return ()
        fix = "install it, or set plugin.command.program"
        return (Finding(ok=False, text=f"there is no program {self._name!r}", fix=fix),)

    @asynccontextmanager
    async def _running(self, text: str) -> AsyncIterator[Process]:
        """The program, reading this text. It is killed where nobody wants the rest, and must end well otherwise."""
        with TemporaryFile() as stdin, TemporaryFile() as stderr:  # files never block, pipes nobody reads do
            stdin.write(text.encode())
            stdin.seek(0)
            try:
                process = await create_subprocess_exec(*self._program, stdin=stdin, stdout=PIPE, stderr=stderr)
            except OSError as error:
                raise UpstreamFailed(f"{self._name} does not start: {error.strerror}.") from None
            try:
                yield process
                status = await process.wait()
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            if status:
                stderr.seek(0)
                why = stderr.read()[-200:].decode("utf-8", "replace").strip()
                raise UpstreamFailed(f"{self._name} ended with status {status}: {why}")

    async def _read(self, process: Process) -> bytes:
        assert process.stdout is not None
        try:
            async with asyncio.timeout(self._silence_s):
                return await process.stdout.read(4096)
        except TimeoutError:
            raise Timeout(f"{self._name} printed nothing for {self._silence_s:g} s.") from None


def said_last(request: MessagesRequest) -> str:
    """The words of the last message that has any."""
    texts = [
        "\n".join(block.text for block in turn.blocks if isinstance(block, TextBlock)) for turn in request.messages
    ]
    return next((text for text in reversed(texts) if text), "")
