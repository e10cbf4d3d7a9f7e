import pytest

from cgb.messages import (
    CitationsDelta,
    ContentBlockStart,
    ContentBlockStop,
    Grammar,
    GrammarError,
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

START = MessageStart(Message(id="m", model="m"))
END = (MessageDelta("end_turn"), MessageStop())


def block(index, kind, *deltas, **fields):
    return (ContentBlockStart(index, {"type": kind, **fields}), *deltas, ContentBlockStop(index))


def read(*events):
    grammar = Grammar()
    for event in events:
        grammar.read(event)
    return grammar


@pytest.mark.parametrize(
    "events",
    [
        (),
        block(0, "text"),
        block(0, "text", TextDelta(0, "a"), CitationsDelta(0, {}), TextDelta(0, "b"), UnknownDelta(0, {})),
        block(0, "thinking", ThinkingDelta(0, "a"), SignatureDelta(0, "s")),
        block(0, "tool_use", InputJsonDelta(0, "{}"), id="a") + block(1, "tool_use", id="b"),
        block(0, "server_tool_use", InputJsonDelta(0, "{}"), id="a"),
        block(0, "novelty", TextDelta(0, "a"), InputJsonDelta(0, "{}")),
        (UnknownEvent({"type": "x"}), *block(0, "text")),
    ],
)
def test_answers(events):
    grammar = read(START, *events, *END, UnknownEvent({"type": "x"}))
    grammar.end()
    assert grammar.complete


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ((TextDelta(0, "a"),), "TextDelta before message_start"),
        ((START, START), "a second message_start"),
        ((START, MessageStop()), "message_stop without message_delta"),
        ((START, *END, MessageStop()), "MessageStop after message_stop"),
        ((START, TextDelta(0, "a")), "TextDelta for block 0, which is not open"),
        ((START, ContentBlockStop(0)), "ContentBlockStop for block 0, which is not open"),
        ((START, *block(1, "text")), "block 1 starts where 0 was due"),
        ((START, *block(0, "text"), *block(0, "text")), "block 0 starts where 1 was due"),
        ((START, *block(0, "text", TextDelta(1, "a"))), "TextDelta for block 1, which is not open"),
        ((START, *block(0, "text", ContentBlockStart(1, {}))), "block 1 starts inside another block"),
        ((START, *block(0, "text", MessageDelta("x"))), "message_delta inside a block"),
        ((START, END[0], *block(0, "text")), "block 0 starts inside another block or after message_delta"),
        ((START, *block(0, "text", InputJsonDelta(0, "{}"))), "InputJsonDelta in a text block"),
        ((START, *block(0, "text", SignatureDelta(0, "s"))), "SignatureDelta in a text block"),
        ((START, *block(0, "thinking", TextDelta(0, "a"))), "TextDelta in a thinking block"),
        ((START, *block(0, "tool_use", TextDelta(0, "a"), id="t")), "TextDelta in a tool_use block"),
        ((START, *block(0, "tool_use")), "tool_use id None is empty or used twice"),
        ((START, *block(0, "tool_use", id="")), "tool_use id '' is empty or used twice"),
        (
            (START, *block(0, "tool_use", id="a"), *block(1, "tool_use", id="a")),
            "tool_use id 'a' is empty or used twice",
        ),
    ],
)
def test_what_is_no_answer(events, message):
    with pytest.raises(GrammarError, match=message):
        read(*events)


@pytest.mark.parametrize("events", [(), (START,), (START, *block(0, "text")), (START, END[0])])
def test_an_answer_that_is_not_over(events):
    grammar = read(*events)
    assert grammar.started == bool(events)
    with pytest.raises(GrammarError, match="the answer ended without message_stop"):
        grammar.end()


def test_it_knows_where_it_is():
    assert (read(START).open_block, read(START).index) == (None, 0)
    assert (read(START, *block(0, "text")[:1]).open_block, read(START, *block(0, "text")[:1]).index) == ("text", 0)
    assert (read(START, *block(0, "text")).open_block, read(START, *block(0, "text")).index) == (None, 1)


def test_what_repeats_itself_need_not_be_read():
    grammar, found = Grammar(), []
    for event in (START, *block(0, "thinking", ThinkingDelta(0, "a")), *block(1, "text", TextDelta(1, "a")), *END):
        grammar.read(event)
        found.append((grammar.repeats, grammar.index))
    assert found == [
        (None, 0),
        (None, 0),
        (ThinkingDelta, 0),
        (None, 1),
        (None, 1),
        (TextDelta, 1),
        *[(None, 2)] * 3,
    ]


def test_what_is_out_of_order_is_never_what_repeats_itself():
    grammar = read(START, *block(0, "text", TextDelta(0, "a")), ContentBlockStart(1, {"type": "text"}))
    for event in (ThinkingDelta(1, "a"), TextDelta(0, "a")):
        with pytest.raises(GrammarError):
            grammar.read(event)
        assert grammar.repeats is None
