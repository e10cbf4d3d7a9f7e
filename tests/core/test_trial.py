from cgb import RateLimited
from cgb.testing import ScriptedTransport, opened
from cgb.trial import MODEL, try_model


async def test_one_small_request_is_sent():
    transport = ScriptedTransport("pong")
    async with opened([transport]) as pipeline:
        result = await try_model(pipeline, MODEL)
    assert (result["ok"], result["model"], result["routes"]) == (True, MODEL, [f"scripted/{MODEL}"])
    assert result["message"]["content"][0]["text"] == "pong"
    assert result["seconds"] >= 0
    assert transport.requests[0].request.max_tokens == 64


async def test_what_fails_is_told_as_the_client_would_see_it():
    async with opened([ScriptedTransport(RateLimited("Used up."))]) as pipeline:
        result = await try_model(pipeline, "claude-x")
    assert (result["ok"], result["status"], result["type"]) == (False, 429, "error")
    assert result["error"] == {"type": "rate_limit_error", "message": "Used up."}
    assert result["request_id"].startswith("req_")


async def test_an_empty_answer_fails():
    async with opened([ScriptedTransport(())]) as pipeline:
        result = await try_model(pipeline, "m")
    assert (result["ok"], result["status"]) == (False, 502)


async def test_a_plugin_that_fails_is_named():
    async with opened([ScriptedTransport([KeyError("sesame")])]) as pipeline:
        result = await try_model(pipeline, "m")
    assert (result["ok"], result["status"]) == (False, 500)
    assert "plugin 'scripted' (cgb.testing) is at fault" in result["error"]["message"]


async def test_without_a_route_it_says_so():
    async with opened([]) as pipeline:
        result = await try_model(pipeline, "m")
    assert (result["ok"], result["status"], result["routes"]) == (False, 404, [])
    assert result["error"]["message"] == "no plugin has a route for the model 'm'."
