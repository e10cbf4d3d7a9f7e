import asyncio
from contextlib import suppress

import pytest

from cgb import (
    ApiError,
    ContentBlockStart,
    ContentBlockStop,
    Forbidden,
    MessageDelta,
    MessageStop,
    TextDelta,
    Usage,
)
from cgb.messages import Writer, new_id

ANSWER = "an answer stays an answer"
PIECES = "it does not matter in which pieces an answer comes"
ERRORS = "what fails upstream fails for the client"
LEAVING = "a client may leave at any time"
TRANSPARENT = "being transparent, it leaves answers as they are"


async def same(events):
    async for event in events:
        yield event


async def unstopped(events):
    async for event in events:
        if not isinstance(event, ContentBlockStop):
            yield event


async def endless(events):
    async for event in events:
        if not isinstance(event, MessageStop):
            yield event


async def twice(events):
    async for event in events:
        yield event
        yield event


async def failing(events):
    async for event in events:
        yield event.nonsense


async def shouting_by_pieces(events):
    async for event in events:
        yield TextDelta(event.index, event.text.capitalize()) if isinstance(event, TextDelta) else event


async def dropping_short_pieces(events):
    async for event in events:
        if not isinstance(event, TextDelta) or len(event.text) != 1:
            yield event


async def swallowing(events):
    with suppress(ApiError):
        async for event in events:
            yield event


async def ending_by_itself(events):
    opened = event = None
    try:
        async for event in events:
            opened = event.index if isinstance(event, ContentBlockStart) else opened
            opened = None if isinstance(event, ContentBlockStop) else opened
            yield event
    except ApiError:
        if event is None or isinstance(event, MessageDelta | MessageStop):
            raise
        if opened is not None:
            yield ContentBlockStop(opened)
        yield MessageDelta("end_turn", usage=Usage())
        yield MessageStop()


async def renaming_errors(events):
    try:
        async for event in events:
            yield event
    except ApiError as error:
        raise ValueError("upstream") from error


async def rewording_errors(events):
    try:
        async for event in events:
            yield event
    except ApiError as error:
        raise Forbidden("no") from error


async def speaking_last(events):
    try:
        async for event in events:
            yield event
    finally:
        yield MessageStop()


async def waiting(events):
    async for event in events:
        yield event
    await asyncio.Event().wait()


async def quiet(events):
    async for event in events:
        if not isinstance(event, TextDelta):
            yield event


def test_what_changes_nothing_holds(passes):
    passes(transform_stream=same, transparent=True)


@pytest.mark.parametrize(
    ("function", "prop", "said"),
    [
        (unstopped, ANSWER, "not an answer: "),
        (endless, ANSWER, "the answer ended without message_stop"),
        (twice, ANSWER, "a second message_start"),
        (failing, ANSWER, "it raised AttributeError"),
        (waiting, ANSWER, "it waits for something that never comes"),
        (shouting_by_pieces, PIECES, "two messages come of it: content."),
        (dropping_short_pieces, PIECES, "two messages come of it: content."),
        (swallowing, ERRORS, "upstream's error was lost"),
        (ending_by_itself, ERRORS, "upstream's error was lost"),
        (renaming_errors, ERRORS, "it raised ValueError: upstream"),
        (speaking_last, LEAVING, "it raised RuntimeError: async generator ignored GeneratorExit"),
    ],
)
def test_each_fault_is_caught(broken, function, prop, said):
    assert said in broken(transform_stream=function, examples=60)[prop]


def test_the_example_is_small(broken, patient):
    shown = broken(transform_stream=shouting_by_pieces, examples=60)[PIECES]
    events = shown.partition("events = ")[2]
    assert events.count("TextDelta") <= 3
    assert events.count("ContentBlockStart") == 1


def test_another_error_will_do(passes):
    passes(transform_stream=rewording_errors)


def test_who_claims_to_be_transparent_and_is_not_is_caught(broken, patient, passes):
    found = broken(transform_stream=quiet, transparent=True)
    assert list(found) == [TRANSPARENT]
    # Smallest of those that are drawn, if one of them has words; else the ordinary example's.
    assert any(f"content.0.text: '{said}' became ''" in found[TRANSPARENT] for said in ("x", "let me see"))
    passes(transform_stream=quiet)


def test_the_answer_is_one_to_what_its_own_fit_request_made_of_the_request(broken, passes):
    def fit_request(request):
        return request.with_(max_tokens=7)

    async def transform_stream(events, fitted):
        assert fitted.max_tokens == 7
        async for event in events:
            yield event

    passes(fit_request=fit_request, transform_stream=transform_stream)
    assert "7" in broken(transform_stream=transform_stream)[ANSWER]


def test_ids_it_makes_up_may_differ(passes):
    async def calling(events):
        writer = Writer("claude-x")
        async for event in events:
            del event
        for said in (*writer.start(), *writer.tool(new_id("toolu"), "Bash", {}), *writer.finish("tool_use", Usage())):
            yield said

    passes(transform_stream=calling)
