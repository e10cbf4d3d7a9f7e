"""Facts about the request in hand that are not in its body, and what is noted on its way."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .isolation.watch import Layers
from .messages import (
    Event,
    MessageDelta,
    MessagesRequest,
    MessageStart,
    TextBlock,
    Usage,
    estimate_tokens,
    merged_usage,
    new_id,
)

if TYPE_CHECKING:
    from .errors import ApiError
    from .transport import Route

Kind: TypeAlias = Literal[
    "main", "subagent", "title", "web_search", "web_fetch", "compaction", "classifier", "count_tokens", "check"
]
"""What the client wants the answer for."""

_SUMMARY = re.compile(r"summary of (the|our|this) conversation", re.IGNORECASE)

_CREDENTIALS = frozenset({"authorization", "x-api-key", "cookie", "proxy-authorization", "x-goog-api-key"})


@dataclass(frozen=True, slots=True)
class Note:
    """Something a plugin did that people may want to know: a retry, a dummy signature, a tool left out."""

    plugin: str
    kind: str
    text: str
    data: Mapping[str, Any]


_NOTHING = Usage()


@dataclass(slots=True)
class Seen:
    """What was seen of the answer on its way to the client.

    Attributes:
        begun_at: when its first event came, by `time.perf_counter`.
        usage: what it cost so far.
        stop_reason: why it ended.
        error: how it failed.
    """

    begun_at: float | None = None
    usage: Usage = _NOTHING
    stop_reason: str | None = None
    error: "ApiError | None" = None

    def read(self, event: Event) -> None:
        """Take one event; those that repeat the one before may be left out."""
        if self.begun_at is None:
            self.begun_at = perf_counter()
        if isinstance(event, MessageStart):
            self.usage = event.message.usage
        elif isinstance(event, MessageDelta):
            self.usage = merged_usage(self.usage, event.usage)
            self.stop_reason = event.stop_reason


@dataclass(frozen=True)
class Context:
    """What every hook may know about the request in hand.

    Attributes:
        request: the request as the client sent it.
        kind: what the client wants the answer for.
        headers: the request's headers, names in lower case, without credentials.
        id: the answer's `request-id`.
        notes: what has been noted so far, by any plugin.
        routes: the routes tried so far.
        plugin_s: seconds spent so far in each plugin that took part: in its request hooks, and in this answer's
            stream where that is watched.
        plugin: the plugin that was handed this context; "" in the core.
        at: when the request came.
        layers: the core's own: whose the generators of the answer are.
        seen: the core's own: what was seen of the answer.
    """

    request: MessagesRequest
    kind: Kind = "main"
    headers: Mapping[str, str] = field(default_factory=dict)
    id: str = field(default_factory=lambda: new_id("req"))
    notes: list[Note] = field(default_factory=list)
    routes: "list[Route]" = field(default_factory=list)
    plugin_s: dict[str, float] = field(default_factory=dict)
    plugin: str = ""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    layers: Layers = field(default_factory=Layers, repr=False, compare=False)
    seen: Seen = field(default_factory=Seen, repr=False, compare=False)

    def note(self, kind: str, text: str, **data: Any) -> None:
        """Say what was done: it reaches the log, the metrics, `request_finished` and `cgb explain`."""
        self.notes.append(Note(self.plugin, kind, text, data))

    def for_plugin(self, name: str) -> "Context":
        """The same context, whose notes bear that plugin's name."""
        if name == self.plugin:
            return self
        own = object.__new__(Context)  # a fifth of what `replace` costs, and each hook of each request pays it
        object.__setattr__(own, "__dict__", self.__dict__ | {"plugin": name})
        return own

    @property
    def tokens(self) -> int:
        """About how many tokens the client's request is; counted each time it is asked."""
        return estimate_tokens(self.request)


def public_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers without credentials."""
    public = dict(headers)
    for name in _CREDENTIALS:
        public.pop(name, None)
    return public


def kind_of(request: MessagesRequest, headers: Mapping[str, str], *, counting: bool = False) -> Kind:
    """What the client wants the answer for, by the marks of Claude Code's requests (Claude Code contract, body)."""
    if counting:
        return "count_tokens"
    if any((tool.type or "").startswith("web_search") for tool in request.tools):
        return "web_search"
    if _wants_title(request):
        return "title"
    if request.stop_sequences and not request.stream:
        return "classifier"
    if "x-claude-code-agent-id" in headers:
        return "subagent"
    if _asks_for_summary(request):
        return "compaction"
    is_claude_code = headers.get("user-agent", "").startswith("claude-cli")
    if is_claude_code and len(request.messages) == 1 and not request.tools and not request.thinking:
        return "web_fetch"
    return "main"


def _wants_title(request: MessagesRequest) -> bool:
    form = request.output_config and request.output_config.format
    if not form:
        return False
    schema = form.get("schema")
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    return isinstance(properties, Mapping) and list(properties) == ["title"]


def _asks_for_summary(request: MessagesRequest) -> bool:
    if len(request.messages) == 1:
        return False
    users = (message for message in reversed(request.messages) if message.role == "user")
    last, before = next(users, None), next(users, None)
    asked = last.blocks[-1:] if last and before else ()
    return any(isinstance(block, TextBlock) and _SUMMARY.search(block.text, 0, 4000) for block in asked)
