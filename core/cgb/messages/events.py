"""The events of a streamed answer.

Not pydantic: thousands of them are made for one answer. What stands in them is plain JSON,
except the message that `MessageStart` opens and the usage that `MessageDelta` closes with.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .message import Message
from .usage import Usage


@dataclass(frozen=True, slots=True)
class MessageStart:
    """The answer begins; `message` is still empty."""

    message: Message


@dataclass(frozen=True, slots=True)
class ContentBlockStart:
    """A block begins. Clients ignore text, input and signature given here: they come as deltas."""

    index: int
    content_block: Mapping[str, Any]


@dataclass(frozen=True, slots=True, init=False)
class TextDelta:
    """More text for a block."""

    index: int
    text: str

    def __init__(self, index: int, text: str) -> None:
        _set_index(self, index)
        _set_text(self, text)


# Nearly all events are of this class, and what dataclass writes for a frozen one takes more than twice as long.
_set_index, _set_text = (TextDelta.__dict__[name].__set__ for name in TextDelta.__slots__)


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """More thinking for a block."""

    index: int
    thinking: str


@dataclass(frozen=True, slots=True)
class SignatureDelta:
    """A thinking block's whole signature: a second one would replace the first."""

    index: int
    signature: str


@dataclass(frozen=True, slots=True)
class InputJsonDelta:
    """More of a tool's arguments, as a piece of JSON text."""

    index: int
    partial_json: str


@dataclass(frozen=True, slots=True)
class CitationsDelta:
    """A source for what a text block says."""

    index: int
    citation: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UnknownDelta:
    """A delta of a kind this version of cgb does not know."""

    index: int
    delta: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ContentBlockStop:
    """A block is complete."""

    index: int


@dataclass(frozen=True, slots=True)
class MessageDelta:
    """Why the answer ended and what it cost.

    `extra` holds other members of the delta, such as stop_details, `fields` those of the event, such as
    context_management.
    """

    stop_reason: str | None
    stop_sequence: str | None = None
    usage: Usage = field(default_factory=Usage)
    extra: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MessageStop:
    """The answer is complete."""


@dataclass(frozen=True, slots=True)
class UnknownEvent:
    """An event of a type this version of cgb does not know: `data` is the whole of it."""

    data: Mapping[str, Any]


ContentBlockDelta: TypeAlias = (
    TextDelta | ThinkingDelta | SignatureDelta | InputJsonDelta | CitationsDelta | UnknownDelta
)
"""Any delta of a content block."""

Event: TypeAlias = (
    MessageStart | ContentBlockStart | ContentBlockDelta | ContentBlockStop | MessageDelta | MessageStop | UnknownEvent
)
"""Any event of an answer. Pings are the server's, errors are exceptions: neither is among them."""


def delta_to_wire(event: ContentBlockDelta) -> dict[str, Any]:
    """The `delta` member of a content_block_delta."""
    match event:
        case TextDelta(_, text):
            return {"type": "text_delta", "text": text}
        case ThinkingDelta(_, thinking):
            return {"type": "thinking_delta", "thinking": thinking}
        case SignatureDelta(_, signature):
            return {"type": "signature_delta", "signature": signature}
        case InputJsonDelta(_, partial_json):
            return {"type": "input_json_delta", "partial_json": partial_json}
        case CitationsDelta(_, citation):
            return {"type": "citations_delta", "citation": citation}
        case UnknownDelta(_, delta):
            return dict(delta)


def event_to_wire(event: Event) -> dict[str, Any]:
    """An event as the JSON object that goes over the wire."""
    if isinstance(event, MessageStart):
        return {"type": "message_start", "message": event.message.to_wire()}
    if isinstance(event, ContentBlockStart):
        return {"type": "content_block_start", "index": event.index, "content_block": dict(event.content_block)}
    if isinstance(event, ContentBlockStop):
        return {"type": "content_block_stop", "index": event.index}
    if isinstance(event, MessageDelta):
        delta = {"stop_reason": event.stop_reason, "stop_sequence": event.stop_sequence, **event.extra}
        return {"type": "message_delta", "delta": delta, "usage": event.usage.figures(), **event.fields}
    if isinstance(event, MessageStop):
        return {"type": "message_stop"}
    if isinstance(event, UnknownEvent):
        return dict(event.data)
    return {"type": "content_block_delta", "index": event.index, "delta": delta_to_wire(event)}


_DELTAS: dict[str, tuple[type[Any], str]] = {
    "text_delta": (TextDelta, "text"),
    "thinking_delta": (ThinkingDelta, "thinking"),
    "signature_delta": (SignatureDelta, "signature"),
    "input_json_delta": (InputJsonDelta, "partial_json"),
    "citations_delta": (CitationsDelta, "citation"),
}

_OF_MESSAGE_DELTA = frozenset({"type", "delta", "usage"})


def _delta_of(index: int, delta: Mapping[str, Any]) -> ContentBlockDelta:
    kind, member = _DELTAS.get(str(delta.get("type")), (UnknownDelta, ""))
    if len(delta) == 2 and member in delta:  # noqa: PLR2004 - the type and that one member, nothing a slot would lose
        known: ContentBlockDelta = kind(index, delta[member])
        return known
    return UnknownDelta(index, delta)


def event_of(data: Mapping[str, Any]) -> Event:
    """An event from its JSON object; the inverse of `event_to_wire`.

    Raises:
        KeyError, pydantic.ValidationError: the object is not the event its `type` says.
    """
    match data.get("type"):
        case "message_start":
            return MessageStart(Message.model_validate(data["message"]))
        case "content_block_start":
            return ContentBlockStart(data["index"], data["content_block"])
        case "content_block_delta":
            return _delta_of(data["index"], data["delta"])
        case "content_block_stop":
            return ContentBlockStop(data["index"])
        case "message_delta":
            delta = dict(data["delta"])
            reason, sequence = delta.pop("stop_reason", None), delta.pop("stop_sequence", None)
            fields = {name: value for name, value in data.items() if name not in _OF_MESSAGE_DELTA}
            return MessageDelta(reason, sequence, Usage.model_validate(data.get("usage") or {}), delta, fields)
        case "message_stop":
            return MessageStop()
        case _:
            return UnknownEvent(data)
