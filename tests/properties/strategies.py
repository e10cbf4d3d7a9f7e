"""What the properties are tried on."""

from hypothesis import strategies as st

from cgb.messages import (
    CitationsDelta,
    ContentBlockStart,
    ContentBlockStop,
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
    Usage,
    block_of,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
"""Any text that has a UTF-8; the rest is the business of lenient_json."""

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(texts, json_values, max_size=3)

_AWKWARD = (
    "copy",
    "json",
    "schema",
    "blocks",
    "model_config",
    "model_dump",
    "self",
    "get",
    "cache_control",
    "_private",
)
names = st.sampled_from(_AWKWARD) | st.from_regex(r"\A[a-z][a-z_]{0,8}\Z")


def with_extras(known, *, reserved=()):
    """JSON objects with members nobody knows, besides the known ones and never of a known or reserved name."""
    extras = st.dictionaries(names, json_values, max_size=2)
    return st.builds(
        lambda fields, more: {**{name: value for name, value in more.items() if name not in reserved}, **fields},
        known,
        extras,
    )


def wire(required, optional=None):
    """JSON objects of a known shape, with any of its optional members and any unknown ones."""
    optional = optional or {}
    return with_extras(st.fixed_dictionaries(required, optional=optional), reserved={*required, *optional})


def _kind(name):
    return st.just(name)


KNOWN_BLOCKS = {
    *("text", "image", "document", "search_result", "thinking", "redacted_thinking"),
    *("tool_use", "server_tool_use", "tool_reference", "tool_result"),
}

flat_blocks = st.one_of(
    wire({"type": _kind("text"), "text": texts}, {"citations": st.none() | st.lists(objects, max_size=2)}),
    wire({"type": _kind("image"), "source": objects}),
    wire({"type": _kind("document"), "source": objects}, {"title": st.none() | texts, "context": st.none() | texts}),
    wire({"type": _kind("thinking"), "thinking": texts}, {"signature": texts}),
    wire({"type": _kind("redacted_thinking"), "data": texts}),
    wire({"type": _kind("tool_use"), "name": texts}, {"id": texts, "input": json_values}),
    wire({"type": _kind("server_tool_use"), "name": texts}, {"id": texts, "input": json_values}),
    wire({"type": _kind("tool_reference"), "tool_name": texts}),
    wire({"type": names.filter(lambda name: name not in KNOWN_BLOCKS)}),
)


def _contents(blocks):
    return texts | st.lists(blocks, max_size=3)


blocks = flat_blocks | st.one_of(
    wire(
        {"type": _kind("search_result"), "source": texts},
        {"title": texts, "content": st.lists(flat_blocks, max_size=2)},
    ),
    wire(
        {"type": _kind("tool_result"), "tool_use_id": texts},
        {"content": st.none() | _contents(flat_blocks), "is_error": st.none() | st.booleans()},
    ),
)

turns = wire({"role": st.sampled_from(["user", "assistant"]), "content": _contents(blocks)}) | wire(
    {"role": _kind("system")}, {"content": _contents(blocks)}
)
tools = wire({"name": texts.filter(bool), "input_schema": objects}, {"type": st.sampled_from([None, "custom"])}) | wire(
    {"type": st.just("web_search_20250305")}, {"name": texts, "description": st.none() | texts}
)

requests = wire(
    {"model": texts.filter(bool), "messages": st.lists(turns, min_size=1, max_size=3)},
    {
        "max_tokens": st.none() | st.integers(1, 2**31),
        "system": st.none() | _contents(blocks),
        "tools": st.lists(tools, max_size=2),
        "tool_choice": st.none() | wire({"type": texts}, {"name": st.none() | texts}),
        "thinking": st.none() | wire({"type": texts}, {"budget_tokens": st.none() | st.integers(0, 99)}),
        "output_config": st.none() | wire({}, {"effort": st.none() | texts, "format": st.none() | objects}),
        "stop_sequences": st.none() | st.lists(texts, max_size=2),
        "temperature": st.none() | st.floats(0, 2),
        "top_k": st.none() | st.integers(0, 99),
        "metadata": st.none() | objects,
        "stream": st.none() | st.booleans(),
    },
)
"""The JSON objects of requests, as any client, also a newer one, could send them."""

_figures = st.integers(0, 2**31)
usages = st.builds(
    Usage,
    input_tokens=_figures,
    cache_creation_input_tokens=_figures,
    cache_read_input_tokens=_figures,
    output_tokens=_figures,
)

answer_blocks = st.lists(blocks, max_size=4)
_MESSAGE = set(Message.model_fields)


@st.composite
def messages(draw):
    """Whole answers, of any blocks."""
    more = draw(st.dictionaries(names.filter(lambda name: name not in _MESSAGE), json_values, max_size=2))
    return Message(
        id=draw(texts),
        model=draw(texts),
        content=tuple(map(block_of, draw(answer_blocks))),
        stop_reason=draw(st.none() | texts),
        stop_sequence=draw(st.none() | texts),
        usage=draw(usages),
        **{name: value for name, value in more.items() if name != "self"},
    )


_index = st.integers(0, 9)
_type_names = st.from_regex(r"\A[a-z][a-z_]{0,8}\Z")
_OWN_TYPES = {
    *("message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta"),
    *("message_stop", "ping", "error"),
}
_novel = wire({"type": _type_names.filter(lambda name: name not in _OWN_TYPES)})

deltas = st.one_of(
    st.builds(TextDelta, _index, texts),
    st.builds(ThinkingDelta, _index, texts),
    st.builds(SignatureDelta, _index, texts),
    st.builds(InputJsonDelta, _index, texts),
    st.builds(CitationsDelta, _index, objects),
    st.builds(UnknownDelta, _index, _novel),
)
events = st.one_of(
    deltas,
    st.builds(MessageStart, st.builds(Message, id=texts, model=texts, usage=usages)),
    st.builds(ContentBlockStart, _index, _novel | flat_blocks),
    st.builds(ContentBlockStop, _index),
    st.builds(
        MessageDelta,
        st.none() | texts,
        st.none() | texts,
        usages,
        st.dictionaries(
            names.filter(lambda name: name not in {"stop_reason", "stop_sequence"}), json_values, max_size=2
        ),
        st.dictionaries(names.filter(lambda name: name not in {"type", "delta", "usage"}), json_values, max_size=1),
    ),
    st.just(MessageStop()),
    st.builds(UnknownEvent, _novel),
)
"""Any event, in no order."""

_members = st.dictionaries(st.sampled_from(["signature", "more"]), json_values, max_size=1)
sayings = st.lists(
    st.one_of(
        st.tuples(st.just("text"), texts, st.just({}) | st.dictionaries(st.just("more"), json_values, max_size=1)),
        st.tuples(st.just("thinking"), texts),
        st.tuples(st.just("signature"), texts.filter(bool)),
        st.tuples(st.just("tool"), texts, json_values, _members),
        st.tuples(st.just("block"), flat_blocks),
    ),
    max_size=8,
)
"""What a model may say to a Writer, one call after the other."""


@st.composite
def cuttings(draw, data):
    """Bytes in pieces, cut anywhere."""
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=20)))
    return [data[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
