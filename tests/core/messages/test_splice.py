import pytest

from cgb.messages import (
    CitationsDelta,
    ContentBlockStart,
    ContentBlockStop,
    MessageDelta,
    MessageStart,
    Splice,
    TextDelta,
    ThinkingBlock,
    UnknownEvent,
    Usage,
    Writer,
)
from cgb.testing import assert_stream


def attempt(*said, usage=None, start=None):
    writer = Writer("m", start)
    events = [*writer.start()]
    for kind, text in said:
        events += getattr(writer, kind)(text)
    return [*events, *writer.finish("end_turn", usage or Usage())]


def spliced(*attempts):
    splice, events = Splice(), []
    for place, one in enumerate(attempts):
        if place:
            events += splice.again()
        for event in one:
            events += splice.read(event)
    return events


def test_one_attempt_comes_through_unchanged():
    events = attempt(("thinking", "a"), ("text", "b"), usage=Usage(input_tokens=1, output_tokens=2))
    assert spliced(events) == events


def test_the_second_attempt_goes_on_where_the_first_stopped():
    first, second = attempt(("thinking", "a"), ("text", "b")), attempt(("text", "c"), ("thinking", "d"))
    cut = first[: first.index(ContentBlockStop(1))]
    message = assert_stream(spliced(cut, second))
    assert [block.type for block in message.content] == ["thinking", "text", "text", "thinking"]
    assert message.id == first[0].message.id


def test_thinking_cut_short_is_closed_unsigned():
    first = attempt(("thinking", "a"), ("signature", "s"))[:3]
    message = assert_stream(spliced(first, attempt(("text", "b"))))
    assert message.content[0] == ThinkingBlock(thinking="a", signature="")


def test_the_usage_is_that_of_all_attempts():
    first = attempt(start=Usage(input_tokens=10, output_tokens=1))[:1]
    second = attempt(usage=Usage(output_tokens=5), start=Usage(input_tokens=20))
    third = attempt(usage=Usage(input_tokens=30, output_tokens=7), start=Usage(input_tokens=30))
    message = assert_stream(spliced(first, second[:1], third))
    assert (message.usage.input_tokens, message.usage.output_tokens) == (60, 8)


def test_an_attempt_that_never_started_leaves_no_trace():
    second = attempt(("text", "b"))
    assert spliced([], [], second) == second


def test_an_attempt_can_be_given_up_until_its_last_event():
    first, second = (
        attempt(("text", "a"), usage=Usage(output_tokens=3)),
        attempt(("text", "b"), usage=Usage(output_tokens=4)),
    )
    events = spliced(first[:-1], second)
    assert [type(event) for event in events].count(MessageDelta) == 1
    assert assert_stream(events).usage.output_tokens == 7


@pytest.mark.parametrize("kind", [MessageStart, MessageDelta])
def test_there_is_one_start_and_one_end(kind):
    events = spliced(attempt(("text", "a"))[:-2], attempt(("text", "b"))[:-2], attempt(("text", "c")))
    assert [type(event) for event in events].count(kind) == 1
    assert [event.index for event in events if isinstance(event, ContentBlockStart)] == [0, 1, 2]


def test_a_text_can_be_left_open_for_the_next_attempt():
    splice, events = Splice(), []
    for event in attempt(("thinking", "a"), ("text", "b"), usage=Usage(output_tokens=3))[:-3]:
        events += splice.read(event)
    events += splice.again(joining=True)
    for event in attempt(("text", "c"), ("thinking", "d"), usage=Usage(output_tokens=4)):
        events += splice.read(event)

    message = assert_stream(events)
    assert [block.get("text", block.get("thinking")) for block in message.content] == ["a", "bc", "d"]


@pytest.mark.parametrize("second", [[("thinking", "c"), ("text", "d")], []])
def test_it_is_closed_where_the_next_attempt_does_not_begin_with_text(second):
    splice, events = Splice(), []
    for event in attempt(("text", "b"))[:-3]:
        events += splice.read(event)
    events += splice.again(joining=True)
    events += splice.again(joining=True)
    for event in attempt(*second):
        events += splice.read(event)

    assert [block.type for block in assert_stream(events).content] == ["text", *(kind for kind, _ in second)]


def test_nothing_is_joined_where_nothing_is_open():
    splice, events = Splice(), []
    for event in attempt(("text", "b"))[:-2]:
        events += splice.read(event)
    events += splice.again(joining=True)
    for event in attempt(("text", "c")):
        events += splice.read(event)

    assert [block.text for block in assert_stream(events).content] == ["b", "c"]


def test_it_says_whether_an_attempt_has_its_end():
    splice, events = Splice(), attempt(("text", "a"))
    for event in events[:-1]:
        assert not splice.has_end
        list(splice.read(event))
    assert splice.has_end
    list(splice.again())
    assert not splice.has_end


def test_words_calls_and_the_end_commit_and_thoughts_do_not():
    thought = attempt(("thinking", "a"), ("signature", "s"), ("text", ""))
    call = ContentBlockStart(0, {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {}})
    quote = CitationsDelta(0, {"type": "char_location"})
    for first, commits in (
        (thought[:-1], False),
        ([ContentBlockStart(0, {"type": "text", "text": ""}), TextDelta(0, "")], False),
        ([UnknownEvent({"type": "novelty"})], False),
        ([TextDelta(0, "a")], True),
        ([quote], True),
        ([call], True),
        (thought, True),
    ):
        splice = Splice()
        for event in first:
            list(splice.read(event))
        assert splice.is_committed is commits
        list(splice.again())
        assert splice.is_committed is commits


def test_the_events_of_one_attempt_are_the_very_same_objects():
    events = attempt(("thinking", "a"), ("text", "b"))
    assert all(given is got for given, got in zip(events[:-2], spliced(events), strict=False))


def test_unknown_events_come_through():
    novelty = UnknownEvent({"type": "novelty"})
    assert spliced([novelty], [novelty])[0] is novelty
