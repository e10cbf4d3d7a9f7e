import asyncio
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from cgb import Context, Internal, InvalidRequest, PluginError, Settings, hookimpl
from cgb.isolation.owners import Owner
from cgb.isolation.stats import HookLimits, PluginStats
from cgb.plugins import manager
from cgb.steps import Step, chain, steps
from cgb.testing import plugin_of, request_of

REQUEST = request_of("Hello")


def step(function, *arguments, settings=None, hook="rewrite_request"):
    return Step("mine", hook, function, arguments, settings)


def ctx():
    return Context(REQUEST)


def test_a_step_gets_the_arguments_it_takes():
    settings = Settings()
    seen = step(lambda **given: given, "settings", "a", settings=settings).call({"a": 1, "b": 2})
    assert seen == {"settings": settings, "a": 1}


def test_a_steps_context_bears_its_name():
    given = step(lambda ctx: ctx, "ctx").call({"ctx": ctx()})
    assert given.plugin == "mine"


@pytest.mark.parametrize("expected", [(str,), (str, type(None))])
async def test_functions_and_coroutines_answer_alike(expected):
    async def awaited(value):
        await asyncio.sleep(0)
        return value

    def future(value):
        return asyncio.ensure_future(awaited(value))

    for function in (lambda value: value, awaited, future):
        assert await step(function, "value").answer(expected, {"value": "x", "ctx": ctx()}) == "x"


@pytest.mark.parametrize(
    ("value", "expected", "how"),
    [
        (None, (str,), "returned NoneType where str was due"),
        (5, (str, type(None)), "returned int where str or None was due"),
    ],
)
async def test_another_type_is_the_plugins_fault(value, expected, how):
    with pytest.raises(Internal) as caught:
        await step(lambda value: value, "value").answer(expected, {"value": value, "ctx": ctx()})
    assert caught.value.message == f"cgb's plugin 'mine' is at fault: its rewrite_request {how}."


@pytest.mark.parametrize("late", [True, False])
async def test_what_a_plugin_raises_is_its_fault_and_goes_to_the_log_only(caplog, late):
    async def coroutine():
        raise KeyError("sesame")

    def function():
        raise KeyError("sesame")

    with pytest.raises(Internal) as caught:
        await step(coroutine if late else function).answer((str,), {"ctx": ctx()})
    assert caught.value.message == (
        "cgb's plugin 'mine' is at fault: its rewrite_request raised KeyError; the bridge's log has the traceback."
    )
    assert isinstance(caught.value.__cause__, KeyError)
    assert "plugin 'mine' failed in rewrite_request" in caplog.text
    assert "sesame" in caplog.text


async def test_a_plugin_may_refuse_a_request():
    def function():
        raise InvalidRequest("No.")

    with pytest.raises(InvalidRequest, match=r"^No\.$"):
        await step(function).answer((str,), {"ctx": ctx()})


async def test_cancelling_is_not_failing():
    begun = asyncio.Event()

    async def waits():
        begun.set()
        await asyncio.Event().wait()

    answering = asyncio.create_task(step(waits).answer((str,), {"ctx": ctx()}))
    await begun.wait()
    answering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await answering


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize("kind", [asyncio.CancelledError, KeyboardInterrupt, SystemExit, GeneratorExit, StopIteration])
async def test_what_would_stop_more_than_the_request_is_a_fault_too(kind, late):
    async def coroutine():
        await asyncio.sleep(0)
        raise kind

    def function():
        raise kind

    mine = step(coroutine if late else function)
    with pytest.raises(Internal, match="its rewrite_request raised"):
        await mine.answer((str,), {"ctx": ctx()})
    assert mine.owner.stats.errors == {"rewrite_request": 1}


async def test_a_hook_that_never_returns_fails_the_request_in_time():
    limits = HookLimits(timeout_s=0.01)
    hanging = replace(step(asyncio.Event().wait), owner=Owner("cgb-mine 1.0", PluginStats(), limits))
    with pytest.raises(Internal) as caught:
        await hanging.answer((str,), {"ctx": ctx()})
    assert caught.value.message == (
        "cgb's plugin 'mine' (cgb-mine 1.0) is at fault: its rewrite_request did not return within 0.01 s."
    )


async def test_a_timeout_of_the_plugins_own_is_its_own():
    async def gives_up():
        async with asyncio.timeout(0):
            await asyncio.Event().wait()

    with pytest.raises(Internal, match="raised TimeoutError"):
        await step(gives_up).answer((str,), {"ctx": ctx()})


@pytest.mark.parametrize("late", [True, False])
async def test_a_hook_that_holds_up_the_loop_is_named_once_a_minute(caplog, late):
    async def coroutine():
        await asyncio.sleep(0)
        time.sleep(0.003)  # noqa: ASYNC251 - that is the fault
        return "x"

    def function():
        time.sleep(0.003)
        return "x"

    owner = Owner("cgb-mine 1.0", PluginStats(), HookLimits(slow_s=0.002))
    slow = replace(step(coroutine if late else function), owner=owner)
    for _ in range(3):
        await slow.answer((str,), {"ctx": ctx()})
    assert owner.stats.slow["rewrite_request"] >= 3
    said = [one.message for one in caplog.records if "is slow" in one.message]
    assert len(said) == 1
    assert "plugin 'mine' (cgb-mine 1.0) is slow: its rewrite_request held up all requests for" in said[0]


async def test_a_forgotten_await_is_hinted_at():
    async def other():
        return "x"

    async def coroutine():
        return other()

    with pytest.raises(Internal, match="returned coroutine where str was due: an `await` is missing"):
        await step(coroutine).answer((str,), {"ctx": ctx()})


async def test_time_is_counted_also_where_it_was_in_vain():
    context = ctx()

    async def slow():
        await asyncio.sleep(0.01)
        raise InvalidRequest("No.")

    await step(lambda: "x").answer((str,), {"ctx": context})
    before = context.plugin_s["mine"]
    with pytest.raises(InvalidRequest):
        await step(slow).answer((str,), {"ctx": context})
    assert context.plugin_s["mine"] - before >= 0.005


async def test_a_chain_hands_on():
    chained = (step(lambda text: text + "b", "text"), step(lambda text, more: text + more, "text", "more"))
    assert await chain(chained, "text", "a", more="c", ctx=ctx()) == "abc"
    assert await chain((), "text", "a", ctx=ctx()) == "a"


async def test_a_chain_stops_at_a_wrong_type():
    with pytest.raises(Internal, match="returned int where str was due"):
        await chain((step(lambda text: 5, "text"), step(lambda text: 1 / 0, "text")), "text", "a", ctx=ctx())


def test_steps_come_in_the_order_of_the_plugins():
    def namespace(name):
        @hookimpl
        def rewrite_request(request, settings=None):
            return request

        return SimpleNamespace(__name__=name, rewrite_request=rewrite_request)

    mine = Settings()
    plugins = [plugin_of(namespace(name)) for name in ("one", "two", "three")]
    found = steps(manager(plugins), "rewrite_request", {"two": mine})
    assert [(one.plugin, one.settings) for one in found] == [("one", None), ("two", mine), ("three", None)]
    assert steps(manager(plugins), "fit_request", {}) == ()


def test_an_argument_with_a_default_is_given_too():
    settings = Settings()

    @hookimpl
    def rewrite_request(request, settings=None, *, ctx=None):
        return request, settings, ctx

    made = manager([plugin_of(SimpleNamespace(rewrite_request=rewrite_request), "mine")])
    (only,) = steps(made, "rewrite_request", {"mine": settings})
    request, given, context = only.call({"request": REQUEST, "ctx": ctx()})
    assert (request, given, context.plugin) == (REQUEST, settings, "mine")


def test_at_start_a_step_returns_what_is_due():
    assert step(lambda: "x").begin(str) == "x"


def test_at_start_a_fault_is_a_plugin_error_in_one_line():
    with pytest.raises(PluginError, match=r"^plugin 'mine': its list_models returned int where str was due\.$"):
        step(lambda: 5, hook="list_models").begin(str)
    with pytest.raises(PluginError, match=r"^plugin 'mine': its list_models raised KeyError: 'x'\.$"):
        step(lambda: {}["x"], hook="list_models").begin(str)


def test_at_start_a_plugin_may_say_itself_what_is_wrong():
    def function():
        raise PluginError("Install something.")

    with pytest.raises(PluginError, match=r"^Install something\.$"):
        step(function).begin(str)
