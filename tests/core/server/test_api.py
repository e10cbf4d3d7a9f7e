from importlib.metadata import version

import pytest

from cgb.testing import ScriptedTransport


async def test_openapi_describes_the_api(serving):
    async with serving(ScriptedTransport()) as bridge, bridge.client.get("/openapi.json") as response:
        assert response.status == 200
        described = await response.json()
    assert described["info"]["version"] == version("claude-gemini-bridge")
    assert {"/v1/messages", "/v1/messages/count_tokens", "/v1/models", "/health"} <= set(described["paths"])
    body = described["paths"]["/v1/messages"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert {"model", "messages"} <= set(body["required"])


async def test_docs_are_there(serving):
    async with serving(ScriptedTransport()) as bridge, bridge.client.get("/docs") as response:
        assert response.status == 200


async def test_a_bug_is_an_error_in_anthropics_shape(serving):
    async with serving(ScriptedTransport()) as bridge:

        @(await bridge.app.fastapi()).get("/broken")
        async def broken():
            return 1 / 0

        async with bridge.client.get("/broken") as response:
            assert response.status == 500
            body = await response.json()
            assert body["error"]["type"] == "api_error"
            assert "ZeroDivisionError" in body["error"]["message"]
            assert body["request_id"] == response.headers["request-id"]
        async with bridge.client.get("/") as response:
            assert response.status == 200


async def test_other_http_errors_keep_their_status(serving):
    from starlette.exceptions import HTTPException

    async with serving(ScriptedTransport()) as bridge:

        @(await bridge.app.fastapi()).get("/teapot")
        async def teapot():
            raise HTTPException(418, "I am a teapot")

        async with bridge.client.get("/teapot") as response:
            assert response.status == 418
            assert (await response.json())["error"] == {"type": "api_error", "message": "I am a teapot"}


async def test_an_unknown_path_is_a_404(serving):
    async with serving(ScriptedTransport()) as bridge, bridge.client.get("/v2/nothing") as response:
        assert response.status == 404
        error = (await response.json())["error"]
    assert error["type"] == "not_found_error"
    assert error["message"] == "there is no GET /v2/nothing; the API is at /v1/messages, its docs at /docs."


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/messages"), ("DELETE", "/v1/messages"), ("POST", "/v1/models"), ("PUT", "/")]
)
async def test_a_wrong_method_is_a_405(serving, method, path):
    async with serving(ScriptedTransport()) as bridge, bridge.client.request(method, path) as response:
        assert response.status == 405
        assert response.headers["allow"]
        error = (await response.json())["error"]
    assert error == {"type": "invalid_request_error", "message": f"{method} {path} is not allowed."}
