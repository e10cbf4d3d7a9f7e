import itertools

import pytest

from cgb.testing.gemini_server import signatures
from cgb.testing.gemini_server.faults import contents

from .conftest import TEXT, THOUGHTS

TESTED = [
    "error_frame",
    "bare_error",
    "error_array",
    "null_fields",
    "usage_missing",
    "usage_no_candidates_count",
    "usage_decreasing",
    "usage_trailing",
    "metadata_only",
    "duplicate_chunk",
    "text_after_finish",
    "two_finishes",
    "args_missing",
    "prefixed_name",
    "signature_before_call",
    "server_tool",
    "code_execution",
    "inline_image",
    "unknown_part",
    "line_separators",
    "surrogates",
    "huge_chunk",
]


def test_all_of_them_are_tested_here():
    assert [fault.name for fault in contents.FAULTS] == TESTED


def test_error_frame(faulty):
    arrived = faulty("error_frame", at="text", status=429, message="No.")
    assert (arrived.status, arrived.end) == (200, "whole")
    assert arrived.frames[-1] == {"error": {"code": 429, "message": "No.", "status": "RESOURCE_EXHAUSTED"}}
    assert arrived.chunks[-1].startswith(b'data: {"error": ')


def test_bare_error(faulty):
    """As captured: no `data:`, indented, in a stream of status 200."""
    arrived = faulty("bare_error", at="text", status=500)
    assert arrived.chunks[-1].startswith(b'{\n  "error": {\n    "code": 500,')


def test_error_array(faulty):
    assert faulty("error_array", at="text").chunks[-1].startswith(b'[\n  {\n    "error": {\n      "code": 503,')
    arrived = faulty("error_array", "plain")
    assert (arrived.status, arrived.plain[0]["error"]["code"]) == (503, 503)


@pytest.mark.parametrize("kind", ["error_frame", "bare_error"])
def test_errors_of_a_plain_answer_are_its_status(faulty, kind):
    assert faulty(kind, "plain", status=429).status == 429


@pytest.mark.parametrize("form", ["streamed", "plain"])
def test_null_fields(faulty, form):
    arrived = faulty("null_fields", form)
    for response in arrived.responses:
        assert response["promptFeedback"] is None
        assert response["usageMetadata"]["cachedContentTokenCount"] is None
        assert response["candidates"][0]["safetyRatings"] is None
    assert arrived.finish == "STOP"


@pytest.mark.parametrize("form", ["streamed", "plain"])
def test_usage_missing(faulty, form):
    responses = faulty("usage_missing", form).responses
    assert responses
    assert not any("usageMetadata" in response for response in responses)


@pytest.mark.parametrize("form", ["streamed", "plain"])
def test_usage_without_the_candidates_count(faulty, form):
    usages = [response["usageMetadata"] for response in faulty("usage_no_candidates_count", form).responses]
    assert usages
    assert not any("candidatesTokenCount" in usage for usage in usages)
    assert all("promptTokenCount" in usage for usage in usages)


def test_usage_decreasing(faulty):
    *_, before, last = [frame["usageMetadata"] for frame in faulty("usage_decreasing").frames]
    assert before["totalTokenCount"] == 10_000 > last["totalTokenCount"]


def test_usage_trailing(faulty):
    *_, end, usage = faulty("usage_trailing").frames
    assert end["candidates"][0]["finishReason"] == "STOP"
    assert "usageMetadata" not in end
    assert usage["candidates"] == []
    assert usage["usageMetadata"]["candidatesTokenCount"]


def test_metadata_only(faulty):
    candidate = faulty("metadata_only").frames[0]["candidates"][0]
    assert candidate == {"groundingMetadata": {"webSearchQueries": ["weather"]}, "index": 0}


@pytest.mark.parametrize("place", ["thinking", "text", "call"])
def test_duplicate_chunk(faulty, place):
    frames = faulty("duplicate_chunk", at=place).frames
    assert sum(first == second for first, second in itertools.pairwise(frames)) == 1


def test_after_the_finish(faulty):
    *_, finish, late = faulty("text_after_finish").frames
    assert finish["candidates"][0]["finishReason"] == "STOP"
    assert late["candidates"][0]["content"]["parts"] == [{"text": " This comes too late."}]
    reasons = [frame["candidates"][0].get("finishReason") for frame in faulty("two_finishes").frames]
    assert reasons[-3:] == [None, "STOP", "STOP"]


@pytest.mark.parametrize("form", ["streamed", "plain"])
def test_calls(faulty, form):
    def calls(kind):
        return [part["functionCall"] for part in faulty(kind, form).parts if "functionCall" in part]

    assert [call.keys() for call in calls("args_missing")] == [{"name", "id"}] * 2
    assert [call["name"] for call in calls("prefixed_name")] == ["default_api:f", "default_api:g"]


def test_a_signature_before_its_call(faulty):
    parts = faulty("signature_before_call").parts
    signed = [index for index, part in enumerate(parts) if "thoughtSignature" in part]
    assert len(signed) == 1
    assert parts[signed[0]]["text"] == ""
    assert "functionCall" in parts[signed[0] + 1]
    # The service takes back what it gave, where it gave it.
    assert signatures.belongs(parts[signed[0]]["thoughtSignature"], parts[signed[0]])


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("server_tool", ["toolCall", "toolResponse"]),
        ("code_execution", ["executableCode", "codeExecutionResult"]),
        ("inline_image", ["inlineData"]),
        ("unknown_part", ["somethingNew"]),
    ],
)
@pytest.mark.parametrize("place", ["first", "thinking", "text", "call", "last"])
@pytest.mark.parametrize("form", ["streamed", "plain"])
def test_parts(faulty, kind, names, place, form):
    parts = faulty(kind, form, at=place).parts
    assert [name for part in parts for name in part if name in names] == names


@pytest.mark.parametrize("form", ["streamed", "plain"])
def test_line_separators_are_raw(faulty, form):
    body = faulty("line_separators", form, at="text").body.decode()
    assert "\u2028\u2029\x85" in body
    assert "\\u2028" not in body


def test_surrogates_are_escaped_each_in_its_frame(faulty):
    body = faulty("surrogates", at="text").body
    assert body.count(b'"text": "\\ud83d"') == body.count(b'"text": "\\ude00"') == 1


@pytest.mark.parametrize("form", ["streamed", "plain"])
def test_a_huge_chunk(faulty, form):
    arrived = faulty("huge_chunk", form, at="thinking")
    thoughts, text, _ = arrived.said
    assert len(thoughts) == len(THOUGHTS) + (1 << 20)
    assert text == TEXT
