import json
from collections import deque

from pydantic import SecretStr

from cgb import Note, Route, Target
from cgb.testing import ScriptedTransport

from .conftest import again, loud, plugin, saying


class Rendering(ScriptedTransport):
    """A transport that says what it would send."""

    def render(self, request, route):
        return {"to": route.model, "said": request.messages[0].content, "most": request.max_tokens}


async def test_what_it_tells_of_a_whole_way(explained):
    fitting = plugin("fitting", fit_request=lambda request, target: request.with_(max_tokens=target.output_tokens))
    transport = Rendering(target=Target(output_tokens=3))
    found = await explained(transport, fitting, loud("loud"), answer=saying())
    assert (found.request.kind, found.request.model, found.request.messages) == ("main", "claude-sonnet-5", 1)
    assert found.request.tokens > 0
    assert found.plugins == ("scripted", "fitting", "loud")
    assert found.route == Route("scripted", "claude-sonnet-5")
    (attempt,) = found.attempts
    assert attempt.target == Target(output_tokens=3)
    assert attempt.body == {"to": "claude-sonnet-5", "said": "Hello", "most": 3}
    assert attempt.fit_request[0].changes[0].after == 3
    assert [stage.plugin for stage in attempt.transform_stream] == ["loud"]
    assert found.answer["content"] == [{"type": "text", "text": "HELLO"}]
    assert found.error is None


async def test_streams_come_back_up_the_list(explained):
    found = await explained(ScriptedTransport(), loud("one"), loud("two"), answer=saying())
    assert [stage.plugin for stage in found.attempts[0].transform_stream] == ["two", "one"]
    assert [stage.changed for stage in found.attempts[0].transform_stream] == [1, 0]


async def test_wrappers_are_told_by_what_they_asked_for(explained):
    found = await explained(ScriptedTransport(), again("again", max_tokens=9), answer=saying(failing=1))
    (stage,) = found.wrap_transport
    assert [asking.route.model for asking in stage.asked] == ["claude-sonnet-5", "other"]
    assert [[change.path for change in asking.changes] for asking in stage.asked] == [[], ["/max_tokens"]]
    assert [str(attempt.route) for attempt in found.attempts] == ["scripted/claude-sonnet-5", "scripted/other"]


async def test_a_request_that_fails_is_told_as_far_as_it_came(explained):
    found = await explained(plugin("none", rewrite_request=lambda request: request.with_(max_tokens=1)))
    assert found.rewrite_request[0].plugin == "none"
    assert (found.route, found.attempts, found.schemas, found.answer) == (None, (), (), None)
    assert found.error["status"] == 404
    assert found.error["error"]["type"] == "not_found_error"


async def test_the_schemas_are_those_sent_at_last(explained):
    def fit_request(request, ctx):
        ctx.note("schema", "a", tool="t", changes=[{"path": "/x", "keyword": "k", "how": "dropped"}])
        return request.with_(tools=(request.tools[0].with_(input_schema={}),))

    tool = {"name": "t", "input_schema": {"type": "object", "x": 1}}
    request = {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "?"}], "tools": [tool]}
    found = await explained(ScriptedTransport(), plugin("fit", fit_request=fit_request), request=request)
    (schema,) = found.schemas
    assert (schema.tool, schema.bytes_after, schema.changes[0].how) == ("t", 2, "dropped")


async def test_its_json_has_stable_names_and_no_secret(explained):
    def choose_route(ctx):
        ctx.note("told", "a secret", key=SecretStr("hidden-one"), many={1, 2}, some=deque([1]))
        spare = Route("scripted", "n", options={"password": "hidden-two"})
        return Route("scripted", "m", fallbacks=(spare,), options={"api_key": "hidden-three", "region": "eu"})

    headers = {"authorization": "hidden-four"}
    found = await explained(
        ScriptedTransport(), plugin("c", choose_route=choose_route), headers=headers, answer=saying()
    )
    text = found.to_json()
    assert b"hidden" not in text
    told = json.loads(text)
    assert list(told) == [
        "request",
        "plugins",
        "rewrite_request",
        "choose_route",
        "route",
        "wrap_transport",
        "attempts",
        "schemas",
        "answer",
        "notes",
        "error",
    ]
    assert list(told["attempts"][0]) == ["route", "set", "fit_request", "target", "body", "transform_stream"]
    assert told["route"]["options"] == {"api_key": "**********", "region": "eu"}
    assert told["notes"][0]["plugin"] == "c"
    assert told["notes"][0]["data"]["some"] == [1]
    assert isinstance(found.notes[0], Note)
