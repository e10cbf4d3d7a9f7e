"""What was reported of Gemini's answers elsewhere, and what the client gets here."""

from contextlib import aclosing
from functools import partial

import pytest

from cgb.testing import ScriptedTransport, ask
from cgb_plugins import stream_repair

from ..gemini.kit import asked, frame, function, given, streamed, text, thought
from .kit import RESUMES, Came, config_of, failed, repaired, request_of

LS = "print(default_api.Bash(command='ls'))"
GOOD = [frame(text("Done."), finish="STOP")]
CALL = [frame(function("Bash", {"command": "ls"}), finish="STOP")]


def gemini(*frames):
    """An answer of Gemini's, for a scripted transport."""

    async def send(request, route, ctx, frames):
        async for event in streamed(lambda _: aclosing(given(*frames)), {}, asked(request, ctx=ctx)):
            yield event

    return partial(send, frames=frames)


def came_of(*answers, **settings) -> Came:
    return repaired(*(gemini(*frames) for frames in answers), **settings)


def test_an_empty_stop_is_asked_again():
    """BerriAI/litellm#24442, livekit/agents#4066: the agent stopped in the middle of its task."""
    empty = [{"candidates": [{"content": {"role": "model"}, "finishReason": "STOP"}]}]

    came = came_of(empty, empty, empty, empty, GOOD)

    assert came.words == ["Done."]
    assert came.notes == ["retry", "retry", "changed", "corrected"]
    assert "was empty" in came.sent[-1].request.messages[-1].blocks[-1].text


def test_an_empty_stop_that_stays_is_an_error_and_no_end_turn():
    came = failed(*[gemini(frame(finish="STOP"))] * 9)

    assert (came.error.status, came.error.type, came.error.kind) == (502, "api_error", "empty")
    assert came.attempts == 5


MALFORMED = [frame(finish="MALFORMED_FUNCTION_CALL", candidate={"finishMessage": f"Malformed function call: {LS}"})]


def test_a_malformed_call_is_asked_for_again():
    """BerriAI/litellm#16651, pydantic/pydantic-ai#3300, agno-agi/agno#5628."""
    came = came_of(MALFORMED, CALL)

    assert came.words == ["Bash"]
    assert came.message.stop_reason == "tool_use"


def test_then_in_the_mode_that_holds_it_to_the_schema_and_naming_the_tool():
    came = came_of(MALFORMED, MALFORMED, MALFORMED, CALL)

    assert [sent.route.options for sent in came.sent[2:]] == [{"function_calling": "VALIDATED"}] * 2
    assert came.sent[2].request.temperature < 1
    assert "call of Bash" in came.sent[3].request.messages[-1].blocks[-1].text


def test_then_what_it_wrote_is_read():
    """langchain-ai/langgraph#6574: driven by the schema, so that asking again need not help."""
    came = came_of(*[MALFORMED] * 4)

    assert came.message.content[0].input == {"command": "ls"}
    assert came.message.stop_reason == "tool_use"


@pytest.mark.parametrize("said", ["default_api.Bash(command=`ls`)", 'default_api.Bash(command="```\nls\n```")', ""])
def test_what_cannot_be_read_is_an_error(said):
    """Triple backticks and worse: langchain-ai/langgraph#6574."""
    came = failed(*[gemini(frame(finish="MALFORMED_FUNCTION_CALL", candidate={"finishMessage": said}))] * 9)

    assert came.error.kind == "malformed_call"
    assert came.attempts == 4


UNEXPECTED = {"finishMessage": "Unexpected tool call: Model tried to call an undeclared function: X"}


def test_a_call_of_no_tool_there_is_comes_after_the_model_was_told():
    """epam/ai-dial#325: the client answers that there is no such tool, and the model sees it."""
    unexpected = [frame(function("Bush", {"a": 1}), finish="UNEXPECTED_TOOL_CALL", candidate=UNEXPECTED)]

    came = came_of(*[unexpected] * 3)

    assert came.words == ["Bush"]
    assert "There is no tool Bush. The tools are: Bash." in came.sent[2].request.messages[-1].blocks[-1].text
    assert came.notes == ["retry", "corrected", "parsed"]


def test_a_call_in_another_spelling_needs_no_retry():
    unexpected = [frame(function("bash", {"a": 1}), finish="UNEXPECTED_TOOL_CALL", candidate=UNEXPECTED)]

    came = came_of(unexpected)

    assert came.words == ["Bash"]
    assert came.attempts == 1


def test_a_call_where_there_are_no_tools_is_no_call():
    """tensorzero/tensorzero#2329, langchain-ai/langchainjs#8589."""
    unexpected = [frame(function("Bash", {"a": 1}), finish="UNEXPECTED_TOOL_CALL", candidate=UNEXPECTED)]

    came = came_of(unexpected, GOOD, request=request_of(tools=[]))

    assert came.words == ["Done."]


@pytest.mark.parametrize("reason", ["OTHER", "RECITATION"])
def test_a_refusal_that_passes_is_asked_again(reason):
    """BerriAI/litellm#40477: it came as an empty end_turn."""
    came = came_of([frame(thought("hm")), frame(finish=reason)], GOOD)

    assert came.words == ["hm", "Done."]
    assert came.sent[1].request.temperature > 1


@pytest.mark.parametrize("reason", ["OTHER", "RECITATION"])
def test_a_refusal_that_stays_is_a_refusal(reason):
    came = came_of(*[[frame(finish=reason)]] * 3)

    assert came.message.stop_reason == "refusal"
    assert reason in came.words[0]


@pytest.mark.parametrize("reason", ["SAFETY", "RECITATION"])
def test_a_refusal_in_the_middle_keeps_the_text_of_its_own_frame(reason):
    """ggcode#232."""
    came = came_of([frame(text("One, ")), frame(text("two"), finish=reason)])

    assert came.words[0].startswith("One, two")
    assert came.message.stop_reason == "refusal"
    assert came.attempts == 1


def test_thoughts_that_eat_the_budget_get_more_room():
    """BerriAI/litellm#36881: it came as an empty end_turn."""
    full = [frame(thought("hm")), frame(finish="MAX_TOKENS")]

    came = came_of(full, GOOD)

    assert came.words == ["hm", "Done."]
    assert came.sent[1].request.max_tokens > 1_024
    assert came.sent[1].request.thinking.type == "disabled"


def test_a_missing_signature_is_asked_again_with_the_dummy_once():
    """musistudio/claude-code-router#1032 and many more."""
    missing = [frame(finish="MISSING_THOUGHT_SIGNATURE")]

    came = came_of(missing, GOOD)

    assert came.sent[1].route.options == {"signatures": "dummy"}
    assert failed(*[gemini(*missing)] * 9).attempts == 2


def test_a_call_spoilt_after_a_text_is_made_and_the_text_is_kept():
    """Frequent (Gemini API contract, stream failures)."""
    came = came_of([frame(text("I look.")), *MALFORMED])

    assert came.words == ["I look.", "Bash"]
    assert came.attempts == 1


def test_a_text_that_broke_off_is_gone_on_with():
    """BerriAI/litellm cuts it with a plain stop (Gemini API contract, stream failures)."""
    transport = ScriptedTransport(
        gemini(frame(text("One, "))),
        gemini(frame(thought("Where was I?")), frame(text("two.")), frame(finish="STOP")),
        target=RESUMES,
    )

    asked_ = ask(request_of(), [transport, stream_repair], config_of())

    assert [block.get("text") for block in asked_.message.content] == ["One, two."]
