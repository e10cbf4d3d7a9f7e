from datetime import UTC, datetime

import pytest

from cgb import Context, Note, Route
from cgb.context import kind_of, public_headers
from cgb.messages import MessagesRequest
from cgb.testing import request_of

from ..fixtures import posted

KINDS = {
    "14-websearch-subrequest-allowed": "web_search",
    "16-websearch-subrequest-plain-gemini": "web_search",
    "18-webfetch-apply": "web_fetch",
    "19-subagent-general": "subagent",
    "28-session-title": "title",
    "29-count-tokens-text": "count_tokens",
    "30-count-tokens-tools": "count_tokens",
    "31-count-tokens-toolsearch-auto": "count_tokens",
    "39-auto-mode-local-stage1-severity": "classifier",
    "41-auto-mode-local-stage1-block": "classifier",
}


@pytest.mark.parametrize("name", posted())
def test_the_kind_of_what_claude_code_sends(name):
    one = posted()[name]
    request = MessagesRequest.model_validate(one.json)
    counting = one.path.endswith("count_tokens")
    assert kind_of(request, one.headers, counting=counting) == KINDS.get(name, "main")


def test_a_request_for_a_summary_is_a_compaction():
    said = [
        ("user", "Do it."),
        ("assistant", "Done."),
        ("user", "Your task is to create a summary of our conversation."),
    ]
    messages = [{"role": role, "content": words} for role, words in said]
    tools = [{"name": "Read", "input_schema": {}}]
    request = request_of({"model": "m", "max_tokens": 1, "messages": messages, "tools": tools})
    assert kind_of(request, {}) == "compaction"
    assert kind_of(request.with_(messages=request.messages[:2]), {}) == "main"


@pytest.mark.parametrize("schema", [{}, {"properties": 5}, {"properties": ["title"]}, "x", None, {"properties": None}])
def test_an_odd_output_format_is_no_title(schema):
    asked = {"model": "m", "messages": [{"role": "user", "content": "x"}], "stream": True}
    request = request_of({**asked, "output_config": {"format": {"schema": schema}}})
    assert kind_of(request, {}) == "main"


def test_a_question_without_tools_is_a_web_fetch_only_from_claude_code():
    request = request_of("Hello")
    assert kind_of(request, {"user-agent": "claude-cli/2.1.330 (external, cli)"}) == "web_fetch"
    assert kind_of(request, {"user-agent": "curl/8"}) == "main"
    assert kind_of(request, {}) == "main"


def test_credentials_are_left_out():
    headers = {"authorization": "a", "x-api-key": "b", "cookie": "c", "x-goog-api-key": "d", "user-agent": "claude"}
    assert public_headers({**headers, "proxy-authorization": "e"}) == {"user-agent": "claude"}


def test_notes_bear_the_name_of_the_plugin():
    ctx = Context(request_of("Hello"))
    ctx.for_plugin("mine").note("retry", "Again.", attempt=2)
    ctx.note("start", "Begun.")
    assert ctx.notes == [Note("mine", "retry", "Again.", {"attempt": 2}), Note("", "start", "Begun.", {})]


def test_a_plugins_context_is_the_same_request():
    ctx = Context(request_of("Hello"))
    own = ctx.for_plugin("mine")
    own.routes.append(Route("a", "m"))
    own.plugin_s["mine"] = 1.0
    assert (own.id, own.request, own.kind) == (ctx.id, ctx.request, ctx.kind)
    assert (ctx.routes, ctx.plugin_s, ctx.plugin) == ([Route("a", "m")], {"mine": 1.0}, "")


def test_each_request_has_an_id_and_an_estimate():
    ctx, other = Context(request_of("Hello")), Context(request_of("Hello " * 1000))
    assert ctx.id.startswith("req_")
    assert ctx.id != other.id
    assert 0 < ctx.tokens < 10
    assert 1000 < other.tokens < 2000


def test_it_knows_when_the_request_came():
    before = datetime.now(UTC)
    ctx = Context(request_of("Hi"))
    assert before <= ctx.at <= datetime.now(UTC)
    assert ctx.for_plugin("x").at == ctx.at
