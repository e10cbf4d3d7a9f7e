import pytest

from cgb import Internal
from cgb.testing import ScriptedTransport

KEYS = ["open-sesame", "schlüssel"]


async def test_without_keys_anybody_may_ask(serving):
    async with serving(ScriptedTransport("Hi.")) as bridge, bridge.ask() as response:
        assert response.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"x-api-key": "open-sesame"},
        {"authorization": "Bearer open-sesame"},
        {"authorization": "bearer  open-sesame"},
        {"x-api-key": "wrong", "authorization": "Bearer open-sesame"},
        {"x-api-key": "open-sesame", "authorization": "Bearer wrong"},
        {"x-api-key": "schlüssel"},
    ],
)
async def test_either_header_shows_a_key(serving, headers):
    async with serving(ScriptedTransport("Hi."), api_keys=KEYS) as bridge, bridge.ask(headers=headers) as response:
        assert response.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-api-key": ""},
        {"x-api-key": "open-sesam"},
        {"x-api-key": "Open-Sesame"},
        {"authorization": "open-sesame"},
        {"authorization": "Basic open-sesame"},
        {"authorization": "Bearer"},
        {"authorization": "Bearer open-sesame x"},
        {"cookie": "x-api-key=open-sesame"},
    ],
)
@pytest.mark.parametrize("path", ["/v1/messages", "/v1/messages/count_tokens", "/v1/v1/messages"])
async def test_without_a_key_nobody_may_ask(serving, headers, path):
    transport = ScriptedTransport("Hi.")
    async with serving(transport, api_keys=KEYS) as bridge, bridge.ask(path=path, headers=headers) as response:
        assert response.status == 401
        assert response.headers["x-should-retry"] == "false"
        body = await response.json()
    assert body["error"]["type"] == "authentication_error"
    assert body["request_id"] == response.headers["request-id"]
    assert "sesame" not in body["error"]["message"]
    assert transport.requests == []


async def test_every_other_path_needs_a_key_too(serving):
    async with serving(ScriptedTransport(), api_keys=KEYS) as bridge:
        for path in (
            "/v1/models",
            "/v1/models/x",
            "/docs",
            "/openapi.json",
            "/test-connection",
            "/nowhere",
            "/health/",
        ):
            async with bridge.client.get(path) as response:
                assert response.status == 401, path


async def test_open_paths_need_none(serving):
    async with serving(ScriptedTransport(), api_keys=KEYS) as bridge:
        for path in ("/", "/api/hello", "/health"):
            async with bridge.client.get(path) as response:
                assert response.status == 200, path


async def test_v1_twice_is_v1(serving, hello):
    async with serving(ScriptedTransport("Hi."), api_keys=KEYS) as bridge:
        headers = {"x-api-key": "open-sesame"}
        async with bridge.ask(path="/v1/v1/messages?beta=true", headers=headers) as response:
            assert response.status == 200
            assert (await response.json())["content"][0]["text"] == "Hi."
        async with bridge.ask(path="/v1/v1/messages/count_tokens", headers=headers) as response:
            assert response.status == 200


async def test_every_response_has_an_id(serving, hello):
    async with serving(ScriptedTransport("Hi.", Internal("No."), "Hi.")) as bridge:
        asked = [("POST", "/v1/messages", hello), ("POST", "/v1/messages", hello)]
        asked += [("POST", "/v1/messages", {**hello, "stream": True}), ("POST", "/v1/messages", {})]
        asked += [("POST", "/v1/messages/count_tokens", hello)]
        asked += [("GET", path, None) for path in ("/", "/health", "/v1/models", "/v1/models/x", "/nowhere", "/docs")]
        asked += [("DELETE", "/v1/messages", None), ("HEAD", "/nowhere", None), ("POST", "/v1/messages/", hello)]
        ids = []
        for method, path, body in asked:
            async with bridge.client.request(method, path, json=body, allow_redirects=False) as response:
                ids.append(response.headers["request-id"])
    assert all(one.startswith("req_") for one in ids)
    assert len(set(ids)) == len(asked)
