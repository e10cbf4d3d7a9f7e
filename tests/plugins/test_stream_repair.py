import pytest

from cgb import (
    CitationsDelta,
    ContentBlockStart,
    ContentBlockStop,
    InputJsonDelta,
    Message,
    MessageDelta,
    MessageStart,
    MessageStop,
    Overloaded,
    SignatureDelta,
    TextDelta,
    ThinkingDelta,
    UnknownEvent,
    UnusableAnswer,
    Usage,
)
from cgb.config import Config
from cgb.testing import ScriptedTransport, ask
from cgb_plugins import stream_repair

TEXT = {"type": "text", "text": ""}
THINKING = {"type": "thinking", "thinking": "", "signature": ""}
TOOL = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {}}


def start(**usage):
    return MessageStart(Message(id="msg_1", model="m", usage=Usage(**usage)))


def end(reason="end_turn", **usage):
    return MessageDelta(reason, usage=Usage(**usage)), MessageStop()


def text(index, words="Hello."):
    return ContentBlockStart(index, TEXT), TextDelta(index, words), ContentBlockStop(index)


def thinking(index, words="hm", *, whole=True):
    events = ContentBlockStart(index, THINKING), ThinkingDelta(index, words)
    return (*events, SignatureDelta(index, "sig"), ContentBlockStop(index)) if whole else events


def broken(kind="cut"):
    return UnusableAnswer("It broke.", kind=kind)


def repaired(*answers, retries=2):
    """What a client gets, after how many attempts."""
    transport = ScriptedTransport(*answers)
    config = Config(options={"plugin.stream-repair.retries": retries})
    return ask("Hi", [transport, stream_repair], config), len(transport.requests)


def failed(*answers, retries=2):
    """What a client is told, after how many attempts."""
    transport = ScriptedTransport(*answers)
    config = Config(options={"plugin.stream-repair.retries": retries})
    with pytest.raises(UnusableAnswer) as caught:
        ask("Hi", [transport, stream_repair], config)
    return caught.value, len(transport.requests)


WHOLE = [start(input_tokens=1), *text(0), *end(input_tokens=1, output_tokens=2)]


def test_a_good_answer_comes_through_as_it_is():
    asked, attempts = repaired(WHOLE)

    assert list(asked.events) == WHOLE
    assert attempts == 1
    assert asked.notes == ()


OUT_OF_ORDER = {
    "nothing": [],
    "no message_start": [*text(0), *end()],
    "two message_starts": [start(), start(), *end()],
    "no message_stop": [start(), *text(0)],
    "no message_delta": [start(), *text(0), MessageStop()],
    "a stop without its delta's stop": [start(), *text(0), end()[0]],
    "events after message_stop": [start(), *text(0), *end(), *text(1)],
    "a block inside a block": [start(), ContentBlockStart(0, TEXT), ContentBlockStart(1, TEXT), *end()],
    "a block left open": [start(), ContentBlockStart(0, TEXT), *end()],
    "a block after message_delta": [start(), end()[0], *text(0), MessageStop()],
    "a gap in the numbers": [start(), *text(1), *end()],
    "a number used twice": [start(), *thinking(0), *text(0), *end()],
    "a delta without a block": [start(), TextDelta(0, "x"), *end()],
    "a delta of another block": [start(), ContentBlockStart(0, TEXT), TextDelta(1, "x"), ContentBlockStop(0), *end()],
    "a delta of the wrong kind": [
        start(),
        ContentBlockStart(0, TEXT),
        ThinkingDelta(0, "x"),
        ContentBlockStop(0),
        *end(),
    ],
    "a stop of a block that is not open": [start(), ContentBlockStop(0), *end()],
    "a call without an id": [start(), ContentBlockStart(0, {**TOOL, "id": ""}), ContentBlockStop(0), *end()],
    "one id for two calls": [
        start(),
        ContentBlockStart(0, TOOL),
        ContentBlockStop(0),
        ContentBlockStart(1, TOOL),
        ContentBlockStop(1),
        *end(),
    ],
}


@pytest.mark.parametrize("case", OUT_OF_ORDER)
def test_what_is_out_of_order_is_an_unusable_answer(case):
    error, attempts = failed(OUT_OF_ORDER[case], retries=0)

    assert (error.kind, error.status, error.type) == ("cut", 502, "api_error")
    assert error.detail
    assert attempts == 1


def test_events_of_kinds_it_does_not_know_come_through():
    novelty = UnknownEvent({"type": "brand_new"})

    asked, attempts = repaired([start(), novelty, *text(0), *end()])

    assert novelty in asked.events
    assert attempts == 1


UNCOMMITTED = {
    "before the first event": [broken("empty")],
    "at an empty message": [start(), broken()],
    "in a thought": [start(), *thinking(0, whole=False), broken()],
    "after a thought": [start(), *thinking(0), broken()],
    "in a signature": [start(), ContentBlockStart(0, THINKING), SignatureDelta(0, "s"), broken()],
    "in a text that is still empty": [start(), ContentBlockStart(0, TEXT), broken()],
    "after a redacted thought": [
        start(),
        ContentBlockStart(0, {"type": "redacted_thinking", "data": "x"}),
        ContentBlockStop(0),
        broken(),
    ],
    "at an unknown event": [start(), UnknownEvent({"type": "brand_new"}), broken()],
    "out of order": [start(), ContentBlockStop(3)],
    "between message_delta and message_stop": [start(), *end()[:1], broken()],
}

COMMITTED = {
    "in a text": [start(), *text(0)[:2], broken()],
    "after a text": [start(), *text(0), broken()],
    "where a call begins": [start(), ContentBlockStart(0, TOOL), broken()],
    "in a call's arguments": [start(), ContentBlockStart(0, TOOL), InputJsonDelta(0, "{"), broken()],
    "after a call": [start(), ContentBlockStart(0, TOOL), ContentBlockStop(0), broken()],
    "after a call and a thought": [start(), ContentBlockStart(0, TOOL), ContentBlockStop(0), *thinking(1), broken()],
    "at a citation": [start(), ContentBlockStart(0, TEXT), CitationsDelta(0, {"url": "x"}), broken()],
    "after a server's tool": [
        start(),
        ContentBlockStart(0, {"type": "web_search_tool_result", "content": []}),
        ContentBlockStop(0),
        broken(),
    ],
    "out of order after a text": [start(), *text(0), ContentBlockStop(3)],
}


@pytest.mark.parametrize("case", UNCOMMITTED)
def test_it_asks_again_before_the_client_has_seen_anything_that_counts(case):
    asked, attempts = repaired(UNCOMMITTED[case], WHOLE)

    assert attempts == 2
    assert asked.message.content[-1].to_wire() == {"type": "text", "text": "Hello."}
    assert asked.message.stop_reason == "end_turn"
    assert [note.kind for note in asked.notes] == ["retry"]


@pytest.mark.parametrize("case", COMMITTED)
def test_it_never_asks_again_after_that(case):
    """A retried call would run twice; text would be said twice."""
    error, attempts = failed(COMMITTED[case], WHOLE)

    assert error.kind == "cut"
    assert attempts == 1


def test_it_gives_up_after_so_many_retries():
    """Empty answers of Gemini's: BerriAI/litellm#24442, livekit/agents#4066."""
    error, attempts = failed(*([broken("empty")] for _ in range(9)), retries=2)

    assert error.kind == "empty"
    assert attempts == 3


def test_no_retries():
    _, attempts = failed([broken("empty")], WHOLE, retries=0)

    assert attempts == 1


def test_other_errors_are_not_its_business():
    transport = ScriptedTransport(Overloaded("Full."), "Hello.")

    with pytest.raises(Overloaded):
        ask("Hi", [transport, stream_repair])

    assert len(transport.requests) == 1


def test_thinking_that_was_shown_stays_and_the_answer_goes_on_after_it():
    asked, _ = repaired(
        [start(), *thinking(0, "first", whole=False), broken()],
        [start(), *thinking(0, "second"), *thinking(1, "more", whole=False), broken()],
        [start(), *thinking(0, "third"), *text(1), *end()],
    )

    assert [block.get("thinking", block.get("text")) for block in asked.message.content] == [
        "first",
        "second",
        "more",
        "third",
        "Hello.",
    ]
    assert len([event for event in asked.events if isinstance(event, MessageStart)]) == 1


def test_a_call_after_a_retry_is_whole():
    asked, _ = repaired(
        [start(), *thinking(0), broken("malformed_call")],
        [start(), ContentBlockStart(0, TOOL), InputJsonDelta(0, '{"a":1}'), ContentBlockStop(0), *end("tool_use")],
    )

    assert asked.message.content[-1].to_wire() == {**TOOL, "input": {"a": 1}}
    assert asked.message.stop_reason == "tool_use"


def test_the_usage_of_all_attempts_adds_up():
    asked, _ = repaired(
        [start(input_tokens=10, output_tokens=1), *thinking(0), broken()],
        [start(input_tokens=10), *end(input_tokens=12, output_tokens=5)[:1], broken()],
        [start(input_tokens=10), *text(0), *end(output_tokens=7, cache_read_input_tokens=3)],
    )

    assert asked.message.usage.input_tokens == 10 + 12 + 10
    assert asked.message.usage.output_tokens == 1 + 5 + 7
    assert asked.message.usage.cache_read_input_tokens == 3
    assert asked.record.usage == asked.message.usage
