import pytest
from pydantic import ValidationError

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
    event_of,
    event_to_wire,
)

BLOCK = {"type": "text", "text": ""}


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (MessageStart(Message(id="a", model="m", usage=Usage(input_tokens=3))), "message_start"),
        (ContentBlockStart(0, BLOCK), "content_block_start"),
        (TextDelta(0, "Hi."), "content_block_delta"),
        (ThinkingDelta(1, "Hm."), "content_block_delta"),
        (SignatureDelta(1, "c2ln"), "content_block_delta"),
        (InputJsonDelta(2, '{"a"'), "content_block_delta"),
        (CitationsDelta(0, {"url": "u"}), "content_block_delta"),
        (UnknownDelta(0, {"type": "novelty", "x": 1}), "content_block_delta"),
        (UnknownDelta(0, {"type": "text_delta", "text": "x", "more": 1}), "content_block_delta"),
        (ContentBlockStop(0), "content_block_stop"),
        (MessageDelta("end_turn", None, Usage(output_tokens=1), {"stop_details": None}), "message_delta"),
        (MessageDelta("end_turn", fields={"context_management": {"applied_edits": []}}), "message_delta"),
        (MessageDelta(None), "message_delta"),
        (MessageStop(), "message_stop"),
        (UnknownEvent({"type": "novelty", "x": [1]}), "novelty"),
    ],
)
def test_an_event_goes_out_and_comes_in_unchanged(event, kind):
    wire = event_to_wire(event)
    assert wire["type"] == kind
    assert event_of(wire) == event


def test_a_delta_with_members_that_a_slot_would_lose_stays_whole():
    delta = {"type": "text_delta", "text": "x", "more": 1}
    assert event_of({"type": "content_block_delta", "index": 0, "delta": delta}) == UnknownDelta(0, delta)


def test_the_end_need_not_tell_the_usage():
    for usage in ({}, {"usage": None}, {"usage": {}}):
        assert event_of({"type": "message_delta", "delta": {}, **usage}) == MessageDelta(None)


def test_rendering_leaves_the_event_as_it_was():
    event = ContentBlockStart(0, BLOCK)
    event_to_wire(event)["content_block"]["text"] = "changed"
    assert event == ContentBlockStart(0, {"type": "text", "text": ""})


@pytest.mark.parametrize("raw", [{"type": "message_start"}, {"type": "content_block_delta", "index": 0}])
def test_an_object_that_is_not_what_its_type_says_is_refused(raw):
    with pytest.raises(KeyError):
        event_of(raw)
    with pytest.raises(ValidationError):
        event_of({"type": "message_start", "message": {}})
