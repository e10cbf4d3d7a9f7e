import json

import pytest

from cgb import ApiError, ConfigError, MessageStart, Overloaded, RateLimited, UnusableAnswer
from cgb.explain import captured, recorded
from cgb.testing import assert_stream

from ...fixtures import posted, replies

BODY = {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "Hi"}]}


def test_a_body_is_a_request():
    request, headers = captured(json.dumps(BODY).encode(), "a.json")
    assert (request.to_wire(), headers) == (BODY, {})


@pytest.mark.parametrize("name", posted())
def test_all_that_claude_code_posted_is_read(name):
    one = posted()[name]
    request, _ = captured(one.body, name)
    assert request.model == one.json["model"]


@pytest.mark.parametrize("body", [BODY, json.dumps(BODY)])
@pytest.mark.parametrize("headers", [{"User-Agent": "claude-cli/2"}, [["User-Agent", "claude-cli/2"]]])
def test_an_exchange_holds_its_request_as_body(body, headers):
    request, found = captured(json.dumps({"body": body, "headers": headers}).encode(), "a.json")
    assert (request.to_wire(), found) == (BODY, {"user-agent": "claude-cli/2"})


@pytest.mark.parametrize("headers", [None, 3, [["a", "b", "c"], 4]])
def test_headers_of_no_known_form_are_left_alone(headers):
    assert captured(json.dumps({"body": BODY, "headers": headers}).encode(), "a.json")[1] == {}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{", "a.json: is not JSON: "),
        (b"[]", "a.json: the request's body should be a JSON object."),
        (b'{"model": "m"}', "a.json: messages: Field required."),
        (b'{"body": {"model": "m", "messages": 3}}', "a.json: messages: Input should be an array."),
        (b'{"model": "m", "messages": [{"role": "user"}]}', "a.json: messages.0.content: Field required."),
    ],
)
def test_what_is_no_request_is_told_by_its_field(data, said):
    with pytest.raises(ConfigError) as caught:
        captured(data, "a.json")
    assert str(caught.value).startswith(said)


async def events(answer):
    return [event async for event in answer()]


@pytest.mark.parametrize("name", ["text.sse", "one-tool.sse", "nonstreaming-text.json", "web-search.sse"])
async def test_a_recorded_answer_is_said_again_and_again(name):
    answer = await recorded(replies()[name], name)
    first = await events(answer)
    assert assert_stream(first).content
    assert await events(answer) == first


async def test_a_stream_without_its_last_empty_line_is_whole():
    data = replies()["text.sse"].rstrip()
    assert assert_stream(await events(await recorded(data, "a")))


@pytest.mark.parametrize(("name", "kind"), [("error-mid-stream.sse", Overloaded), ("error-429.json", RateLimited)])
async def test_a_recorded_failure_fails(name, kind):
    answer = await recorded(replies()[name], name)
    with pytest.raises(kind) as caught:
        await events(answer)
    assert caught.value.status == kind.status


async def test_a_recorded_failure_of_a_kind_unknown_here_fails_too():
    answer = await recorded(b'{"type": "error", "error": {"type": "novel_error", "message": "x"}}', "a.json")
    with pytest.raises(ApiError) as caught:
        await events(answer)
    assert (caught.value.status, caught.value.type) == (500, "novel_error")


async def test_a_stream_recorded_broken_breaks_at_the_same_place():
    answer = await recorded(replies()["text.sse"] + b"data: {]\n\n", "a.sse")
    with pytest.raises(UnusableAnswer):
        await events(answer)


async def test_what_came_before_a_recorded_failure_is_said():
    answer = await recorded(replies()["error-mid-stream.sse"], "a.sse")
    assert isinstance(await anext(answer()), MessageStart)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "there is no event in it"),
        (b"Hello", "there is no event in it"),
        (b"{]", "is no answer"),
        (b'{"model": "m"}', "id: Field required"),
        (b"data: {\n\n", "there is no event in it"),
        (b'{"type": "error"}', "'error' is missing"),
        (b"data: 3\n\n", "there is no event in it"),
    ],
)
async def test_what_is_no_answer_is_told(data, said):
    with pytest.raises(ConfigError) as caught:
        await recorded(data, "a.sse")
    assert str(caught.value).startswith("a.sse: is no answer of the Messages API: ")
    assert said in str(caught.value)
