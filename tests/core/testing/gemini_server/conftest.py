"""A simulated service on a real socket, and a plain client for it."""

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from cgb.testing.gemini_server import SimulatedGemini

MODEL = "gemini-3-flash-preview"
USER = {"role": "user", "parts": [{"text": "Hello."}]}


@dataclass
class Answer:
    status: int
    text: str
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def frames(self) -> list[Any]:
        return [json.loads(line[6:]) for line in self.text.split("\r\n") if line.startswith("data: ")]

    @property
    def message(self) -> str:
        return self.json["error"]["message"]

    @property
    def parts(self) -> list[Any]:
        return self.json["candidates"][0]["content"].get("parts", [])

    @property
    def said(self) -> str:
        return "".join(part.get("text", "") for part in self.parts if not part.get("thought"))


class Client:
    """Speaks HTTP to the service."""

    def __init__(self, gemini: SimulatedGemini) -> None:
        self.gemini = gemini

    def send(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection(self.gemini.url.removeprefix("http://"), timeout=30)
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        try:
            connection.request(method, path, data, {"x-goog-api-key": "key"} if headers is None else headers)
            response = connection.getresponse()
            return Answer(response.status, response.read().decode(), dict(response.headers))
        finally:
            connection.close()

    def post(self, method: str, body: Any, model: str = MODEL, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        path = f"/v1beta/models/{model}:{method}"
        return self.send("POST", path, body, {"x-goog-api-key": "key", **named})

    def generate(self, body: Any, model: str = MODEL, **headers: str) -> Answer:
        return self.post("generateContent", {"contents": [USER], **body}, model, **headers)

    def stream(self, body: Any, model: str = MODEL, **headers: str) -> Answer:
        whole = {"contents": [USER], **body}
        return self.post("streamGenerateContent?alt=sse", whole, model, **headers)

    def rejected(self, body: Any, model: str = MODEL, method: str = "generateContent") -> str:
        """The message of the 400 this body must get."""
        whole = {"contents": [USER], **body} if method != "countTokens" else body
        answer = self.post(method, whole, model)
        call = self.gemini.calls[-1]
        assert (answer.status, call.status) == (400, 400), answer.text
        assert call.violations
        assert answer.json["error"]["status"] == "INVALID_ARGUMENT"
        return answer.message

    def accepted(self, body: Any, model: str = MODEL) -> Answer:
        answer = self.generate(body, model)
        assert answer.status == 200, answer.text
        assert self.gemini.calls[-1].violations == ()
        return answer


@pytest.fixture
def gemini() -> Iterator[SimulatedGemini]:
    with SimulatedGemini.in_thread() as service:
        yield service


@pytest.fixture
def client(gemini: SimulatedGemini) -> Client:
    return Client(gemini)
