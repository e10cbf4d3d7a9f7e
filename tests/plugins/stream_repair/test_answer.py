"""What the client has seen of an answer, and how it may still end."""

from itertools import chain

import pytest

from cgb import CitationsDelta, ContentBlockStart, ContentBlockStop, MessageDelta, TextDelta
from cgb.testing import assert_stream
from cgb_plugins.stream_repair.answer import Answer
from cgb_plugins.stream_repair.guard import PROPOSED

from .kit import TEXT, WHOLE, call, end, start, text, thinking

SEARCHED = {"type": "web_search_tool_result", "content": []}
REDACTED = {"type": "redacted_thinking", "data": "x"}


def block(index, kind):
    return ContentBlockStart(index, kind), ContentBlockStop(index)


def read(*events):
    """An answer of which so much has come, and what the client got of it."""
    answer = Answer("m")
    return answer, list(chain.from_iterable(map(answer.read, events)))


def test_a_whole_answer_is_the_very_same_events():
    answer, events = read(*WHOLE)

    assert all(given is got for given, got in zip(WHOLE[:-2], events[:-2], strict=True))
    assert events == WHOLE
    assert answer.is_complete


@pytest.mark.parametrize(
    ("events", "flowing"),
    [
        ([start()], -1),
        ([start(), *text(0, whole=False)], 0),
        ([start(), *text(0, whole=False), TextDelta(0, "")], -1),
        ([start(), *text(0, "", whole=False)], -1),
        ([start(), *text(0, whole=False), CitationsDelta(0, {})], -1),
        ([start(), *text(0)], -1),
        ([start(), *text(0), *text(1, whole=False)], 1),
        ([start(), *call(0, whole=False)], -1),
    ],
)
def test_words_flow_within_a_text_that_has_begun(events, flowing):
    assert read(*events)[0].flowing == flowing


def test_words_that_would_be_of_another_block_do_not_flow():
    answer, _ = read(start(), *text(0), *text(1, whole=False))
    list(answer.again())
    assert answer.flowing == -1
    shown = list(chain.from_iterable(map(answer.read, [start(), *text(0, whole=False)])))
    assert shown[-1].index == 1
    assert answer.flowing == -1


@pytest.mark.parametrize(
    ("events", "committed", "resumable"),
    [
        ([], False, False),
        ([start(), *thinking(0)], False, False),
        ([start(), *block(0, REDACTED)], False, False),
        ([start(), ContentBlockStart(0, TEXT)], False, False),
        ([start(), *text(0, "", whole=False)], False, False),
        ([start(), *text(0, whole=False)], True, True),
        ([start(), *text(0)], True, True),
        ([start(), *text(0), *thinking(1)], True, True),
        ([start(), *text(0, "\n", whole=False)], True, False),
        ([start(), *text(0), end()[0]], True, False),
        ([start(), *text(0), *call(1)], True, False),
        ([start(), *call(0, whole=False)], True, False),
        ([start(), *block(0, SEARCHED), *text(1)], True, False),
        ([start(), *text(0, whole=False), CitationsDelta(0, {})], True, False),
    ],
)
def test_what_is_committed_and_what_can_be_resumed(events, committed, resumable):
    answer, _ = read(*events)

    assert (answer.is_committed, answer.can_resume) == (committed, resumable)


@pytest.mark.parametrize(
    ("events", "kept"),
    [
        ([start(), *call(0)], True),
        ([start(), *call(0), *text(1, whole=False)], True),
        ([start(), *call(0), *thinking(1, whole=False)], True),
        ([start(), *call(0), *call(1, "toolu_2", whole=False)], False),
        ([start(), *block(0, SEARCHED)], False),
        ([start(), *text(0)], False),
    ],
)
def test_whole_calls_are_kept_unless_another_is_half_sent(events, kept):
    answer, _ = read(*events)

    assert answer.has_calls is kept


def test_proposed_calls_are_held_until_they_are_made():
    answer, events = read(start(input_tokens=3), *thinking(0), *call(1, PROPOSED), *call(2, PROPOSED + "2"))
    assert not any(isinstance(event, ContentBlockStart) for event in events[5:])
    assert answer.has_proposal
    assert not answer.is_committed

    message = assert_stream([*events, *answer.finish("tool_use")])

    assert [one.type for one in message.content] == ["thinking", "tool_use", "tool_use"]
    assert message.content[1].input == {"command": "ls"}
    assert (message.stop_reason, message.usage.input_tokens) == ("tool_use", 3)


def test_proposals_are_forgotten_with_their_attempt():
    answer, events = read(start(), *call(0, PROPOSED))

    events += answer.again()

    assert not answer.has_proposal
    assert [one.type for one in assert_stream([*events, *answer.finish("refusal", "No.")]).content] == ["text"]


def test_an_answer_that_never_began_can_end_too():
    answer, _ = read()

    message = assert_stream([*answer.finish("refusal", "No.", stop_details={"type": "refusal"})])

    assert (message.model, message.stop_reason) == ("m", "refusal")
    assert message.get("stop_details") == {"type": "refusal"}


def test_the_last_event_can_be_brought():
    answer, events = read(*WHOLE[:-1])
    assert answer.has_end
    assert not any(isinstance(event, MessageDelta) for event in events)

    assert [*events, *answer.end()] == WHOLE


@pytest.mark.parametrize("held", [True, False])
def test_an_open_text_stays_open_for_the_next_attempt(held):
    answer, events = read(start(), *text(0, "a", whole=held))
    events += answer.again()
    for event in (start(), *text(0, "b"), *end()):
        events += answer.read(event)

    assert [one.text for one in assert_stream(events).content] == (["a", "b"] if held else ["ab"])
