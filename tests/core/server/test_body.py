import json
from io import BytesIO

import orjson
import pytest

from cgb import InvalidRequest, TooLarge
from cgb.server.body import disconnected, parse_request, read_body
from cgb.testing import ScriptedTransport

from ...fixtures import builtin_tools, posted

MESSAGES = [{"role": "user", "content": "Hello"}]


def body(**fields):
    return orjson.dumps({"model": "m", "max_tokens": 10, "messages": MESSAGES, **fields})


def blocks(*content, role="user"):
    return [{"role": role, "content": list(content)}]


def text(words):
    return {"type": "text", "text": words}


@pytest.mark.parametrize("name", posted())
def test_what_claude_code_sends_comes_through_unchanged(name):
    one = posted()[name]
    request = parse_request(one.body, counting=one.path.endswith("count_tokens"))
    assert request.to_wire() == one.json


def test_all_of_claude_codes_tools_come_through_unchanged():
    tools = builtin_tools()
    request = parse_request(body(tools=tools))
    assert request.to_wire()["tools"] == tools


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"model": 5}, "model: Input should be a valid string"),
        ({"model": ""}, "model: String should have at least 1 character"),
        ({"max_tokens": 0}, "max_tokens: Input should be greater than or equal to 1"),
        ({"max_tokens": "many"}, "max_tokens: Input should be a valid integer"),
        ({"messages": []}, "messages: at least one message is required"),
        ({"messages": {}}, "messages: Input should be an array"),
        ({"messages": ["hi"]}, "messages.0: Input should be an object"),
        ({"messages": [{"content": "x"}]}, "messages.0.role: Field required"),
        ({"messages": [{"role": "human", "content": "x"}]}, "messages.0.role: Input should be 'user'"),
        ({"messages": [{"role": "user"}]}, "messages.0.content: Field required"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages.0.content: Input should be an array"),
        ({"messages": [{"role": "user", "content": {"a": 1}}]}, "messages.0.content: Input should be an array"),
        ({"messages": [{"role": "user", "content": None}]}, "messages.0.content: Input should be an array"),
        ({"messages": blocks(text("x"), {"type": "text"})}, "messages.0.content.1.text: Field required"),
        ({"messages": blocks(text("x"), text(5))}, "messages.0.content.1.text: Input should be a valid string"),
        ({"messages": blocks({"text": "x"})}, "messages.0.content.0.type: Field required"),
        ({"messages": blocks({"type": ["text"]})}, "messages.0.content.0.type: Input should be a valid string"),
        ({"messages": blocks({"type": 5})}, "messages.0.content.0.type: Input should be a valid string"),
        ({"messages": blocks("words")}, "messages.0.content.0: Input should be an object"),
        (
            {"messages": blocks({"type": "tool_result", "tool_use_id": "t", "content": [{"type": "image"}]})},
            "messages.0.content.0.content.0.source: Field required",
        ),
        ({"messages": blocks({"type": "tool_use", "id": "t"}, role="assistant")}, "messages.0.content.0.name: Field"),
        ({"messages": blocks({"type": "thinking"}, role="assistant")}, "messages.0.content.0.thinking: Field required"),
        ({"system": 5}, "system: Input should be an array"),
        ({"system": [{"type": "text"}]}, "system.0.text: Field required"),
        ({"tools": [{"input_schema": {}}]}, "tools.0.name: Field required"),
        ({"tools": [{"name": "a"}]}, "tools.0.input_schema: Input should be an object"),
        ({"tools": [{"name": "a", "input_schema": "x"}]}, "tools.0.input_schema: Input should be an object"),
        ({"tool_choice": "auto"}, "tool_choice: Input should be an object"),
        ({"tool_choice": {}}, "tool_choice.type: Field required"),
        ({"stop_sequences": "x"}, "stop_sequences: Input should be an array"),
        ({"stream": "perhaps"}, "stream: Input should be a valid boolean"),
        ({"metadata": []}, "metadata: Input should be an object"),
        ({"temperature": "hot"}, "temperature: Input should be a valid number"),
    ],
)
def test_a_wrong_field_is_named(fields, message):
    with pytest.raises(InvalidRequest) as caught:
        parse_request(body(**fields))
    assert caught.value.message.startswith(message)
    assert caught.value.status == 400


def test_a_missing_field_is_named():
    with pytest.raises(InvalidRequest, match=r"^model: Field required; messages: Field required$"):
        parse_request(b"{}")
    with pytest.raises(InvalidRequest, match=r"^max_tokens: Field required$"):
        parse_request(orjson.dumps({"model": "m", "messages": MESSAGES}))


def test_three_errors_are_enough():
    with pytest.raises(InvalidRequest) as caught:
        parse_request(body(messages=[{"role": "user", "content": n} for n in range(9)]))
    assert caught.value.message.count(";") == 2


def test_who_counts_needs_no_max_tokens():
    assert parse_request(orjson.dumps({"model": "m", "messages": MESSAGES}), counting=True).max_tokens is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff",
        b'{"model": NaN}',
        b'{"model": "\\u0041", "x": NaN}',
        b'{"a": "\\u0041", "b": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_what_is_not_json_is_refused(raw):
    with pytest.raises(InvalidRequest, match="the request's body is not JSON"):
        parse_request(raw)


@pytest.mark.parametrize("raw", [b"[]", b'"x"', b"null", b"5"])
def test_json_that_is_no_object_is_refused(raw):
    with pytest.raises(InvalidRequest, match="should be a JSON object"):
        parse_request(raw)


def test_the_error_does_not_show_the_value():
    with pytest.raises(InvalidRequest) as caught:
        parse_request(body(messages=[{"role": "user", "content": [text({"secret": "sesame"})]}]))
    assert "sesame" not in caught.value.message


def test_half_an_emoji_becomes_a_replacement_character():
    raw = (
        rb'{"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "a \ud83d b \ude00 \ud83d\ude00"}]}'
    )
    assert parse_request(raw).messages[0].content == "a \ufffd b \ufffd \U0001f600"


async def test_half_an_emoji_costs_nothing_over_http(serving, hello):
    transport = ScriptedTransport("Half \ud83d an emoji")
    raw = json.dumps({**hello, "messages": [{"role": "user", "content": "Half \ud83d an emoji"}]}).encode()
    async with serving(transport) as bridge, bridge.client.post("/v1/messages", data=raw) as response:
        assert response.status == 200
        assert (await response.json())["content"][0]["text"] == "Half \ufffd an emoji"
    assert transport.requests[0].request.messages[0].content == "Half \ufffd an emoji"


async def test_a_wrong_body_is_a_400_over_http(serving, hello):
    wrong = [{**hello, "messages": blocks(text("x"), {"type": "text"})}, {**hello, "max_tokens": None}]
    async with serving(ScriptedTransport()) as bridge:
        async with bridge.client.post("/v1/messages", data=b"{") as response:
            assert response.status == 400
            body = await response.json()
            assert body["error"]["type"] == "invalid_request_error"
            assert body["request_id"] == response.headers["request-id"]
        for asked, place in zip(wrong, ("messages.0.content.1.text: ", "max_tokens: "), strict=True):
            async with bridge.ask(asked) as response:
                assert response.status == 400
                assert (await response.json())["error"]["message"].startswith(place)


async def test_a_body_over_the_limit_is_a_413_and_the_server_goes_on(serving):
    async with serving(ScriptedTransport("Hi.")) as bridge:
        async with bridge.client.post("/v1/messages", data=BytesIO(b" " * (65 * 1024 * 1024))) as response:
            assert response.status == 413
            assert (await response.json())["error"] == {
                "type": "request_too_large",
                "message": "the request's body is larger than 64 MB. Send less, or raise server.body_limit_mb.",
            }
        async with bridge.ask() as response:
            assert response.status == 200


async def test_a_body_at_the_limit_is_read(serving, hello):
    raw = orjson.dumps(hello)
    async with serving(ScriptedTransport("Hi."), body_limit_mb=1) as bridge:
        async with bridge.client.post("/v1/messages", data=BytesIO(raw.rjust(1024 * 1024))) as response:
            assert response.status == 200
        async with bridge.client.post("/v1/messages", data=BytesIO(raw.rjust(1024 * 1024 + 1))) as response:
            assert response.status == 413


async def test_a_body_that_is_sent_in_pieces_is_read(serving, hello):
    async def pieces():
        for byte in orjson.dumps(hello):
            yield bytes([byte])

    async with (
        serving(ScriptedTransport("Hi.")) as bridge,
        bridge.client.post("/v1/messages", data=pieces()) as response,
    ):
        assert response.status == 200


async def test_a_body_without_end_is_not_read_to_its_end():
    read = []

    async def receive():
        read.append(1)
        return {"type": "http.request", "body": b" " * 1024 * 1024, "more_body": True}

    with pytest.raises(TooLarge):
        await read_body(receive, 2)
    assert len(read) == 9


async def test_who_left_is_gone():
    messages = [{"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}]

    async def receive():
        return messages.pop(0)

    await disconnected(receive)
    assert messages == []
