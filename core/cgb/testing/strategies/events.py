"""Single events of answers."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from ...messages import (
    CitationsDelta,
    ContentBlockDelta,
    ContentBlockStart,
    ContentBlockStop,
    Event,
    InputJsonDelta,
    Message,
    MessageDelta,
    MessageStart,
    MessageStop,
    SignatureDelta,
    TextDelta,
    ThinkingDelta,
    UnknownDelta,
    UnknownEvent,
)
from .answers import usages
from .blocks import flat_blocks
from .values import Json, json_values, names, objects, texts, wire

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_OWN_TYPES = frozenset(
    {
        *("message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta"),
        *("message_stop", "ping", "error"),
    }
)
_INDEX = st.integers(0, 9)


@cache
def events() -> SearchStrategy[Event]:
    """Any event, alone: a list of them is in no order; for whole answers, `answers().map(events_of)`."""
    return st.one_of(
        deltas(),
        st.builds(MessageStart, st.builds(Message, id=texts(), model=texts(), usage=usages())),
        st.builds(ContentBlockStart, _INDEX, _novel() | flat_blocks()),
        st.builds(ContentBlockStop, _INDEX),
        _message_deltas(),
        st.just(MessageStop()),
        st.builds(UnknownEvent, _novel()),
    )


@cache
def deltas() -> SearchStrategy[ContentBlockDelta]:
    """Any delta of a block."""
    return st.one_of(
        st.builds(TextDelta, _INDEX, texts()),
        st.builds(ThinkingDelta, _INDEX, texts()),
        st.builds(SignatureDelta, _INDEX, texts()),
        st.builds(InputJsonDelta, _INDEX, texts()),
        st.builds(CitationsDelta, _INDEX, objects()),
        st.builds(UnknownDelta, _INDEX, _novel()),
    )


def _message_deltas() -> SearchStrategy[MessageDelta]:
    extra = st.dictionaries(_names_but("stop_reason", "stop_sequence"), json_values(), max_size=2)
    fields = st.dictionaries(_names_but("type", "delta", "usage"), json_values(), max_size=1)
    return st.builds(MessageDelta, st.none() | texts(), st.none() | texts(), usages(), extra, fields)


def _names_but(*reserved: str) -> SearchStrategy[str]:
    return names().filter(lambda name: name not in reserved)


@cache
def _novel() -> SearchStrategy[Json]:
    """An object of a type that nobody knows yet."""
    return wire({"type": st.from_regex(r"\A[a-z][a-z_]{0,8}\Z").filter(lambda name: name not in _OWN_TYPES)})
