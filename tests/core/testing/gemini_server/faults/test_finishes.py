import pytest

from cgb.testing.gemini_server.faults import FAULTS, finishes

REFUSALS = [
    "RECITATION",
    "OTHER",
    "SAFETY",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "LANGUAGE",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
    "IMAGE_OTHER",
    "NO_IMAGE",
    "ESCALATION",
    "MODEL_ARMOR",
]
REASONS = [
    *((reason.lower(), reason) for reason in REFUSALS),
    ("empty", "STOP"),
    ("empty_text", "STOP"),
    ("empty_without_content", "STOP"),
    ("thoughts_only", "STOP"),
    ("thoughts_ate_budget", "MAX_TOKENS"),
    ("max_tokens", "MAX_TOKENS"),
    ("malformed", "MALFORMED_FUNCTION_CALL"),
    ("malformed_fenced", "MALFORMED_FUNCTION_CALL"),
    ("malformed_several", "MALFORMED_FUNCTION_CALL"),
    ("malformed_silent", "MALFORMED_FUNCTION_CALL"),
    ("malformed_response", "MALFORMED_RESPONSE"),
    ("unexpected_tool_call", "UNEXPECTED_TOOL_CALL"),
    ("unexpected_tool_call_part", "UNEXPECTED_TOOL_CALL"),
    ("missing_thought_signature", "MISSING_THOUGHT_SIGNATURE"),
    ("too_many_tool_calls", "TOO_MANY_TOOL_CALLS"),
    ("unspecified_reason", "FINISH_REASON_UNSPECIFIED"),
    ("pup_limited_disabled", "PUP_LIMITED_DISABLED"),
    ("unknown_reason", "SOMETHING_NEW"),
]
WITHOUT = {"no_candidates", "empty_candidates", "empty_object", "blocked_prompt"}
CELLS = [(name, reason, place) for name, reason in REASONS for place in sorted(FAULTS[name].places)]


def test_all_of_them_are_tested_here():
    assert {fault.name for fault in finishes.FAULTS} == {name for name, _ in REASONS} | WITHOUT


@pytest.mark.parametrize("form", ["streamed", "plain"])
@pytest.mark.parametrize(("name", "reason", "place"), CELLS)
def test_the_finish_reason(faulty, name, reason, place, form):
    arrived = faulty(name, form, at=place)
    assert (arrived.status, arrived.end, arrived.finish) == (200, "whole", reason)
    assert arrived.body.count(b'"finishReason"') == 1


def last(arrived):
    return arrived.frames[-1]["candidates"][0]


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty", {"role": "model"}), ("empty_text", {"parts": [{"text": ""}], "role": "model"})],
)
@pytest.mark.parametrize("form", ["streamed", "plain"])
def test_empty(faulty, name, content, form):
    """BerriAI/litellm#24442, livekit/agents#4066."""
    arrived = faulty(name, form)
    (frame,) = arrived.frames if form == "streamed" else [arrived.plain]
    assert frame["candidates"] == [{"content": content, "finishReason": "STOP", "index": 0}]
    assert "candidatesTokenCount" not in frame["usageMetadata"]


@pytest.mark.parametrize("form", ["streamed", "plain"])
def test_without_content(faulty, form):
    arrived = faulty("empty_without_content", form)
    (frame,) = arrived.frames if form == "streamed" else [arrived.plain]
    assert frame["candidates"] == [{"finishReason": "STOP", "index": 0}]


def test_without_candidates(faulty):
    assert "candidates" not in faulty("no_candidates").frames[-1]
    assert "usageMetadata" in faulty("no_candidates").frames[-1]
    assert faulty("empty_candidates", at="text").frames[-1]["candidates"] == []
    assert faulty("empty_object", at="text").frames[-1] == {}
    assert faulty("empty_object", "plain").plain == {}


def test_thoughts_only(faulty):
    thought, end = faulty("thoughts_only").frames
    assert thought["candidates"][0]["content"]["parts"] == [{"text": "I am still thinking.", "thought": True}]
    assert end["candidates"][0]["content"] == {"role": "model"}


def test_blocked_prompt(faulty):
    (frame,) = faulty("blocked_prompt", reason="OTHER", message="No.").frames
    assert "candidates" not in frame
    assert frame["promptFeedback"] == {"blockReason": "OTHER", "blockReasonMessage": "No."}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("malformed", "Malformed function call: print(default_api.Bash(command='ls'))"),
        ("malformed_fenced", "Malformed function call: ```tool_code\nprint(default_api.Bash(command='ls'))\n```"),
        (
            "malformed_several",
            "Malformed function call: print(default_api.Read(file_path='a.md'))\nprint(default_api.Bash(command='ls'))",
        ),
        ("malformed_silent", None),
    ],
)
def test_malformed(faulty, name, message):
    """BerriAI/litellm#16651, pydantic/pydantic-ai#3300, langchain-ai/langgraph#6574."""
    assert last(faulty(name, at="text")).get("finishMessage") == message
    assert last(faulty(name, message="In other words."))["finishMessage"] == "In other words."


@pytest.mark.parametrize("name", ["unexpected_tool_call", "unexpected_tool_call_part"])
def test_unexpected_tool_call(faulty, name):
    """tensorzero/tensorzero#2329."""
    end = last(faulty(name, name="X", args={"a": 1}))
    assert end["finishMessage"] == "Unexpected tool call: Model tried to call an undeclared function: X"
    part = {"functionCall": {"name": "X", "args": {"a": 1}}}
    assert end["content"].get("parts", []) == ([part] if name.endswith("part") else [])


def test_safety_keeps_what_was_said_and_rates_it(faulty):
    arrived = faulty("safety", at="text")
    assert arrived.said[1]
    assert last(arrived)["safetyRatings"][0]["blocked"] is True


def test_which_of_them_are_answers_in_their_own_right():
    assert FAULTS["max_tokens"].final
    assert FAULTS["spii"].final
    assert not FAULTS["recitation"].final
    assert not FAULTS["malformed"].final
