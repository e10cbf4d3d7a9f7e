"""The bridge's log as people read it: one coloured line for each request, plain lines for the rest."""

from __future__ import annotations

import logging
import sys
from collections import Counter
from functools import lru_cache
from time import localtime, strftime
from typing import TYPE_CHECKING

from typer import style
from typing_extensions import override

from cgb.errors import ConfigError

from .console import has_colours

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cgb.context import Context
    from cgb.record import Record

_LEVELS = ("debug", "info", "warning", "error", "critical")
_LONGEST = 80
_THOUSAND = 1000


def setup(level: str) -> None:
    """Log to standard error: cgb at this level, everybody else at warnings.

    Raises:
        ConfigError: there is no such level.
    """
    if level.lower() not in _LEVELS:
        raise ConfigError(f"server.log_level: there is no level {level!r}. Choose one of {', '.join(_LEVELS)}.")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(colours=has_colours(sys.stderr)))
    chosen = getattr(logging, level.upper())
    logging.basicConfig(handlers=[handler], level=max(chosen, logging.WARNING), force=True)
    logging.getLogger("cgb").setLevel(chosen)
    # What no line names need not be found out for each: it is half of what a line takes (logging HOWTO, Optimization).
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001


class Lines(logging.Formatter):
    """One line for a finished request, by its `record` and `ctx`; plain text for all else.

    Colours are put in by hand: rich would cost more for each request than its way through the pipeline.
    """

    def __init__(self, *, colours: bool) -> None:
        super().__init__()
        self._colours = colours

    @override
    def format(self, record: logging.LogRecord) -> str:
        time = _clock(int(record.created))
        finished: Record | None = getattr(record, "record", None)
        if finished is not None:
            return self._painted([(time, "bright_black"), *_told(finished, record.__dict__["ctx"])])
        level = f"{record.levelname.lower()}: " if record.levelno != logging.INFO else ""
        return f"{time}  {level}{super().format(record)}"

    def _painted(self, pieces: list[tuple[str, str]]) -> str:
        if not self._colours:
            return "  ".join([text for text, _ in pieces])
        return "  ".join([style(text, fg=colour) if colour else text for text, colour in pieces])


@lru_cache(maxsize=1)
def _clock(second: int) -> str:
    return strftime("%H:%M:%S", localtime(second))


def _told(record: Record, ctx: Context) -> Iterator[tuple[str, str]]:
    """A request's line, as pieces of text and colour."""
    yield _models(record), "cyan"
    if ctx.kind != "main":
        yield ctx.kind, "magenta"
    if record.request.tools:
        yield f"{len(record.request.tools)} tools", ""
    if record.usage.prompt_tokens or record.usage.output_tokens:
        yield _tokens(record), ""
    if record.first_event_s is not None:
        yield f"first {record.first_event_s:.2f}s", ""
    yield f"{record.duration_s:.2f}s", ""
    yield _status(record)
    if record.notes:
        yield _notes(record), "bright_black"


def _models(record: Record) -> str:
    client = printable(record.request.model)
    if not record.routes:
        return client
    tries = f" (attempt {len(record.routes)})" if len(record.routes) > 1 else ""
    return f"{client} → {printable(record.routes[-1].model)}{tries}"


def _tokens(record: Record) -> str:
    usage = record.usage
    cached = f" +{_short(usage.cache_read_input_tokens)} cached" if usage.cache_read_input_tokens else ""
    fresh = usage.input_tokens + usage.cache_creation_input_tokens
    return f"{_short(fresh)} in{cached}, {_short(usage.output_tokens)} out"


def _short(count: int) -> str:
    return f"{count / _THOUSAND:.1f}k" if count >= _THOUSAND else str(count)


def _status(record: Record) -> tuple[str, str]:
    if record.error is not None:
        return f"{record.error.status} {record.error.type}", "red"
    return ("client left", "yellow") if record.cancelled else ("200", "green")


def _notes(record: Record) -> str:
    """Which plugin noted what; what exactly is in the note itself, not here."""
    counted = Counter(f"{note.plugin}: {note.kind}" for note in record.notes)
    return printable("; ".join(f"{one} (x{n})" if n > 1 else one for one, n in counted.items()), 2 * _LONGEST)


def printable(text: str, longest: int = _LONGEST) -> str:
    """A client's words, unable to forge a line or to move the cursor."""
    clean = text if text.isprintable() else "".join(char if char.isprintable() else "?" for char in text)
    return clean if len(clean) <= longest else f"{clean[: longest - 1]}…"
