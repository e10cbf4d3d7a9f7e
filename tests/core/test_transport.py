import asyncio

import pytest

from cgb import Context, Finding, Model, Route, Target, Transport, TransportWrapper
from cgb.testing import ScriptedTransport, request_of, text_answer

REQUEST = request_of("Hello")
ROUTE = Route("a", "m")


class Full(ScriptedTransport):
    """Overrides everything a transport may say."""

    async def count_tokens(self, request, route, ctx):
        return 42

    refreshed = False

    def refresh(self):
        self.refreshed = True

    def missing(self):
        return [Finding(ok=False, text="key")]

    async def check(self):
        return [Finding(ok=True, text="fine")]

    def render(self, request, route):
        return {"model": route.model}


async def read(transport):
    return [event async for event in transport.send(REQUEST, ROUTE, Context(REQUEST))]


def test_a_route_reads_as_transport_and_model():
    assert str(Route("gemini", "models/pro")) == "gemini/models/pro"


def test_routes_are_values():
    assert Route("a", "m") == Route("a", "m")
    with pytest.raises(AttributeError):
        Route("a", "m").model = "x"


async def test_a_transport_needs_only_send():
    plain = Transport()
    with pytest.raises(NotImplementedError):
        plain.send(REQUEST, ROUTE, Context(REQUEST))
    assert await plain.count_tokens(REQUEST, ROUTE, Context(REQUEST)) > 0
    assert plain.models() == ()
    assert plain.target("m") == Target()
    assert plain.missing() == ()
    assert await plain.check() == ()
    assert plain.render(REQUEST, ROUTE) is None
    assert plain.refresh() is None


async def test_a_check_says_what_is_missing():
    class Poor(Transport):
        def missing(self):
            return [Finding(ok=False, text="no key", fix="set it")]

    assert await Poor().check() == [Finding(ok=False, text="no key", fix="set it")]


async def test_a_wrapper_hands_everything_through():
    said = list(text_answer("m", "Hi."))
    inner = Full(said, target=Target(output_tokens=5), models=[Model("m", ROUTE)])
    outer = TransportWrapper(TransportWrapper(inner))
    ctx = Context(REQUEST)
    assert await read(outer) == said
    assert await outer.count_tokens(REQUEST, ROUTE, ctx) == 42
    assert outer.models() == inner.models() != ()
    assert outer.target("m") == outer.target_of(ROUTE) == Target(output_tokens=5)
    assert outer.missing() == [Finding(ok=False, text="key")]
    assert await outer.check() == [Finding(ok=True, text="fine")]
    assert outer.render(REQUEST, ROUTE) == {"model": "m"}
    outer.refresh()
    assert inner.refreshed


def test_a_wrapper_overrides_every_method_of_a_transport():
    methods = {name for name in vars(Transport) if not name.startswith("_")}
    assert methods == {name for name in vars(TransportWrapper) if not name.startswith("_")}


def test_a_wrapper_may_change_one_thing():
    class Renaming(TransportWrapper):
        def send(self, request, route, ctx):
            return self.inner.send(request, Route(route.transport, "other"), ctx)

    inner = ScriptedTransport("Hi.")
    asyncio.run(read(Renaming(inner)))
    assert inner.requests[0].route == Route("a", "other")
