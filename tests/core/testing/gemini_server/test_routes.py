import pytest

from cgb.testing.gemini_server import SimulatedGemini
from cgb.testing.gemini_server.catalog import MODELS

BODY = {"contents": [{"role": "user", "parts": [{"text": "Hello."}]}]}
PATH = "/v1beta/models/gemini-3-pro:generateContent"


def test_no_key(client):
    answer = client.send("POST", PATH, BODY, {})
    assert answer.status == client.gemini.calls[0].status == 403
    assert answer.message == (
        "Method doesn't allow unregistered callers (callers without established identity). Please use API Key "
        "or other form of API consumer identity to call this API."
    )
    assert answer.json["error"]["status"] == "PERMISSION_DENIED"


def test_bearer(client):
    answer = client.send("POST", PATH, BODY, {"Authorization": "Bearer key"})
    assert (answer.status, answer.json["error"]["status"]) == (401, "UNAUTHENTICATED")
    assert answer.message.startswith("Request had invalid authentication credentials. Expected OAuth 2 access")
    assert client.gemini.calls[0].headers["authorization"] == "***"


def test_the_wrong_key(client):
    with SimulatedGemini.in_thread(api_key="right") as gemini:
        client.gemini = gemini
        answer = client.send("POST", PATH, BODY, {"x-goog-api-key": "wrong"})
        assert (answer.status, answer.json["error"]["status"]) == (400, "INVALID_ARGUMENT")
        assert answer.message == "API key not valid. Please pass a valid API key."
        info, localized = answer.json["error"]["details"]
        assert info["reason"] == "API_KEY_INVALID"
        assert localized["message"] == answer.message
        assert gemini.violations == []
        assert client.send("POST", f"{PATH}?key=right", BODY, {}).status == 200


@pytest.mark.parametrize("version", ["v1beta", "v1", "v1alpha"])
def test_versions(client, version):
    assert client.send("POST", f"/{version}/models/gemini-3-pro:generateContent", BODY).status == 200


def test_other_paths(client):
    assert client.send("POST", "/v2/models/gemini-3-pro:generateContent", BODY).status == 404
    assert client.send("POST", "/v1beta/models/gemini-3-pro:embedContent", BODY).status == 404


def test_an_unknown_model(client):
    answer = client.generate({}, "gemini-1.0-pro")
    assert (answer.status, answer.json["error"]["status"]) == (404, "NOT_FOUND")
    assert answer.message.startswith(
        "models/gemini-1.0-pro is not found for API version v1beta, or is not supported for generateContent."
    )
    assert client.gemini.violations == []


def test_the_models(client):
    first = client.send("GET", "/v1beta/models?pageSize=10").json
    rest = client.send("GET", f"/v1beta/models?pageToken={first['nextPageToken']}").json
    names = [model["name"] for model in (*first["models"], *rest["models"])]
    assert names == [f"models/{name}" for name in MODELS]
    assert "nextPageToken" not in rest
    assert [call.method for call in client.gemini.calls] == ["models", "models"]


def test_one_model(client):
    model = client.send("GET", "/v1beta/models/gemini-flash-latest").json
    assert model["name"] == "models/gemini-3.8-flash"
    assert model["inputTokenLimit"] == 1_048_576
    assert client.send("GET", "/v1beta/models/nobody").status == 404


def test_a_stream_without_sse_is_one_array(client):
    client.gemini.reply({"text": "abcd", "chunks": 2})
    answer = client.post("streamGenerateContent", BODY, "gemini-2.5-pro")
    first, second = answer.json
    assert first["candidates"][0]["content"]["parts"] == [{"text": "ab"}]
    assert second["candidates"][0]["finishReason"] == "STOP"
    assert answer.headers["Content-Type"].startswith("application/json")


def test_errors_of_an_array_are_an_array(client):
    (error,) = client.post("streamGenerateContent", {"foo": 1}).json
    assert error["error"]["code"] == 400
    client.gemini.reply({"text": "abcd", "chunks": 2, "fault": {"kind": "error_frame"}})
    frame, error = client.post("streamGenerateContent", BODY).json
    assert (len(frame["candidates"]), error["error"]["code"]) == (1, 503)


def test_counting(client):
    answer = client.post("countTokens", BODY)
    assert answer.json["totalTokens"] == answer.json["promptTokensDetails"][0]["tokenCount"] > 0
    whole = {"generateContentRequest": {"model": "models/gemini-3-pro", **BODY, "tools": [{"googleSearch": {}}]}}
    assert client.post("countTokens", whole).json["totalTokens"] > answer.json["totalTokens"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({**BODY, "tools": []}, 'Invalid JSON payload received. Unknown name "tools": Cannot find field.'),
        (
            {**BODY, "systemInstruction": {}},
            'Invalid JSON payload received. Unknown name "systemInstruction": Cannot find field.',
        ),
        ({"generateContentRequest": BODY}, "* GenerateContentRequest.model: unexpected model name format\n"),
        (
            {**BODY, "generateContentRequest": {"model": "models/gemini-3-pro", **BODY}},
            (
                "* CountTokensRequest.generate_content_request: only one of contents and generate_content_request "
                "may be set.\n"
            ),
        ),
        ({}, "* GenerateContentRequest.contents: contents is not specified\n"),
    ],
)
def test_what_counting_refuses(client, body, text):
    assert client.rejected(body, method="countTokens") == text


def test_a_body_that_is_too_big(client, monkeypatch):
    monkeypatch.setattr("cgb.testing.gemini_server.routes.BODY_LIMIT", 100)
    with SimulatedGemini.in_thread() as gemini:
        client.gemini = gemini
        message = client.rejected({"contents": [{"parts": [{"text": "x" * 100}]}]})
    assert message == "Request payload size exceeds the limit: 100 bytes."
