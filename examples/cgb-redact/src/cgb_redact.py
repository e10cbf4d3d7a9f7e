"""Redact: keep secrets out of what the model says, also those that come in pieces."""

import re
from collections.abc import AsyncGenerator, Sequence
from functools import reduce

from pydantic import Field

from cgb import ContentBlockStop, Context, Event, Settings, SignatureDelta, Target, TextDelta, ThinkingDelta, hookimpl


class Secret(Settings):
    """How one kind of secret looks: how it begins, then so many characters of an alphabet."""

    begins: str = Field(min_length=1)
    alphabet: str = Field(default="0-9A-Za-z_-", pattern=r"^[^\]\[]+$")
    """As between the brackets of a regular expression."""
    least: int = Field(default=20, ge=1)
    most: int = Field(default=200, ge=1)

    @property
    def whole(self) -> str:
        """A regular expression for all of it."""
        return f"{re.escape(self.begins)}[{self.alphabet}]{{{self.least},{max(self.least, self.most)}}}"

    @property
    def beginning(self) -> str:
        """A regular expression for what may yet become one, or a longer one."""
        rest = f"[{self.alphabet}]{{0,{max(self.least, self.most) - 1}}}"
        return reduce(lambda inner, character: f"{re.escape(character)}(?:{inner})?", reversed(self.begins), rest)


class Redact(Settings):
    """The table `[plugin.redact]`."""

    mark: str = "[redacted]"
    secrets: tuple[Secret, ...] = (
        Secret(begins="AIza", least=35, most=35),
        Secret(begins="sk-"),
        Secret(begins="ghp_", least=36, most=36),
        Secret(begins="github_pat_"),
        Secret(begins="AKIA", alphabet="0-9A-Z", least=16, most=16),
        Secret(begins="xoxb-"),
        Secret(begins="eyJ", alphabet="0-9A-Za-z_.-", least=30, most=2000),
    )


@hookimpl
def describe_settings() -> type[Settings]:
    return Redact


class Reader:
    """Reads a text piece by piece, and holds back only what may be the beginning of a secret."""

    def __init__(self, secrets: Sequence[Secret], mark: str) -> None:
        self._whole = re.compile("|".join(secret.whole for secret in secrets) or r"(?!)")
        self._begun = re.compile(rf"(?:{'|'.join(secret.beginning for secret in secrets) or '(?!)'})\Z")
        self._mark = mark
        self.held = ""
        self.found = 0

    def read(self, piece: str) -> str:
        """What may be shown now that this piece has come."""
        text = self.held + piece
        shown, place = "", 0
        begun = self._begun.search(text)
        while (secret := self._whole.search(text, place)) and not (begun and begun.start() <= secret.start()):
            shown += text[place : secret.start()] + self._mark
            self.found += 1
            place = secret.end()
            begun = self._begun.search(text, place)
        end = begun.start() if begun else len(text)
        self.held = text[end:]
        return shown + text[place:end]

    def end(self) -> str:
        """What was held back, now that no more will come."""
        text, found = self._whole.subn(self._mark, self.held)
        self.found += found
        self.held = ""
        return text


@hookimpl
async def transform_stream(
    events: AsyncGenerator[Event], target: Target, ctx: Context, settings: Redact
) -> AsyncGenerator[Event]:
    reader = Reader(settings.secrets, settings.mark)
    kind: type[TextDelta | ThinkingDelta] = TextDelta
    async for event in events:
        match event:
            case TextDelta(index, piece) | ThinkingDelta(index, piece):
                kind = type(event)
                if shown := reader.read(piece):
                    yield kind(index, shown)
                continue
            case SignatureDelta(index) | ContentBlockStop(index):
                if shown := reader.end():
                    yield kind(index, shown)
        if isinstance(event, ContentBlockStop) and reader.found:
            ctx.note("redacted", f"{reader.found} secrets in what the model said")
            reader.found = 0
        # Anthropic's signature vouches for the very words, and some of them are gone.
        if not (isinstance(event, SignatureDelta) and reader.found and target.native):
            yield event
