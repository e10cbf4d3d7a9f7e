import asyncio
from contextlib import aclosing, suppress

import pytest

from cgb import ApiError, Overloaded, TextDelta, Transport, TransportWrapper
from cgb.testing import text_answer

WHOLE = "a whole answer comes through whole"
FAILURES = "no failure ends as an answer in silence"
LEAVING = "a client that leaves ends every attempt"
FACTS = "what it does not change it passes on"
TRANSPARENT = "being transparent, it sends requests as they are"


def wrapping(kind):
    """A hook that wraps in an instance of this class."""

    def wrap_transport(transport):
        return kind(transport)

    return wrap_transport


class Same(TransportWrapper):
    async def send(self, request, route, ctx):
        async with aclosing(self.inner.send(request, route, ctx)) as events:
            async for event in events:
                yield event


class Retrying(TransportWrapper):
    """Waits longer than anybody would, five times."""

    async def send(self, request, route, ctx):
        for wait in (60, 600, 3_600, 3_600, None):
            begun = False
            try:
                async with aclosing(self.inner.send(request, route, ctx)) as events:
                    async for event in events:
                        begun = True
                        yield event
                    return
            except Overloaded:
                if begun or wait is None:
                    raise
                await asyncio.sleep(wait)


class Persisting(Same):
    async def send(self, request, route, ctx):
        while True:
            with suppress(ApiError):
                said = [event async for event in self.inner.send(request, route, ctx)]
                break
            await asyncio.sleep(1)
        for event in said:
            yield event


class Quiet(Same):
    async def send(self, request, route, ctx):
        async for event in super().send(request, route, ctx):
            if not isinstance(event, TextDelta):
                yield event


class Excusing(Same):
    async def send(self, request, route, ctx):
        try:
            said = [event async for event in super().send(request, route, ctx)]
        except ApiError:
            said = text_answer(request.model, "Sorry.")
        for event in said:
            yield event


class Leaking(TransportWrapper):
    async def send(self, request, route, ctx):
        async for event in self.inner.send(request, route, ctx):
            yield event


class Alone(Transport):
    def __init__(self, inner):
        self.inner = inner

    send = Same.send


class Capping(Same):
    async def send(self, request, route, ctx):
        async with aclosing(self.inner.send(request.with_(max_tokens=1), route, ctx)) as events:
            async for event in events:
                yield event


class Hiding(Same):
    def target_of(self, route):
        raise KeyError(route.model)


@pytest.mark.parametrize("kind", [Same, TransportWrapper, Retrying])
def test_what_hands_everything_on_holds(passes, kind):
    passes(wrap_transport=wrapping(kind), transparent=True)


@pytest.mark.parametrize(
    ("kind", "prop", "said"),
    [
        (Quiet, WHOLE, "it changed the answer: content."),
        (Excusing, FAILURES, "every attempt failed, and it made up an answer"),
        (Persisting, FAILURES, "it asked 200 times and does not give up"),
        (Leaking, LEAVING, "async with aclosing(self.inner.send(…))"),
        (Alone, FACTS, "subclass cgb.TransportWrapper"),
        (Hiding, FACTS, "it raised KeyError"),
        (lambda _: None, WHOLE, "it returned NoneType where Transport was due"),
    ],
)
def test_each_fault_is_caught(broken, kind, prop, said):
    assert said in broken(wrap_transport=wrapping(kind))[prop]


def test_who_says_that_an_answer_is_made_up_may_make_it_up(passes):
    class Saying(Excusing):
        async def send(self, request, route, ctx):
            ctx.note("excused", "said sorry")
            async for event in super().send(request, route, ctx):
                yield event

    passes(wrap_transport=wrapping(Saying))


def test_who_answers_alone_may(passes):
    class Cached(Transport):
        def __init__(self, inner):
            self.target_of = inner.target_of

        async def send(self, request, route, ctx):
            for event in text_answer(request.model, "Known."):
                yield event

    passes(wrap_transport=wrapping(Cached))


def test_who_claims_to_be_transparent_and_is_not_is_caught(broken, passes):
    found = broken(wrap_transport=wrapping(Capping), transparent=True)
    assert list(found) == [TRANSPARENT]
    passes(wrap_transport=wrapping(Capping))
