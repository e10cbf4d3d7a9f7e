"""The wrapper that asks again: whatever is sent, the client gets a whole answer, a refusal or an error."""

import asyncio
from contextlib import aclosing

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cgb import (
    ApiError,
    ContentBlockStart,
    Context,
    InvalidRequest,
    MessageDelta,
    Overloaded,
    RateLimited,
    Route,
    SignatureDelta,
    TextDelta,
    Timeout,
    TransportWrapper,
    UnknownEvent,
    UpstreamFailed,
)
from cgb.messages import Grammar, Message, block_of, events_of
from cgb.testing import ScriptedTransport, assert_stream
from cgb_plugins.stream_repair import StreamRepair, transform_stream, wrap_transport
from cgb_plugins.stream_repair.ladder import LADDERS
from cgb_plugins.stream_repair.overlap import overlap

from .kit import RESUMES, TEXT, THINKING, WHOLE, broken, call, end, repaired, request_of, start, text, thinking

AT_ONCE = StreamRepair(backoff_s=0)


class Guarded(TransportWrapper):
    """Behind the guard, as in a pipeline."""

    def send(self, request, route, ctx):
        return transform_stream(self.inner.send(request, route, ctx), request)


async def sent(transport, settings=AT_ONCE, route=None):
    """The events a client gets, or the error after them."""
    wrapped, request = wrap_transport(transport, settings), request_of()
    found = []
    try:
        async with aclosing(wrapped.send(request, route or Route("t", "m"), Context(request))) as events:
            async for event in events:
                found.append(event)  # noqa: PERF401 - what came before the error counts
    except ApiError as error:
        return found, error
    return found, None


# Before anything that counts was shown

UNCOMMITTED = {
    "before the first event": [broken("empty")],
    "at an empty message": [start(), broken()],
    "in a thought": [start(), *thinking(0, whole=False), broken()],
    "after a thought": [start(), *thinking(0), broken()],
    "in a signature": [start(), ContentBlockStart(0, THINKING), SignatureDelta(0, "s"), broken()],
    "in a text that is still empty": [start(), ContentBlockStart(0, TEXT), broken()],
    "at an unknown event": [start(), UnknownEvent({"type": "brand_new"}), broken()],
    "between message_delta and message_stop": [start(), *end()[:1], broken()],
    "overloaded in a thought": [start(), *thinking(0), Overloaded("Full.")],
}


@pytest.mark.parametrize("case", UNCOMMITTED)
def test_it_asks_again(case):
    came = repaired(UNCOMMITTED[case], WHOLE)

    assert came.attempts == 2
    assert came.words[-1] == "Hello."
    assert came.notes == ["retry"]


def test_thinking_that_was_shown_stays_and_the_answer_goes_on_after_it():
    came = repaired(
        [start(input_tokens=10, output_tokens=1), *thinking(0, "first", whole=False), broken()],
        [start(input_tokens=10), *thinking(0, "second"), *end(input_tokens=12, output_tokens=5)[:1], broken()],
        [start(input_tokens=10), *thinking(0, "third"), *text(1), *end(output_tokens=7, cache_read_input_tokens=3)],
    )

    assert came.words == ["first", "second", "third", "Hello."]
    usage = came.message.usage
    assert (usage.input_tokens, usage.output_tokens, usage.cache_read_input_tokens) == (32, 13, 3)


# A whole answer

BLOCKS = st.lists(
    st.one_of(
        st.builds(lambda words: {"type": "text", "text": words}, st.text(min_size=1)),
        st.builds(lambda words: {"type": "thinking", "thinking": words, "signature": "s"}, st.text()),
        st.builds(lambda n: {**call(0)[0].content_block, "id": f"toolu_{n}", "input": {"n": n}}, st.integers(0, 99)),
        st.just({"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}),
    ),
    max_size=5,
    unique_by=repr,
)


@given(BLOCKS, st.sampled_from(["end_turn", "max_tokens", "refusal", "tool_use"]))
def test_a_whole_answer_is_left_untouched(blocks, reason):
    message = Message(id="msg_1", model="m", content=tuple(map(block_of, blocks)), stop_reason=reason)
    events = list(events_of(message))

    found, error = asyncio.run(sent(ScriptedTransport(events)))

    assert error is None
    assert found == events
    assert all(given is got for given, got in zip(events[:-2], found[:-2], strict=True))


# A text that breaks off

PLAIN = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=80)
WORDS = ("read", "the", "file", "then", "change", "its", "second", "line", "and", "run", "tests", "again")
TALES = st.one_of(PLAIN, st.lists(st.sampled_from(WORDS), min_size=8).map(" ".join))


def pieces(words, sizes):
    """A text in deltas of these sizes."""
    for size in sizes:
        yield words[:size]
        words = words[size:]
    yield words


@given(TALES, st.data())
def test_for_any_cut_and_any_way_of_going_on_no_character_is_lost_or_repeated(tale, data):
    """The model goes on exactly, repeats the end of what it said, or begins anew; what is ambiguous is left out."""
    cut = data.draw(st.integers(1, len(tale)))
    back = data.draw(st.one_of(st.just(0), st.just(cut), st.integers(0, cut)))
    shown, said = tale[:cut], tale[cut - back :]
    assume(shown.strip() and said and overlap(shown, said) == back)
    sizes = st.lists(st.integers(1, 9))

    found, error = asyncio.run(
        sent(
            ScriptedTransport(
                [start(), *text(0, *pieces(shown, data.draw(sizes)), whole=False), broken()],
                [start(), *thinking(0), *text(1, *pieces(said, data.draw(sizes))), *end()],
                target=RESUMES,
            )
        )
    )

    assert error is None
    assert "".join(event.text for event in found if isinstance(event, TextDelta)) == tale
    assert [block.type for block in assert_stream(found).content] == ["text"]


@given(TALES, st.data())
def test_whatever_a_model_says_after_a_cut_nothing_new_of_it_is_lost(shown, data):
    """All of the rest is there, but for what is surely a repetition; or it is an error."""
    said = data.draw(st.one_of(TALES, st.integers(0, len(shown)).map(lambda at: shown[at:] + "!")))
    assume(shown.strip())

    found, error = asyncio.run(
        sent(
            ScriptedTransport(
                [start(), *text(0, shown, whole=False), broken()],
                [start(), *text(0, *said), *end()],
                target=RESUMES,
            ),
            StreamRepair(backoff_s=0, resumes=1),
        )
    )

    words = "".join(event.text for event in found if isinstance(event, TextDelta))
    assert words.startswith(shown)
    if error is None:
        rest = words[len(shown) :]
        repeated = said.removesuffix(rest) if rest else said
        assert said.endswith(rest)
        assert shown.endswith(repeated)


# Anything

KINDS = st.sampled_from([*LADDERS, "brand_new"])
PROPOSALS = st.sampled_from([(), ({"name": "Bash", "input": {"command": "ls"}},)])
UNUSABLE = st.builds(
    lambda kind, calls, reason: broken(kind, calls=calls, stop_reason=reason, remedy={"x": 1}),
    KINDS,
    PROPOSALS,
    st.sampled_from(["", "refusal", "max_tokens"]),
)
ERRORS = st.one_of(
    UNUSABLE,
    st.sampled_from(
        [
            Overloaded("Full."),
            UpstreamFailed("No."),
            UpstreamFailed("No.", status=500),
            Timeout("Late."),
            RateLimited("Slowly.", retry_after=0.0),
            RateLimited("Slowly.", retry_after=3_600),
            InvalidRequest("No."),
        ]
    ),
)
ANSWERS = st.sampled_from(
    [
        WHOLE,
        [start(), *thinking(0), *text(1, "One, ", "two."), *end()],
        [start(), *text(0, "I look."), *call(1), *end("tool_use")],
        [start(), *call(0), *thinking(1), *end("tool_use")],
        [start(), *thinking(0), *end()],
    ]
)


@st.composite
def failures(draw):
    events = draw(ANSWERS)
    return [*events[: draw(st.integers(0, len(events)))], draw(ERRORS)]


@given(st.lists(st.one_of(failures(), ERRORS), min_size=30, max_size=30), st.integers(0, 6), st.integers(0, 3))
def test_for_any_failures_the_end_is_honest_and_soon(answers, retries, resumes):
    settings = StreamRepair(retries=retries, streaming_retries=retries, resumes=resumes, backoff_s=0)
    transport = ScriptedTransport(*answers, target=RESUMES)

    found, error = asyncio.run(sent(Guarded(transport), settings))

    assert len(transport.requests) <= 1 + 2 * retries + resumes
    if error is None:
        message = assert_stream(found)
        # Each of the answers is broken off or fails at its end, so an end_turn is one that had come already.
        last = answers[len(transport.requests) - 1]
        had_end = isinstance(last, list) and any(isinstance(event, MessageDelta) for event in last)
        assert had_end or message.stop_reason in {"tool_use", "refusal", "max_tokens"}
        assert message.stop_reason != "tool_use" or any(block.type == "tool_use" for block in message.content)
    else:
        grammar = Grammar()
        for event in found:
            grammar.read(event)


# Leaving

SCRIPT = [
    [start(), *thinking(0), broken()],
    [start(), *text(0, "One, ", whole=False), broken()],
    [start(), *text(0, "two."), *end()],
]


class Watched(ScriptedTransport):
    """Knows how many of its answers are open."""

    open = 0

    async def send(self, request, route, ctx):
        self.open += 1
        try:
            async with aclosing(super().send(request, route, ctx)) as events:
                async for event in events:
                    yield event
        finally:
            self.open -= 1


@pytest.mark.parametrize("after", range(12))
async def test_a_client_that_leaves_closes_the_attempt_at_once(after):
    transport, request = Watched(*SCRIPT, target=RESUMES), request_of()
    events = wrap_transport(transport, AT_ONCE).send(request, Route("t", "m"), Context(request))
    for _ in range(after):
        await anext(events, None)

    await events.aclose()

    assert transport.open == 0
    with pytest.raises(StopAsyncIteration):
        await anext(events)


@pytest.mark.parametrize("after", range(12))
async def test_a_cancelled_task_closes_the_attempt_at_once(after):
    transport, request, waiting = Watched(*SCRIPT, target=RESUMES), request_of(), asyncio.Event()

    async def read():
        seen = 0
        async with aclosing(
            wrap_transport(transport, AT_ONCE).send(request, Route("t", "m"), Context(request))
        ) as all_:
            async for _ in all_:
                seen += 1
                if seen > after:
                    waiting.set()
                    await asyncio.Event().wait()
        waiting.set()

    task = asyncio.create_task(read())
    await waiting.wait()
    task.cancel()
    await asyncio.wait({task})

    assert transport.open == 0


async def test_a_cancel_inside_upstream_goes_through():
    waiting, closed = asyncio.Event(), asyncio.Event()

    async def silent(request, route, ctx):
        try:
            waiting.set()
            await asyncio.Event().wait()
            yield
        finally:
            closed.set()

    task = asyncio.create_task(sent(ScriptedTransport(silent)))
    await waiting.wait()
    task.cancel()
    await asyncio.wait({task})

    assert task.cancelled()
    assert closed.is_set()


async def test_a_cancel_while_it_waits_ends_the_wait():
    waiting = asyncio.Event()

    async def full(request, route, ctx):
        waiting.set()
        raise RateLimited("Slowly.", retry_after=3_000)
        yield

    task = asyncio.create_task(sent(ScriptedTransport(full), StreamRepair(patience_s=9_999, budget_s=9_999)))
    await waiting.wait()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})

    assert task.cancelled()


async def test_what_is_no_api_error_is_not_repaired():
    async def buggy(request, route, ctx):
        raise ZeroDivisionError
        yield

    transport = ScriptedTransport(buggy, WHOLE)
    with pytest.raises(ZeroDivisionError):
        await sent(transport)

    assert len(transport.requests) == 1
