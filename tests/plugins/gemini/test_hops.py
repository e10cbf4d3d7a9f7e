"""Gemini 4's long answers: as if each had come in one piece (Gemini API contract, models)."""

import asyncio
from contextlib import aclosing

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from cgb import ApiError, Context

from .kit import NEWEST, answer, asked, frame, function, plain, read_hops, request_of, streamed, text, thought

END = {"promptTokenCount": 10}


class Asks:
    """Answers each request with the next hop, and remembers what was asked."""

    def __init__(self, *answers):
        self.bodies = []
        self.closed = 0
        self._answers = list(answers)

    def __call__(self, body):
        self.bodies.append(body)
        return aclosing(self._frames(self._answers.pop(0)))

    async def _frames(self, frames):
        try:
            for one in frames:
                if isinstance(one, Exception):
                    raise one
                yield [one]
        finally:
            self.closed += 1


def more(*parts, token="dA==", **usage):
    return frame(*parts, finish="CONTINUATION", candidate={"continuationToken": token}, usage={**END, **usage})


def last(*parts, **usage):
    return frame(*parts, finish="STOP", usage={**END, **usage})


async def said(asks, body=None):
    ctx = Context(request_of())
    message = await read_hops(asks, body or {}, asked(model=NEWEST, ctx=ctx))
    return message, [note.kind for note in ctx.notes]


async def test_one_hop_is_as_it_is():
    asks = Asks([frame(text("a"), usage=END), last(text("b"), candidatesTokenCount=3)])

    message, notes = await said(asks, {"x": 1})

    assert (message.content[0].text, message.usage.output_tokens, notes) == ("ab", 3, [])
    assert asks.bodies == [{"x": 1}]


async def test_the_same_request_with_the_token_and_without_what_was_said():
    asks = Asks([more(text("a"), token="dDE=")], [more(text("b"), token="dDI=")], [last(text("c"))])

    message, notes = await said(asks, {"contents": [1]})

    assert plain(message) == [{"type": "text", "text": "abc"}]
    assert message.stop_reason == "end_turn"
    assert asks.bodies == [
        {"contents": [1]},
        {"contents": [1], "continuationToken": "dDE="},
        {"contents": [1], "continuationToken": "dDI="},
    ]
    assert notes == ["continuation"] * 2


async def test_what_the_hops_wrote_adds_up():
    asks = Asks(
        [
            frame(text("a"), usage={**END, "candidatesTokenCount": 2}),
            more(candidatesTokenCount=5, thoughtsTokenCount=7),
        ],
        [frame(text("b"), usage={"candidatesTokenCount": None}), last(candidatesTokenCount=11)],
    )

    message, _ = await said(asks)

    assert message.usage.output_tokens == 5 + 7 + 11
    assert message.usage.input_tokens == 10


async def test_figures_after_the_end_of_a_hop_count():
    trailing = {"candidates": [], "usageMetadata": {"candidatesTokenCount": 8}}

    message, _ = await said(Asks([more(text("a")), trailing], [last(text("b"), candidatesTokenCount=1)]))

    assert message.usage.output_tokens == 9


async def test_a_hop_without_a_token_is_the_last():
    message, notes = await said(Asks([frame(text("a"), finish="CONTINUATION")]))

    assert (message.stop_reason, notes) == ("max_tokens", [])


async def test_an_answer_that_never_ends_is_cut_short_and_says_so():
    asks = Asks(*[[more(text("a"))] for _ in range(30)])

    message, _ = await said(asks)

    assert (message.content[0].text, message.stop_reason) == ("a" * 16, "max_tokens")
    assert len(asks.bodies) == 16


async def test_an_error_in_a_later_hop_is_one():
    asks = Asks([more(text("a"))], [ApiError("No.")])

    with pytest.raises(ApiError, match="No"):
        await said(asks)


async def test_a_client_that_leaves_ends_the_hop():
    asks = Asks([more(text("a"))], [last(text("b"))])
    events = streamed(asks, {}, asked(model=NEWEST))

    await anext(events)
    await events.aclose()

    assert (asks.closed, len(asks.bodies)) == (1, 1)


PARTS = st.lists(
    st.one_of(
        st.builds(text, st.text("ab\u00fc ", min_size=1, max_size=6)),
        st.builds(thought, st.text("t", min_size=1, max_size=4)),
        st.builds(function, st.just("Bash"), st.just({"a": 1}), st.sampled_from(["", "c2ln"])),
    ),
    min_size=1,
    max_size=8,
)


@for_all(PARTS.filter(lambda parts: any(not part.get("thought") for part in parts)), st.data())
def test_in_any_hops_it_is_the_same_message(parts, data):
    edges = sorted(data.draw(st.lists(st.integers(0, len(parts)), max_size=4)))
    pieces = [parts[start:end] for start, end in zip([0, *edges], [*edges, len(parts)], strict=True)]
    answers = [[frame(one, usage=END) for one in piece] for piece in pieces]
    for number, frames in enumerate(answers[:-1]):
        frames.append(more(candidatesTokenCount=number, thoughtsTokenCount=1))
    answers[-1].append(last(candidatesTokenCount=100))
    whole = answer(*(frame(one, usage=END) for one in parts), last(), model=NEWEST)

    message, _ = asyncio.run(said(Asks(*answers)))

    assert plain(message) == plain(whole)
    assert message.stop_reason == whole.stop_reason
    assert message.usage.output_tokens == sum(range(len(edges))) + len(edges) + 100
