import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from cgb import ConfigError, NotFound, PluginError, Route, TransportWrapper
from cgb.testing import ScriptedTransport

from .conftest import loud, plugin, saying


def marking(name):
    """A plugin with every request stage."""
    return plugin(
        name,
        rewrite_request=lambda request: request.with_(max_tokens=1),
        choose_route=lambda request: Route("scripted", "m", why="I say so"),
        fit_request=lambda request: request.with_(top_k=2),
    )


async def test_without_an_answer_nobody_waits(explained):
    closed = []

    class Patient(TransportWrapper):
        async def send(self, request, route, ctx):
            try:
                async for event in self.inner.send(request, route, ctx):
                    yield event
            except asyncio.CancelledError:
                closed.append("left")
                raise

    transport = ScriptedTransport("real")
    wrapping = plugin("patient", wrap_transport=lambda transport: Patient(transport))
    found = await explained(transport, marking("a"), loud("loud"), wrapping)
    assert transport.requests == []
    assert closed == ["left"]
    assert [str(attempt.route) for attempt in found.attempts] == ["scripted/m"]
    assert found.attempts[0].transform_stream == ()
    assert (found.answer, found.error) == (None, None)


@pytest.mark.parametrize(
    ("upto", "seen"),
    [
        ("rewrite_request", (1, 0, 0, 0)),
        ("choose_route", (1, 1, 0, 0)),
        ("fit_request", (1, 1, 1, 0)),
        ("transform_stream", (1, 1, 1, 1)),
    ],
)
async def test_it_ends_where_it_was_told_to(explained, upto, seen):
    found = await explained(ScriptedTransport(), marking("a"), loud("loud"), upto=upto, answer=saying())
    streams = sum(len(attempt.transform_stream) for attempt in found.attempts)
    assert (len(found.rewrite_request), len(found.choose_route), len(found.attempts), streams) == seen


async def test_it_cannot_end_with_what_is_no_stage(explained):
    with pytest.raises(ConfigError, match=r"cannot end with 'fit_reqest'\. Did you mean 'fit_request'\?"):
        await explained(ScriptedTransport(), upto="fit_reqest")


async def test_a_live_transport_answers(explained):
    found = await explained(ScriptedTransport("real"), live=("scripted",))
    assert found.answer["content"][0]["text"] == "real"


async def test_a_way_past_the_live_transports_is_refused_before_anybody_is_asked(explained):
    transport = ScriptedTransport("real")
    with pytest.raises(ConfigError, match="the request's way leads to scripted/claude-sonnet-5, and only other is"):
        await explained(transport, live=("other",))
    assert transport.requests == []


@pytest.mark.parametrize("hook", ["rewrite_request", "choose_route", "fit_request"])
async def test_a_plugin_that_fails_is_named(explained, hook):
    def fails():
        raise KeyError("sesame")

    found = await explained(ScriptedTransport(), plugin("bad", **{hook: fails}))
    assert found.error["status"] == 500
    assert f"plugin 'bad' (cgb.testing) is at fault: its {hook} raised KeyError" in found.error["error"]["message"]


async def test_a_stream_stage_that_fails_is_named(explained):
    async def transform_stream(events):
        async for event in events:
            yield event
        raise KeyError("sesame")

    found = await explained(
        ScriptedTransport(), loud("good"), plugin("bad", transform_stream=transform_stream), answer=saying()
    )
    assert "plugin 'bad' (cgb.testing) is at fault: its transform_stream" in found.error["error"]["message"]


async def test_a_wrapper_that_fails_is_named(explained):
    class Bad(TransportWrapper):
        async def send(self, request, route, ctx):
            raise KeyError("sesame")
            yield

    bad = plugin("bad", wrap_transport=lambda transport: Bad(transport))
    good = plugin("good", wrap_transport=lambda transport: TransportWrapper(transport))
    found = await explained(ScriptedTransport(), bad, good, answer=saying())
    assert "plugin 'bad' (cgb.testing) is at fault: its wrap_transport" in found.error["error"]["message"]


async def test_a_transport_that_cannot_render_is_named(explained):
    class Bad(ScriptedTransport):
        def render(self, request, route):
            raise KeyError("sesame")

    with pytest.raises(PluginError, match=r"plugin 'scripted': its Transport\.render raised KeyError"):
        await explained(Bad())


async def test_a_route_to_nowhere_is_told(explained):
    found = await explained(plugin("lost", choose_route=lambda request: Route("nowhere", "m")))
    assert found.error["status"] == NotFound.status
    assert found.attempts[0].target is None


async def test_a_plugin_that_answers_by_itself(explained):
    class Own(TransportWrapper):
        async def send(self, request, route, ctx):
            async for event in saying("own words")():
                yield event

    found = await explained(ScriptedTransport(), plugin("own", wrap_transport=lambda transport: Own(transport)))
    assert found.attempts == ()
    assert found.wrap_transport[0].asked == ()
    assert found.answer["content"][0]["text"] == "own words"


async def test_a_request_without_max_tokens_only_counts(explained):
    request = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
    found = await explained(ScriptedTransport(), request=request)
    assert found.request.kind == "count_tokens"


async def test_the_headers_tell_what_it_is_for(explained):
    found = await explained(ScriptedTransport(), headers={"x-claude-code-agent-id": "a"})
    assert found.request.kind == "subagent"


async def test_the_time_can_be_another(explained):
    came = []
    moment = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    watch = plugin("watch", rewrite_request=lambda request, ctx: came.append(ctx.at) or request)
    await explained(ScriptedTransport(), watch, at=moment)
    await explained(ScriptedTransport(), watch)
    assert came[0] == moment
    assert abs(came[1] - datetime.now(UTC)) < timedelta(minutes=5)
