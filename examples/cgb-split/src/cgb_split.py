"""Split: another model for a share of the conversations."""

from fnmatch import fnmatchcase
from zlib import crc32

from pydantic import Field

from cgb import Context, MessagesRequest, Route, Settings, hookimpl

_SESSION = "x-claude-code-session-id"


class Split(Settings):
    """The table `[plugin.split]`."""

    to: str = Field(pattern=r"^[^/\s]+/\S+$")
    """`transport/model`."""
    share: float = Field(default=0.1, ge=0, le=1)
    models: str = "claude-*"
    """The models, as the client calls them, whose conversations are split."""


@hookimpl
def describe_settings() -> type[Settings]:
    return Split


@hookimpl
def choose_route(request: MessagesRequest, ctx: Context, settings: Split) -> Route | None:
    session = ctx.headers.get(_SESSION)
    if session is None or not fnmatchcase(request.model, settings.models):
        return None
    # The same session always falls on the same side, in every process and after a restart.
    if crc32(session.encode()) / 2**32 >= settings.share:
        return None
    transport, _, model = settings.to.partition("/")
    return Route(transport, model, why=f"one of {settings.share:.0%} of the conversations")
