from dataclasses import replace

from cgb import TextDelta
from cgb.explain import Change
from cgb.explain.events import message_of, stream_stage
from cgb.testing import text_answer

EVENTS = list(text_answer("m", "hello"))


def loud(event):
    return TextDelta(event.index, event.text.upper()) if isinstance(event, TextDelta) else event


def test_a_stage_that_hands_everything_on():
    stage = stream_stage("a", EVENTS, EVENTS)
    assert (stage.received, stage.yielded) == (len(EVENTS), len(EVENTS))
    assert (stage.changed, stage.added, stage.removed, stage.changes) == (0, 0, 0, ())


def test_a_stage_that_changes_an_event():
    stage = stream_stage("a", EVENTS, [*map(loud, EVENTS)])
    assert (stage.plugin, stage.changed, stage.added, stage.removed) == ("a", 1, 0, 0)
    assert stage.changes == (Change("replace", "/content/0/text", "hello", "HELLO"),)


def test_events_that_come_and_go():
    delta = next(event for event in EVENTS if isinstance(event, TextDelta))
    place = EVENTS.index(delta)
    cut = [*EVENTS[:place], replace(delta, text="he"), replace(delta, text="llo"), *EVENTS[place + 1 :]]
    assert (stream_stage("a", EVENTS, cut).changed, stream_stage("a", EVENTS, cut).added) == (1, 1)
    assert stream_stage("a", cut, EVENTS).removed == 1
    assert stream_stage("a", EVENTS, cut).changes == ()


def test_an_answer_is_told_as_far_as_it_came():
    assert message_of([]) is None
    assert message_of(EVENTS[:1])["content"] == []
    assert message_of(EVENTS)["content"] == [{"type": "text", "text": "hello"}]


def test_events_out_of_order_come_to_no_message():
    assert message_of(EVENTS[-2:]) is None
