"""The wrapper that asks another route."""

import asyncio
from contextlib import aclosing, suppress
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgb import (
    ApiError,
    Billing,
    Forbidden,
    Internal,
    InvalidRequest,
    NotFound,
    Overloaded,
    RateLimited,
    Route,
    Target,
    Timeout,
    TooLarge,
    Transport,
    Unauthenticated,
    UnusableAnswer,
    UpstreamFailed,
    hookimpl,
)
from cgb.exchange import Exchange
from cgb.messages import Grammar
from cgb.testing import ScriptedTransport, aask, plugin_of, request_of
from cgb_plugins import fallback, stream_repair
from cgb_plugins.fallback import FallbackSettings
from cgb_plugins.fallback.wrapper import Fallback

from .kit import CHAIN, A, B, C, Clock, called, choosing, config_of, context_of, fallen, pipeline_of, said, thought
from .kit import words_of as words

FULL = Overloaded("Full.")


def broken(kind="cut", **fields):
    return UnusableAnswer("It broke.", kind=kind, **fields)


async def refused(**scripts):
    with pytest.raises(ApiError) as caught:
        await fallen(**scripts)
    return caught.value


# Which failures go elsewhere


@pytest.mark.parametrize(
    "error",
    [
        Overloaded("…"),
        UpstreamFailed("…"),
        Timeout("…"),
        RateLimited("…", retry_after=1),
        RateLimited("the day's", should_retry=False),
        Unauthenticated("…"),
        Forbidden("…"),
        Billing("…"),
        NotFound("…"),
        broken(),
        broken("recitation", stop_reason="refusal"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_another_route_answers(error):
    asked = await fallen(a=[error], b=["Hello from b."], c=[])
    assert words(asked.message) == ["Hello from b."]
    assert [str(route) for route in asked.record.routes] == ["a/m", "b/m"]
    assert [(note.plugin, note.kind) for note in asked.notes] == [("fallback", "fallback")]


@pytest.mark.parametrize(
    "error", [InvalidRequest("…"), TooLarge("…"), Internal("…")], ids=lambda error: type(error).__name__
)
async def test_no_other_route_is_asked(error):
    assert await refused(a=[error], b=[], c=[]) is error


async def test_a_transport_that_is_not_there_is_passed_over():
    asked = await fallen(route=replace(Route("gone", "m"), fallbacks=(B,)), b=["Hello."])
    assert words(asked.message) == ["Hello."]


async def test_a_fault_of_a_plugin_is_told_as_such():
    async def faulty(request, route, ctx):
        raise KeyError(route)
        yield

    error = await refused(a=[faulty], b=[], c=[])
    assert "plugin 'a' (cgb.testing) is at fault" in error.message


async def test_when_all_fail_the_first_failure_is_told():
    error = await refused(a=[Timeout("a took too long.")], b=[RateLimited("…")], c=[broken()])
    assert (type(error), error.status) == (Timeout, 504)
    assert error.message == "a took too long. Other routes were tried: b/m (rate limit), c/m (cut)."


async def test_a_route_without_fallbacks_is_sent_as_it_is():
    whole = said()
    upstream, ctx = ScriptedTransport(whole), context_of()
    events = Fallback(upstream, FallbackSettings()).send(request_of("Hi"), replace(A, fallbacks=(A,)), ctx)
    got = [event async for event in events]
    assert all(one is other for one, other in zip(got, whole, strict=True))
    assert upstream.requests[0].route == A
    assert ctx.notes == []


# What commits


@pytest.mark.parametrize("begun", [[], thought()[:1], thought()[:2], thought()], ids=len)
async def test_thoughts_do_not_commit(begun):
    asked = await fallen(a=[[*begun, broken()]], b=[[*thought("again"), FULL]], c=["Hello."])
    assert words(asked.message)[-1] == "Hello."
    assert [str(route) for route in asked.record.routes] == ["a/m", "b/m", "c/m"]


@pytest.mark.parametrize("begun", [said(), called()], ids=["words", "a call"])
async def test_what_was_shown_is_not_taken_back(begun):
    error = broken()
    assert await refused(a=[[*begun, error]], b=[], c=[]) is error


# What each route is sent


async def test_the_request_is_fitted_for_each_target():
    seen = []

    @hookimpl
    def fit_request(request, route, target):
        seen.append((str(route), target.context_tokens, request.temperature))
        return request

    targets = {"a": 100, "b": 200}
    transports = [
        plugin_of(ScriptedTransport(answer, target=Target(context_tokens=targets[name])), name)
        for name, answer in (("a", FULL), ("b", "Hello."))
    ]
    route = replace(A, set={"temperature": 0.5}, fallbacks=(B,))
    await aask("Hi", [*transports, choosing(route), SimpleNamespace(fit_request=fit_request), fallback])
    assert seen == [("a/m", 100, 0.5), ("b/m", 200, None)]


async def test_configured_routes_are_asked_after_the_routes_own():
    settings = {"routes": {"a/*": ["b/m", "other"]}}
    asked = await fallen(route=replace(A, fallbacks=(C,)), settings=settings, a=[FULL, "Hello."], b=[FULL], c=[FULL])
    assert [str(route) for route in asked.record.routes] == ["a/m", "c/m", "b/m", "a/other"]


async def test_who_repairs_goes_on_where_nobody_comes_after():
    """The ladder of a route with fallbacks raises what that of the last route ends as a refusal."""
    recitation = broken("recitation", stop_reason="refusal")
    scripts = {name: [recitation] * 9 for name in "abc"}
    asked = await fallen(further=[stream_repair], **scripts)
    assert asked.message.stop_reason == "refusal"
    assert {note.data["to"] for note in asked.notes if note.kind == "fallback"} == {"b/m", "c/m"}


async def test_what_is_too_long_goes_to_a_larger_window():
    too_long = InvalidRequest("prompt is too long: 101 tokens > 100 maximum")
    small = ScriptedTransport(too_long, target=Target(context_tokens=100))
    same = ScriptedTransport(target=Target(context_tokens=100))
    large = ScriptedTransport("Hello.", target=Target(context_tokens=200))
    named = [plugin_of(one, name) for name, one in (("a", small), ("b", same), ("c", large))]
    asked = await aask("Hi", [*named, choosing(CHAIN), fallback])
    assert words(asked.message) == ["Hello."]
    assert same.requests == []


def test_a_wrappers_target_is_the_first_routes():
    class Two(Transport):
        def target_of(self, route):
            return Target(context_tokens=len(route.transport))

    assert Fallback(Two(), FallbackSettings()).target_of(CHAIN).context_tokens == 1


# The circuit breaker


async def sent(wrapper, route=CHAIN):
    """The routes asked for a request, and the kinds of its notes."""
    request, ctx = request_of("Hi"), context_of()
    with suppress(ApiError):
        async with aclosing(wrapper.send(request, route, ctx)) as events:
            async for _ in events:
                pass
    return [note.kind for note in ctx.notes]


async def test_a_route_that_fails_again_and_again_is_left_out_tried_and_taken_back():
    clock = Clock()
    upstream = ScriptedTransport(FULL, "b", FULL, "b", "b", FULL, "b", "b", "a", "a")
    wrapper = Fallback(upstream, FallbackSettings(failures=2, cool_down_s=60), clock)
    route, course = replace(A, fallbacks=(B,)), []
    for seconds in (0, 0, 0, 60, 0, 60, 0):
        clock.now += seconds
        course.append(await sent(wrapper, route))
    assert course == [["fallback"], ["fallback"], ["skipped"], ["fallback"], ["skipped"], [], []]
    assert "".join(one.route.transport for one in upstream.requests) == "ababbabbaa"


async def test_a_lone_route_is_never_left_out():
    upstream = ScriptedTransport(*[FULL] * 9)
    wrapper = Fallback(upstream, FallbackSettings(failures=1), Clock())
    for _ in range(9):
        await sent(wrapper, A)
    assert len(upstream.requests) == 9


async def test_an_answer_that_breaks_after_its_first_words_counts_as_a_failure():
    upstream = ScriptedTransport([*said(), broken()], "b")
    wrapper = Fallback(upstream, FallbackSettings(failures=1), Clock())
    assert await sent(wrapper) == []
    assert await sent(wrapper) == ["skipped"]


# Counting


async def test_tokens_are_counted_by_the_route_that_can():
    class Counting(Transport):
        async def count_tokens(self, request, route, ctx):
            if route.transport != "c":
                raise RateLimited("Later.")
            return 42

    ctx = context_of()
    wrapper = Fallback(Counting(), FallbackSettings(failures=1))
    assert await wrapper.count_tokens(request_of("Hi"), CHAIN, ctx) == 42
    assert [note.kind for note in ctx.notes] == ["fallback", "fallback"]
    with pytest.raises(RateLimited, match=r"Later\. Other routes were tried: b/m \(rate limit\)\."):
        await wrapper.count_tokens(request_of("Hi"), replace(A, fallbacks=(B,)), ctx)


# Leaving


async def test_a_client_that_leaves_closes_the_route_that_is_asked_at_once():
    closed = asyncio.Event()

    async def endless(request, route, ctx):
        try:
            for event in thought():
                yield event
            await asyncio.Event().wait()
        finally:
            closed.set()

    async with pipeline_of(a=[FULL], b=[endless], c=[]) as (pipeline, transports):
        exchange = Exchange(pipeline, request_of("Hi"), {})
        async with aclosing(exchange.events()) as events:
            await anext(events)
        assert closed.is_set()
        assert len(transports["b"].requests) == 1
        assert transports["c"].requests == []


# For any course of things

STARTS = st.sampled_from([[], thought()[:1], thought(), said()])
ERRORS = st.sampled_from([Overloaded, Timeout, InvalidRequest, Unauthenticated, Internal])
OUTCOMES = st.one_of(
    st.builds(lambda start, error: [*start, error("It failed.")], STARTS, ERRORS),
    st.builds(lambda start: [*start, broken()], STARTS),
    st.just("Hello."),
)


@given(st.tuples(OUTCOMES, OUTCOMES, OUTCOMES))
def test_any_course_is_grammatical_and_asks_each_route_once_at_most(outcomes):
    upstream, grammar = ScriptedTransport(*outcomes), Grammar()
    wrapper = Fallback(upstream, FallbackSettings(), Clock())

    async def read():
        async with aclosing(wrapper.send(request_of("Hi"), CHAIN, context_of())) as events:
            async for event in events:
                grammar.read(event)

    try:
        asyncio.run(read())
    except ApiError:
        assert not grammar.complete
    else:
        assert grammar.complete
    asked = [one.route.transport for one in upstream.requests]
    assert asked == list("abc")[: len(asked)]
    whole = [outcome == "Hello." for outcome in outcomes[: len(asked)]]
    assert grammar.complete == whole[-1]
    assert not any(whole[:-1])


def test_its_settings_are_read(tmp_path):
    config = config_of(routes={"a/*": ["b/m"]}, failures=5)
    read = config.plugin_settings({"fallback": fallback.describe_settings()}, ["fallback"])["fallback"]
    assert (read.routes, read.failures, read.cool_down_s) == ({"a/*": ("b/m",)}, 5, 60)
