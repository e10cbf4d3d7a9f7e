import pytest

from cgb.messages import (
    CitationsDelta,
    ContentBlockStart,
    ContentBlockStop,
    InputJsonDelta,
    MessageDelta,
    MessageStart,
    MessageStop,
    SignatureDelta,
    TextDelta,
    ThinkingDelta,
    Usage,
    Writer,
    new_id,
)
from cgb.messages.writer import renumbered
from cgb.testing import assert_stream


def test_ids_are_never_the_same():
    made = {new_id("toolu") for _ in range(1000)}
    assert len(made) == 1000
    assert all(one.startswith("toolu_") for one in made)


def test_the_answer_bears_the_model_the_client_asked_for():
    (start,) = Writer("claude-x", Usage(input_tokens=3)).start()
    assert isinstance(start, MessageStart)
    assert (start.message.model, start.message.usage.input_tokens) == ("claude-x", 3)
    assert start.message.id.startswith("msg_")


def test_words_that_follow_words_are_one_block():
    writer = Writer("m")
    events = [*writer.text("a"), *writer.text(""), *writer.text("b"), *writer.close()]
    assert events == [
        ContentBlockStart(0, {"type": "text", "text": ""}),
        TextDelta(0, "a"),
        TextDelta(0, "b"),
        ContentBlockStop(0),
    ]


def test_further_members_begin_a_new_block():
    writer = Writer("m")
    events = [*writer.text("a"), *writer.text("b", sig="x"), *writer.text("c")]
    assert [event.content_block for event in events if isinstance(event, ContentBlockStart)] == [
        {"type": "text", "text": ""},
        {"type": "text", "text": "", "sig": "x"},
    ]


def test_a_signature_is_one_delta_at_the_end_of_its_block():
    writer = Writer("m")
    events = [*writer.thinking("a"), *writer.thinking("b"), *writer.signature("s"), *writer.text("c")]
    assert events == [
        ContentBlockStart(0, {"type": "thinking", "thinking": "", "signature": ""}),
        ThinkingDelta(0, "a"),
        ThinkingDelta(0, "b"),
        SignatureDelta(0, "s"),
        ContentBlockStop(0),
        ContentBlockStart(1, {"type": "text", "text": ""}),
        TextDelta(1, "c"),
    ]


def test_thinking_goes_on_after_a_signature_in_a_new_block():
    writer = Writer("m")
    events = [*writer.start(), *writer.thinking("a"), *writer.signature("s"), *writer.signature("t")]
    message = assert_stream([*events, *writer.finish("end_turn", Usage())])
    assert [(block.thinking, block.signature) for block in message.content] == [("a", "s"), ("", "t")]


def test_a_signature_without_thinking_signs_an_empty_block():
    writer = Writer("m")
    message = assert_stream([*writer.start(), *writer.text("a"), *writer.signature("s"), *writer.finish("x", Usage())])
    assert [block.type for block in message.content] == ["text", "thinking"]


@pytest.mark.parametrize(
    ("arguments", "text"), [({"a": [1, "ä"]}, '{"a":[1,"ä"]}'), ({}, "{}"), (None, "{}"), ([1], "[1]")]
)
def test_arguments_come_as_json_text(arguments, text):
    writer = Writer("m")
    events = [*writer.text("a"), *writer.tool("toolu_1", "Read", arguments, signature="s")]
    assert events[3:] == [
        ContentBlockStart(1, {"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {}, "signature": "s"}),
        InputJsonDelta(1, text),
        ContentBlockStop(1),
    ]


def test_any_other_block_is_said_whole():
    writer = Writer("m")
    start = {"type": "text", "text": "", "citations": []}
    events = [*writer.text("a"), *writer.block(start, (TextDelta(0, "b"), CitationsDelta(7, {"url": "u"})))]
    assert events[3:] == [
        ContentBlockStart(1, start),
        TextDelta(1, "b"),
        CitationsDelta(1, {"url": "u"}),
        ContentBlockStop(1),
    ]


def test_the_end_closes_what_is_open():
    writer = Writer("m")
    events = [*writer.text("a"), *writer.finish("stop", Usage(output_tokens=1), stop_sequence="x", stop_details=None)]
    assert events[-3:] == [
        ContentBlockStop(0),
        MessageDelta("stop", "x", Usage(output_tokens=1), {"stop_details": None}),
        MessageStop(),
    ]
    assert list(writer.close()) == []


def test_renumbering_changes_the_number_only():
    delta = TextDelta(1, "a")
    assert renumbered(delta, 1) is delta
    assert renumbered(delta, 4) == TextDelta(4, "a")
