"""Calls that need no model: what is answered here, how, and what is not."""

import json

import pytest

from cgb import Context, MessagesRequest
from cgb.context import kind_of
from cgb.testing import ScriptedTransport, aask
from cgb_plugins import short_circuit
from cgb_plugins.short_circuit import ShortCircuit, choose_route

from ..fixtures import posted

CLIENT = {"user-agent": "claude-cli/2.1.330 (external, cli)"}
TITLE = posted()["28-session-title"]
QUOTA = {"model": "claude-haiku-4-5", "max_tokens": 1, "messages": [{"role": "user", "content": "quota"}]}


def titled(text):
    """The client's request for the title of a session in which this was said."""
    return {**TITLE.json, "messages": [{"role": "user", "content": [{"type": "text", "text": text}]}]}


async def title(text, **settings):
    asked = await aask(titled(text), [ScriptedTransport(), short_circuit], config_of(settings), CLIENT)
    assert asked.message.stop_reason == "end_turn"
    answer = json.loads(asked.message.content[0].text)
    assert list(answer) == ["title"]
    return answer["title"]


def config_of(settings):
    from cgb.config import Config

    return Config(options={f"plugin.short-circuit.{name}": value for name, value in settings.items()})


def chosen(raw, headers=CLIENT, **settings):
    request = MessagesRequest.model_validate(raw)
    return choose_route(request, Context(request, kind_of(request, headers), headers), ShortCircuit(**settings))


async def test_the_real_clients_request_for_a_title_reaches_no_model():
    transport = ScriptedTransport()
    asked = await aask(TITLE.json, [transport, short_circuit], headers=TITLE.headers)
    assert transport.requests == []
    assert str(asked.record.routes[-1]) == "short-circuit/title"
    assert asked.message.model == TITLE.json["model"]
    assert json.loads(asked.message.content[0].text) == {"title": "ea commodo consequat duis aute irure in…"}
    assert (asked.record.usage.input_tokens, asked.record.usage.output_tokens) == (0, 0)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("<session>\nFix the login test\n</session>\n\nName it.", "Fix the login test"),
        ("Fix the\n\n  login test", "Fix the login test"),
        ("<session><system-reminder>Today.</system-reminder>Fix it</session>", "Fix it"),
        ("<session><command-name>/init</command-name> go</session>", "go"),
        ("<session>Does `a < b > c` hold?</session>", "Does `a < b > c` hold?"),
        ("<session></session>", "New session"),
        ("<session>" + "修" * 80 + "</session>", "修" * 49 + "…"),
        ("<session>" + "word " * 30 + "</session>", "word word word word word word word word word word…"),
        ('<session>Say "hi" \\ \u2028 🙂</session>', 'Say "hi" \\ 🙂'),
    ],
)
async def test_a_title_is_the_sessions_first_words(said, expected):
    found = await title(said)
    assert found == expected
    assert len(found) <= 50


async def test_how_long_a_title_may_be_is_a_setting():
    assert await title("Repair the login test", title_length=12) == "Repair the…"


async def test_the_probe_of_a_quota_costs_nothing():
    asked = await aask(QUOTA, [ScriptedTransport(), short_circuit], headers=CLIENT)
    assert asked.message.stop_reason == "max_tokens"
    assert [block.type for block in asked.message.content] == ["text"]


@pytest.mark.parametrize("name", sorted(set(posted()) - {"28-session-title"}))
def test_whatever_else_the_client_sends_goes_to_a_model(name):
    one = posted()[name]
    assert chosen(one.json, one.headers) is None


@pytest.mark.parametrize("raw", [titled("<session>Hi</session>"), QUOTA])
def test_another_clients_question_is_one_for_a_model(raw):
    assert chosen(raw) is not None
    assert chosen(raw, {"user-agent": "Anthropic/Python 2.12.0"}) is None


@pytest.mark.parametrize(
    "change",
    [{"max_tokens": 2}, {"messages": [{"role": "user", "content": "quotas"}]}, {"messages": 3 * QUOTA["messages"]}],
)
def test_what_only_resembles_a_probe(change):
    assert chosen({**QUOTA, **change}) is None


def test_each_can_be_left_to_the_model():
    assert chosen(titled("Hi"), titles=False) is None
    assert chosen(QUOTA, quota=False) is None
