import asyncio
import socket

import aiohttp
import pytest

from cgb.testing.gemini_server import SimulatedGemini

KEY = {"x-goog-api-key": "secret"}
BODY = {"contents": [{"role": "user", "parts": [{"text": "Hello."}]}]}
PATH = "/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse"


def post(session, gemini):
    return session.post(gemini.url + PATH, json=BODY, headers=KEY)


def test_in_the_loop_of_the_caller():
    async def main():
        async with SimulatedGemini() as gemini, aiohttp.ClientSession() as session:
            async with post(session, gemini) as response:
                assert response.headers["Content-Type"] == "text/event-stream"
                assert "You said: Hello." in (await response.text()).replace("\\n", "\n")
            (call,) = gemini.calls
            assert (call.method, call.model, call.status) == ("streamGenerateContent", "gemini-3-pro", 200)
            assert call.body == BODY
            assert call.headers["x-goog-api-key"] == "***"
            assert call.finished_at >= call.started_at

    asyncio.run(main())


@pytest.mark.parametrize("after", [0, 1])
def test_a_client_that_leaves_is_noticed(after):
    async def main():
        async with SimulatedGemini() as gemini, aiohttp.ClientSession() as session:
            gemini.reply({"text": "abc", "chunks": 3, "fault": {"kind": "hang", "after": after}})
            async with post(session, gemini) as response:
                if after:
                    await response.content.readline()
            (call,) = gemini.calls
            assert await asyncio.to_thread(call.wait)
            assert call.cancelled
            assert call.status == 200

    asyncio.run(main())


def test_a_client_that_leaves_a_single_answer():
    async def main():
        async with Announcing() as gemini, aiohttp.ClientSession() as session:
            gemini.reply({"text": "x", "delay": 0.001, "fault": {"kind": "hang"}})
            url = gemini.url + PATH.replace("streamGenerateContent?alt=sse", "generateContent")
            asking = asyncio.ensure_future(session.post(url, json=BODY, headers=KEY).__aenter__())
            await gemini.arrived.wait()
            asking.cancel()
            (call,) = gemini.calls
            assert await asyncio.to_thread(call.wait)
            assert call.cancelled

    asyncio.run(main())


class Announcing(SimulatedGemini):
    """Says when a call has come in."""

    def __init__(self):
        super().__init__()
        self.arrived = asyncio.Event()

    def turn(self, request, headers):
        self.arrived.set()
        return super().turn(request, headers)


def test_a_client_that_leaves_before_the_headers():
    async def main():
        async with Announcing() as gemini, aiohttp.ClientSession() as session:
            gemini.reply({"text": "x", "fault": {"kind": "hang", "after": 0, "headers": False}})
            asking = asyncio.ensure_future(post(session, gemini).__aenter__())
            await gemini.arrived.wait()
            asking.cancel()
            (call,) = gemini.calls
            assert await asyncio.to_thread(call.wait)
            assert (call.cancelled, call.status) == (True, 499)

    asyncio.run(main())


def test_stopping_does_not_wait_for_hanging_calls():
    async def main():
        async with aiohttp.ClientSession() as session:
            async with asyncio.timeout(10):
                async with SimulatedGemini() as gemini:
                    gemini.reply({"text": "abc", "fault": {"kind": "hang"}})
                    response = await post(session, gemini)
            response.close()

    asyncio.run(main())


def test_pieces_wait_for_their_delay(monkeypatch):
    waited = []
    real = asyncio.sleep

    async def no_sleep(seconds):
        waited.append(seconds)
        await real(0)

    async def main():
        async with SimulatedGemini(chunk_delay_s=7) as gemini, aiohttp.ClientSession() as session:
            monkeypatch.setattr("cgb.testing.gemini_server.writers.asyncio.sleep", no_sleep)
            gemini.reply({"text": "ab", "chunks": 2}, {"text": "ab", "chunks": 2, "delay": 3})
            for _ in range(2):
                async with post(session, gemini) as response:
                    await response.read()
            monkeypatch.undo()

    asyncio.run(main())
    assert waited == [7, 7, 7, 3, 3, 3]


def test_in_a_thread(client):
    client.generate({})
    client.generate({"foo": 1})
    assert [violation.rule for violation in client.gemini.violations] == ["unknown-field"]
    client.gemini.reply({"text": "never"})
    client.gemini.reset()
    assert client.gemini.calls == []
    assert client.generate({}).said.startswith("You said")


def test_a_port_that_is_taken():
    with SimulatedGemini.in_thread() as gemini:
        port = int(gemini.url.rpartition(":")[2])
        with pytest.raises(OSError, match="address already in use"), SimulatedGemini.in_thread(port):
            pass


def test_a_port_of_choice():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with SimulatedGemini.in_thread(port) as gemini:
        assert gemini.url == f"http://127.0.0.1:{port}"


def test_a_demo_says_so(client):
    with SimulatedGemini.in_thread(demo=True) as gemini:
        client.gemini = gemini
        assert client.generate({}).said.startswith("[Simulated Gemini (demo), no real model] ")
        config = {"responseMimeType": "application/json"}
        assert client.generate({"generationConfig": config}).said.startswith("{")
        for _ in range(101):
            client.send("GET", "/v1beta/models")
        assert len(gemini.calls) == 100


def test_a_misspelt_step_is_an_error(client):
    with pytest.raises(TypeError, match="txet"):
        client.gemini.reply({"txet": "x"})


def test_the_public_sdk_works_a_tool_loop(client):
    from google import genai

    declaration = {"name": "Bash", "parameters_json_schema": {"type": "object", "properties": {}}}
    config = {"tools": [{"function_declarations": [declaration]}], "thinking_config": {"include_thoughts": True}}
    options = {"base_url": client.gemini.url, "api_version": "v1beta"}
    with genai.Client(api_key="key", http_options=options) as sdk:
        ask = sdk.models.generate_content_stream
        question = {"role": "user", "parts": [{"text": "Use a tool."}]}
        chunks = list(ask(model="gemini-3-pro", contents=[question], config=config))
        parts = [part for chunk in chunks for part in chunk.candidates[0].content.parts if part.function_call]
        call = parts[0].function_call
        result = {"function_response": {"name": call.name, "id": call.id, "response": {"output": "hi"}}}
        contents = [question, {"role": "model", "parts": parts}, {"role": "user", "parts": [result]}]
        answer = "".join(chunk.text or "" for chunk in ask(model="gemini-3-pro", contents=contents, config=config))
    assert answer == "The tool said: hi"
    assert client.gemini.violations == []
