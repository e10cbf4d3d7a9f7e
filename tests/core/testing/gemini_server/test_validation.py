import pytest

from cgb.testing.gemini_server import validation
from cgb.testing.gemini_server.catalog import MODELS
from cgb.testing.gemini_server.errors import GoogleError

MODEL = MODELS["gemini-3-pro-preview"]
USER = {"role": "user", "parts": [{"text": "x"}]}


def test_stages_stop_at_the_first_that_finds_something(client):
    body = {"generationConfig": {"maxOutputTokens": 0}, "contents": [{"role": "model", "parts": [{}]}]}
    client.rejected({**body, "foo": 1})
    client.rejected(body)
    body["contents"] = [{"role": "model", "parts": [{"text": "x"}]}]
    client.rejected(body)
    client.rejected({"contents": body["contents"]})
    rules = [[violation.rule for violation in call.violations] for call in client.gemini.calls]
    assert rules == [["unknown-field"], ["part-empty"], ["max-output-tokens"], ["prefill"]]


def test_what_breaks_no_rule_passes():
    request = validation.read(MODEL, {"contents": [USER]})
    validation.check(request)
    assert request.contents == [USER]


def test_an_empty_body_is_an_empty_message():
    assert validation.parse(b"") == {}


def test_counting_needs_no_grammar_of_turns():
    contents = [{"role": "model", "parts": [{"text": "x"}]}]
    assert validation.count(MODEL, {"contents": contents}).contents == contents


def test_json_is_checked():
    with pytest.raises(GoogleError, match="Root element must be a message"):
        validation.parse(b"[]")
