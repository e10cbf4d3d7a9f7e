"""The public API: what a plugin author imports, and nothing else."""

import typing as _t
from importlib import import_module as _import_module

if _t.TYPE_CHECKING:
    from .context import Context, Kind, Note
    from .errors import (
        ApiError,
        Billing,
        CgbError,
        ConfigError,
        Forbidden,
        Internal,
        InvalidRequest,
        NotAllowed,
        NotFound,
        Overloaded,
        PluginError,
        RateLimited,
        Timeout,
        TooLarge,
        Unauthenticated,
        UnusableAnswer,
        UpstreamFailed,
    )
    from .hooks import hookimpl
    from .messages import (
        Block,
        CitationsDelta,
        ContentBlockDelta,
        ContentBlockStart,
        ContentBlockStop,
        DocumentBlock,
        Event,
        ImageBlock,
        InputJsonDelta,
        Message,
        MessageDelta,
        MessageParam,
        MessagesRequest,
        MessageStart,
        MessageStop,
        SignatureDelta,
        TextBlock,
        TextDelta,
        ThinkingBlock,
        ThinkingDelta,
        Tool,
        ToolResultBlock,
        ToolUseBlock,
        UnknownBlock,
        UnknownDelta,
        UnknownEvent,
        Usage,
    )
    from .record import Record
    from .settings import Env, Settings
    from .transport import Finding, Model, Route, Target, Transport, TransportWrapper

API_VERSION = 1
"""Grows when a plugin written for the version before would no longer work.

A plugin may say for which it was written, as `CGB_API_VERSION = 1` in its module; another is refused at start.
"""

__all__ = [
    "API_VERSION",
    "ApiError",
    "Billing",
    "Block",
    "CgbError",
    "CitationsDelta",
    "ConfigError",
    "ContentBlockDelta",
    "ContentBlockStart",
    "ContentBlockStop",
    "Context",
    "DocumentBlock",
    "Env",
    "Event",
    "Finding",
    "Forbidden",
    "ImageBlock",
    "InputJsonDelta",
    "Internal",
    "InvalidRequest",
    "Kind",
    "Message",
    "MessageDelta",
    "MessageParam",
    "MessageStart",
    "MessageStop",
    "MessagesRequest",
    "Model",
    "NotAllowed",
    "NotFound",
    "Note",
    "Overloaded",
    "PluginError",
    "RateLimited",
    "Record",
    "Route",
    "Settings",
    "SignatureDelta",
    "Target",
    "TextBlock",
    "TextDelta",
    "ThinkingBlock",
    "ThinkingDelta",
    "Timeout",
    "TooLarge",
    "Tool",
    "ToolResultBlock",
    "ToolUseBlock",
    "Transport",
    "TransportWrapper",
    "Unauthenticated",
    "UnknownBlock",
    "UnknownDelta",
    "UnknownEvent",
    "UnusableAnswer",
    "UpstreamFailed",
    "Usage",
    "hookimpl",
]

_HOMES = ("context", "errors", "hooks", "messages", "record", "settings", "transport")

if not _t.TYPE_CHECKING:

    def __getattr__(name: str) -> _t.Any:
        """Import what the public names stand for when the first of them is asked for.

        It costs 0.2 s, and `cgb plugins list` needs none of it.
        """
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        for home in (_import_module(f".{one}", __name__) for one in _HOMES):
            globals().update({public: getattr(home, public) for public in __all__ if hasattr(home, public)})
        return globals()[name]

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
