import http.client

import pytest

from cgb.testing.gemini_server.faults import FAULTS

MODEL = "gemini-2.5-flash"
BUSY = "This model is currently experiencing high demand."


def broken(client, kind, text="abcdef", **options):
    client.gemini.reply({"text": text, "chunks": 3, "fault": {"kind": kind, **options}})
    return client.stream({}, MODEL)


def ends(answer):
    candidate = answer.frames[-1]["candidates"][0]
    return candidate["finishReason"], candidate["content"].get("parts", []), candidate.get("finishMessage")


def test_http_error(client):
    answer = broken(client, "http", status=429, retryDelay="46s", details=[{"@type": "x"}])
    error = answer.json[0]["error"] if isinstance(answer.json, list) else answer.json["error"]
    assert (answer.status, error["code"], error["status"]) == (429, 429, "RESOURCE_EXHAUSTED")
    assert error["details"][1] == {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "46s"}
    assert "Retry-After" not in answer.headers
    assert client.gemini.violations == []
    assert client.gemini.calls[0].status == 429


def test_http_error_in_other_words(client):
    answer = broken(client, "http", status=500, name="ODD", message="No.")
    assert answer.json == {"error": {"code": 500, "message": "No.", "status": "ODD"}}


def test_empty(client):
    answer = broken(client, "empty")
    assert ends(answer) == ("STOP", [], None)
    assert "candidatesTokenCount" not in answer.frames[-1]["usageMetadata"]


def test_malformed(client):
    reason, parts, message = ends(broken(client, "malformed", message="print(default_api.f())"))
    assert (reason, parts, message) == ("MALFORMED_FUNCTION_CALL", [], "print(default_api.f())")


def test_malformed_after_text(client):
    answer = broken(client, "malformed", after=2)
    assert len(answer.frames) == 3
    assert ends(answer)[0] == "MALFORMED_FUNCTION_CALL"


def test_unexpected_tool_call(client):
    reason, parts, message = ends(broken(client, "unexpected_tool_call", name="X", withCall=True))
    assert reason == "UNEXPECTED_TOOL_CALL"
    assert parts == [{"functionCall": {"name": "X", "args": {}}}]
    assert message == "Unexpected tool call: Model tried to call an undeclared function: X"


def test_safety(client):
    answer = broken(client, "safety", reason="SPII")
    assert answer.frames[0]["candidates"][0]["content"]["parts"] == [{"text": "ab"}]
    assert ends(answer)[0] == "SPII"


def test_blocked_prompt(client):
    (frame,) = broken(client, "blocked_prompt", message="No.").frames
    assert "candidates" not in frame
    assert frame["promptFeedback"] == {"blockReason": "PROHIBITED_CONTENT", "blockReasonMessage": "No."}


def test_max_tokens(client):
    answer = broken(client, "max_tokens")
    assert len(answer.frames) == 3
    assert ends(answer)[0] == "MAX_TOKENS"


def test_thoughts_only(client):
    answer = broken(client, "thoughts_only")
    assert [part["thought"] for part in answer.frames[0]["candidates"][0]["content"]["parts"]] == [True]
    assert ends(answer) == ("STOP", [], None)


def test_no_candidates(client):
    (frame,) = broken(client, "no_candidates").frames
    assert "candidates" not in frame


def test_eof(client):
    answer = broken(client, "eof", after=2)
    assert len(answer.frames) == 2
    assert all("finishReason" not in frame["candidates"][0] for frame in answer.frames)


@pytest.mark.parametrize("after", [0, 1])
def test_cut(client, after):
    expected = http.client.IncompleteRead if after else (ConnectionError, http.client.RemoteDisconnected)
    with pytest.raises(expected):
        broken(client, "cut", after=after)
    (call,) = client.gemini.calls
    assert not call.cancelled


def test_cut_of_a_single_answer(client):
    client.gemini.reply({"text": "x", "fault": {"kind": "cut"}})
    with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
        client.generate({}, MODEL)


def test_error_frame(client):
    answer = broken(client, "error_frame")
    assert answer.status == 200
    assert answer.frames[-1]["error"]["message"].startswith(BUSY)


def test_bare_error(client):
    answer = broken(client, "bare_error", status=500, message="No.")
    assert len(answer.frames) == 1
    bare = answer.text.split("\r\n\r\n", 1)[1]
    assert '"message": "No."' in bare
    assert "data:" not in bare


@pytest.mark.parametrize("kind", ["error_frame", "bare_error"])
def test_errors_of_a_single_answer(client, kind):
    client.gemini.reply({"text": "x", "fault": {"kind": kind}})
    assert client.generate({}, MODEL).status == 503


@pytest.mark.parametrize("kind", sorted(FAULTS.keys() - {"cut", "hang", "http", "error_frame", "bare_error"}))
def test_every_other_fault_works_for_a_single_answer(client, kind):
    client.gemini.reply({"text": "x", "fault": {"kind": kind}})
    assert client.generate({}, MODEL).status == 200
