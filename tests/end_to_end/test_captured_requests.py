"""Every request that was captured from Claude Code, through a real bridge to each kind of simulated service."""

import asyncio
import http.client
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from anyio.from_thread import start_blocking_portal
from tests.fixtures import Captured, posted
from tests.plugins.litellm.kit import QUIET

from cgb import Message
from cgb.config import Config
from cgb.messages import CARRY_FIELD, carried
from cgb.server import create_app
from cgb.sse import decode
from cgb.testing import SimulatedGemini, assert_stream
from cgb.testing.openai_server import SimulatedOpenAI

POSTED = posted()
COUNTED = [name for name, one in POSTED.items() if one.path.endswith("/count_tokens")]
ASKED = [name for name in POSTED if name not in COUNTED]
WITH_TOOLS = [name for name in ASKED if any("input_schema" in tool for tool in POSTED[name].json.get("tools", ()))]
KEY = "a-test-key"
NEW_EACH_TIME = {"id", "tool_use_id", CARRY_FIELD, "data", "signature"}
SENT = ("accept", "user-agent", "x-app")
GEMINI, GEMINI_THROUGH_LITELLM, OPENAI_THROUGH_LITELLM = WAYS = ("gemini", "litellm-gemini", "litellm-openai")

pytestmark = QUIET


@dataclass
class Bridge:
    """A bridge that is listening, and the service it leads to."""

    url: str
    way: str
    service: Any

    def send(self, captured: Captured, **fields: Any) -> tuple[int, bytes]:
        """A captured request as it was sent, but for some fields; what came back."""
        body = json.dumps({**captured.json, **fields}).encode()
        ours = {
            name: value
            for name, value in captured.headers.items()
            if name in SENT or name.startswith(("anthropic", "x-"))
        }
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        try:
            connection.request(
                "POST", f"{captured.path}?{captured.query}", body, {**ours, "content-type": "application/json"}
            )
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


class _Server(uvicorn.Server):
    """Uvicorn that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


def configured(way: str, url: str) -> Mapping[str, Any]:
    """The configuration that leads every request that way."""
    if way == GEMINI:
        return {"gemini": {"base_url": url, "api_key": KEY, "refresh_models": False}}
    if way == GEMINI_THROUGH_LITELLM:
        return {"model-map": {"transport": "litellm"}, "litellm": {"gemini_base_url": url, "gemini_api_key": KEY}}
    everything = {"name": "everything", "to": "litellm/openai/gpt-5-simulated"}
    return {"routing": {"rules": [everything]}, "litellm": {"api_base": f"{url}/v1", "api_key": KEY}}


@contextmanager
def serving(way: str, service: Any) -> Iterator[Bridge]:
    """A bridge with the default plugins, on a real socket, in a thread."""
    app = create_app(Config({"plugins": "default", "plugin": configured(way, service.url)}))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = _Server(uvicorn.Config(app, ws="none", log_config=None, access_log=False, lifespan="on"))
        thread = threading.Thread(target=server.run, args=([listener],), name="bridge", daemon=True)
        thread.start()
        try:
            assert server.listening.wait(60)
            yield Bridge(f"http://127.0.0.1:{listener.getsockname()[1]}", way, service)
        finally:
            server.should_exit = True
            thread.join(60)


@pytest.fixture(scope="module", params=WAYS)
def whole(request: pytest.FixtureRequest) -> Iterator[Bridge]:
    simulated = SimulatedOpenAI if request.param == OPENAI_THROUGH_LITELLM else SimulatedGemini
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(simulated(api_key=KEY)) as service,
        serving(request.param, service) as bridge,
    ):
        yield bridge


@pytest.fixture
def bridge(whole: Bridge) -> Iterator[Bridge]:
    """The bridge; after each test the service must have recorded no violation."""
    whole.service.calls.clear()
    yield whole
    assert whole.service.violations == []


def streamed(body: bytes) -> Message:
    """The answer of an event stream, which is in the grammar."""

    async def events() -> list[Any]:
        async def chunks() -> Any:
            yield body

        return [event async for event in decode(chunks())]

    return assert_stream(asyncio.run(events()))


def comparable(message: Message) -> dict[str, Any]:
    """A message without what is new each time: its id, its calls' ids and signatures."""
    wire = message.to_wire()
    wire.pop("id")
    for block in wire["content"]:
        for name in NEW_EACH_TIME & block.keys():
            memory = carried(str(block[name]))
            block[name] = sorted(memory.facts) if memory else None
    return wire


@pytest.mark.parametrize("name", ASKED)
def test_an_answer_streamed_and_plain(name: str, bridge: Bridge) -> None:
    status, body = bridge.send(POSTED[name], stream=True)
    assert status == 200, body
    found = streamed(body)
    status, body = bridge.send(POSTED[name], stream=False)
    assert status == 200, body

    plain = Message.model_validate_json(body)
    assert comparable(plain) == comparable(found)
    assert plain.id != found.id
    assert plain.model == POSTED[name].json["model"]
    assert plain.content
    assert plain.usage.input_tokens > 0
    assert plain.usage.output_tokens > 0
    assert plain.stop_reason == ("tool_use" if any(block.type == "tool_use" for block in plain.content) else "end_turn")
    assert len(bridge.service.calls) == 2


@pytest.mark.parametrize("name", ASKED)
def test_an_answer_as_the_client_asked_for_it(name: str, bridge: Bridge) -> None:
    """Also where `stream` is absent, which means plain."""
    status, body = bridge.send(POSTED[name])

    assert status == 200, body
    message = streamed(body) if POSTED[name].json.get("stream") else Message.model_validate_json(body)
    assert message.content


@pytest.mark.parametrize("name", WITH_TOOLS)
def test_a_tool_loop(name: str, bridge: Bridge) -> None:
    """A call comes back under the client's own name; with its result, it reaches the model with its own signature."""
    captured = POSTED[name]
    status, body = bridge.send(captured, tool_choice={"type": "any"}, stream=True)
    assert status == 200, body
    message = streamed(body)
    calls = [block for block in message.content if block.type == "tool_use"]
    assert {call.name for call in calls} & {tool["name"] for tool in captured.json["tools"]}

    results = [{"type": "tool_result", "tool_use_id": call.id, "content": "done"} for call in calls]
    turns = [{"role": "assistant", "content": message.to_wire()["content"]}, {"role": "user", "content": results}]
    status, body = bridge.send(captured, messages=[*captured.json["messages"], *turns], stream=True)
    assert status == 200, body

    first, second = bridge.service.calls
    said = "messages" if bridge.way == OPENAI_THROUGH_LITELLM else "contents"
    assert second.body[said][: len(first.body[said])] == first.body[said]
    assert getattr(second, "dummies", 0) == getattr(first, "dummies", 0)


@pytest.mark.parametrize("name", COUNTED)
def test_a_count(name: str, bridge: Bridge) -> None:
    status, body = bridge.send(POSTED[name])

    assert status == 200, body
    assert json.loads(body)["input_tokens"] > 0
    # Through LiteLLM it is an estimate.
    assert [call.method for call in bridge.service.calls] == ["countTokens"] * (bridge.way == GEMINI)


def test_all_of_them() -> None:
    assert len(POSTED) == 51
    assert len(COUNTED) == 3
    assert len(WITH_TOOLS) > 30
