import gc
from contextlib import aclosing

import pytest

from cgb import Model, Route, Target, TransportWrapper
from cgb.config import Config
from cgb.context import Context
from cgb.explain.watched import WatchedPipeline
from cgb.plugins import Plugin
from cgb.testing import ScriptedTransport, plugin_of, request_of

from .conftest import again, loud, plugin, saying


async def seen(*plugins, answer=None):
    """The trail of a request that these plugins have answered."""
    made = [plugin_of(one) for one in plugins]
    request = request_of("Hello")
    async with WatchedPipeline.open(made, Config()) as pipeline:
        pipeline.trail.answer = answer or saying()
        ctx = Context(request)
        events = [event async for event in pipeline.send(request, ctx)]
    return pipeline.trail, events


async def test_each_request_stage_is_seen_with_what_it_changed():
    async def rewrite_request(request):
        return request.with_(max_tokens=5)

    changing = plugin("changing", rewrite_request=rewrite_request, fit_request=lambda request: request.with_(top_k=1))
    idle = plugin("idle", rewrite_request=lambda request: request, fit_request=lambda request: request)
    trail, _ = await seen(ScriptedTransport(), changing, idle)
    assert [(stage.plugin, [change.path for change in stage.changes]) for stage in trail.rewrites] == [
        ("changing", ["/max_tokens"]),
        ("idle", []),
    ]
    (tried,) = trail.attempts
    assert [(stage.plugin, [change.path for change in stage.changes]) for stage in tried.fits] == [
        ("changing", ["/top_k"]),
        ("idle", []),
    ]
    assert tried.sent.wire == {**request_of("Hello").to_wire(), "max_tokens": 5, "top_k": 1}


async def test_a_change_in_place_is_laid_at_its_authors_door():
    def rewrite_request(request):
        request.tools[0].input_schema["type"] = "spoilt"
        return request

    tool = {"name": "t", "input_schema": {"type": "object"}}
    request = request_of({**request_of("Hello").to_wire(), "tools": [tool]})
    made = [plugin_of(one) for one in (plugin("sly", rewrite_request=rewrite_request),)]
    async with WatchedPipeline.open(made, Config()) as pipeline:
        await pipeline.rewrite(request, Context(request))
    (stage,) = pipeline.trail.rewrites
    assert [(change.path, change.after) for change in stage.changes] == [("/tools/0/input_schema/type", "spoilt")]


async def test_who_was_asked_for_a_route_is_seen():
    transport = ScriptedTransport()
    silent = plugin("silent", choose_route=lambda request: None)
    deaf = plugin("deaf", fit_request=lambda request: request)
    trail, _ = await seen(transport, deaf, silent)
    assert [(one.plugin, one.listed, one.route and one.route.model) for one in trail.decisions] == [
        ("silent", False, None),
        ("scripted", False, "claude-sonnet-5"),
    ]


async def test_a_listed_model_is_seen_as_such():
    listing = plugin("listing", list_models=lambda: [Model("claude-sonnet-5", Route("scripted", "own"))])
    trail, _ = await seen(ScriptedTransport(), listing)
    assert [(one.plugin, one.listed, one.route.model) for one in trail.decisions] == [("listing", True, "own")]


async def test_what_a_route_sets_is_no_plugins_change():
    def choose_route(request):
        return Route("scripted", "m", set={"max_tokens": 7})

    trail, _ = await seen(
        ScriptedTransport(), plugin("a", choose_route=choose_route, fit_request=lambda request: request)
    )
    (tried,) = trail.attempts
    assert [(change.path, change.after) for change in tried.set] == [("/max_tokens", 7)]
    assert tried.fits[0].changes == ()


async def test_each_stream_stage_is_seen_with_what_it_read_and_yielded():
    trail, events = await seen(ScriptedTransport(), loud("loud"), loud("louder"))
    (tried,) = trail.attempts
    assert {one.plugin for one in tried.streams} == {"loud", "louder"}
    louder = next(one for one in tried.streams if one.plugin == "louder")
    assert louder.received == tried.sent.events
    assert louder.yielded == next(one for one in tried.streams if one.plugin == "loud").received
    assert events[2].text == "HELLO"


async def test_each_wrapper_is_seen_from_both_sides():
    trail, _ = await seen(ScriptedTransport(), again("again", max_tokens=9), answer=saying(failing=1))
    assert [plugin for plugin, _ in trail.layers] == ["", "again"]
    inside, outside = (passages for _, passages in trail.layers)
    assert [one.wire["max_tokens"] for one in inside] == [1024, 9]
    assert len(outside) == 1
    assert len(trail.attempts) == 2


async def test_the_transport_itself_is_not_asked():
    transport = ScriptedTransport("real", target=Target(output_tokens=3))
    trail, events = await seen(transport)
    assert transport.requests == []
    assert events[2].text == "hello"
    assert trail.attempts[0].sent.route == Route("scripted", "claude-sonnet-5")


async def test_a_live_transport_is_asked():
    transport = ScriptedTransport("real")
    request = request_of("Hello")
    async with WatchedPipeline.open([plugin_of(transport)], Config()) as pipeline:
        pipeline.trail.live = {"scripted"}
        events = [event async for event in pipeline.send(request, Context(request))]
    assert events[2].text == "real"


async def test_what_a_client_leaves_is_closed_at_once():
    closed = []

    async def transform_stream(events):
        try:
            async for event in events:
                yield event
        finally:
            closed.append("stage")

    class Closing(TransportWrapper):
        async def send(self, request, route, ctx):
            try:
                async with aclosing(self.inner.send(request, route, ctx)) as inner:
                    async for event in inner:
                        yield event
            finally:
                closed.append("wrapper")

    made = plugin("a", transform_stream=transform_stream, wrap_transport=lambda transport: Closing(transport))
    request = request_of("Hello")
    gc.disable()
    try:
        async with WatchedPipeline.open([plugin_of(ScriptedTransport()), plugin_of(made)], Config()) as pipeline:
            pipeline.trail.answer = saying()
            events = pipeline.send(request, Context(request))
            await anext(events)
            await events.aclose()
            assert closed == ["stage", "wrapper"]
    finally:
        gc.enable()


@pytest.mark.parametrize("plugins", [[], [plugin_of(ScriptedTransport())]])
async def test_its_plugins_are_those_it_was_opened_with(plugins: list[Plugin]):
    async with WatchedPipeline.open(plugins, Config()) as pipeline:
        assert list(pipeline.plugins) == plugins
