"""A plugin's transport names its plugin in whatever it does wrong; `send` is tested with the pipeline."""

import asyncio

import pytest

from cgb import Context, Finding, Internal, Model, Overloaded, Route, Target, Transport
from cgb.isolation.guarded import GuardedTransport
from cgb.isolation.owners import Owner
from cgb.isolation.stats import HookLimits, PluginStats
from cgb.steps import Step
from cgb.testing import ScriptedTransport, request_of

ROUTE = Route("mine", "m")
BLAMED = r"cgb's plugin 'mine' \(cgb-mine 1\.0\) is at fault: its Transport\.{} {}"


def guarded(transport, hook="open_transport"):
    owner = Owner("cgb-mine 1.0", PluginStats(), HookLimits(timeout_s=0.01))
    return GuardedTransport(transport, Step("mine", hook, print, (), None, owner))


def returning(**methods):
    transport = Transport()
    for name, result in methods.items():
        setattr(transport, name, lambda *_, result=result: result)
    return transport


def raising(*names):
    def fails(*_):
        raise KeyError("sesame")

    transport = Transport()
    for name in names:
        setattr(transport, name, fails)
    return transport


def test_what_it_says_comes_through():
    model = Model("m", ROUTE)
    one = guarded(returning(models=[model], target=Target(output_tokens=7), missing=[Finding(ok=False, text="no key")]))
    assert one.models() == [model]
    assert one.target("m").output_tokens == one.target_of(ROUTE).output_tokens == 7
    assert one.missing() == [Finding(ok=False, text="no key")]
    assert one.refresh() is None


@pytest.mark.parametrize(("method", "given"), [("models", ()), ("target", ("m",)), ("target_of", (ROUTE,))])
def test_what_it_raises_is_its_fault(method, given):
    with pytest.raises(Internal, match=BLAMED.format(method, "raised KeyError")):
        getattr(guarded(raising(method)), method)(*given)


@pytest.mark.parametrize(
    ("method", "given", "wrong", "how"),
    [
        ("models", (), None, "returned NoneType where Sequence was due"),
        ("models", (), ["m"], "returned str where Model was due"),
        ("target", ("m",), None, "returned NoneType where Target was due"),
    ],
)
def test_another_thing_than_is_due_is_its_fault(method, given, wrong, how):
    with pytest.raises(Internal, match=BLAMED.format(method, how)):
        getattr(guarded(returning(**{method: wrong})), method)(*given)


def test_what_nobody_waits_for_fails_nothing(caplog):
    one = guarded(raising("missing", "refresh"))
    one.refresh()
    (finding,) = one.missing()
    assert not finding.ok
    assert "its Transport.missing raised KeyError" in finding.text
    assert "plugin 'mine' (cgb-mine 1.0) failed in Transport.refresh" in caplog.text


async def test_a_check_that_fails_or_hangs_is_a_finding():
    async def hangs():
        await asyncio.Event().wait()

    async def fails():
        raise KeyError

    for check, how in ((hangs, "did not return within 0.01 s"), (fails, "raised KeyError")):
        transport = Transport()
        transport.check = check
        (finding,) = await guarded(transport).check()
        assert f"its Transport.check {how}" in finding.text
    assert await guarded(Transport()).check() == ()


async def test_tokens_are_counted_by_it():
    request = request_of("Hello")
    assert await guarded(ScriptedTransport()).count_tokens(request, ROUTE, Context(request)) > 0


async def test_its_notes_bear_its_name_and_its_refusals_come_through():
    async def send(request, route, ctx):
        ctx.note("asked", "Here.")
        yield next(iter(()), Overloaded("No room."))

    request = request_of("Hello")
    ctx = Context(request)
    one = guarded(Transport())
    one.inner.send = send
    one = guarded(one.inner)
    await anext(one.send(request, ROUTE, ctx))
    assert ctx.notes[0].plugin == "mine"
    assert ctx.plugin_s == {"mine": 0.0}


def test_a_wrapper_is_known_by_its_hook():
    wrapper = guarded(raising("send"), "wrap_transport")
    request = request_of("Hello")
    with pytest.raises(Internal, match="its wrap_transport raised KeyError"):
        wrapper.send(request, ROUTE, Context(request))
