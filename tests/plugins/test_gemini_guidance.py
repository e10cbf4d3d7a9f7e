"""What a Gemini model that drives Claude Code is told, and who is not told it."""

from pathlib import Path

import pytest

from cgb import Context, MessagesRequest, Target, TextBlock
from cgb.context import kind_of
from cgb.testing import ScriptedTransport, aask
from cgb_plugins import gemini_guidance, tidy_request
from cgb_plugins.gemini_guidance import GUIDANCE, GeminiGuidance, fit_request

from ..fixtures import posted

CLIENT = {"user-agent": "claude-cli/2.1.330 (external, cli)"}
GEMINI = Target(family="gemini")
TOLD = TextBlock(text=GUIDANCE)


def recorded(name):
    """A captured request, and its context."""
    one = posted()[name]
    request = MessagesRequest.model_validate(one.json)
    counting = one.path.endswith("count_tokens")
    return request, Context(request, kind_of(request, one.headers, counting=counting), one.headers)


def fitted(request, ctx, target=GEMINI, **settings):
    return fit_request(request, target, ctx, GeminiGuidance(**settings))


def test_it_is_the_first_part_of_claude_md():
    page = (Path(__file__).parents[2] / "CLAUDE.md").read_text(encoding="utf-8")
    _, _, rest = page.partition("\n## Part 1")
    part, _, _ = rest.partition("\n## Part 2")
    assert part.partition("\n\n")[2].strip() == GUIDANCE.strip()


@pytest.mark.parametrize("name", ["01-main-opus-first-turn", "07-tool-loop-gemini", "19-subagent-general"])
def test_it_stands_last_in_the_system_prompt_and_the_clients_own_blocks_stay(name):
    request, ctx = recorded(name)
    changed = fitted(request, ctx)
    assert changed.system_blocks == (*request.system_blocks, TOLD)
    assert changed.with_(system=None) == request.with_(system=None)


@pytest.mark.parametrize(
    "name",
    [
        "28-session-title",
        "18-webfetch-apply",
        "14-websearch-subrequest-allowed",
        "39-auto-mode-local-stage1-severity",
        "30-count-tokens-tools",
        "64-opt-no-tools",
    ],
)
def test_calls_that_work_with_no_tools_of_the_client_are_left_alone(name):
    request, ctx = recorded(name)
    assert fitted(request, ctx) is request


@pytest.mark.parametrize("target", [Target(), Target(family="claude", native=True), Target(family="gpt")])
def test_other_models_are_not_told(target):
    request, ctx = recorded("01-main-opus-first-turn")
    assert fitted(request, ctx, target) is request


def test_other_clients_have_manners_of_their_own():
    request, ctx = recorded("01-main-opus-first-turn")
    other = Context(ctx.request, ctx.kind, {"user-agent": "Anthropic/Python 2.12.0"})
    assert fitted(request, other) is request


def test_a_compaction_begins_as_the_conversation_did():
    """It reads the whole conversation, so it is the one that gains most from Gemini's cache of prefixes."""
    request, ctx = recorded("07-tool-loop-gemini")
    compaction = Context(request, "compaction", ctx.headers)
    assert fitted(request, compaction) == fitted(request, ctx)


def test_a_project_that_says_it_already_is_not_told_twice():
    request, ctx = recorded("01-main-opus-first-turn")
    claude_md = request.messages[0].with_(content=f"<system-reminder>\n# claudeMd\n{GUIDANCE}</system-reminder>")
    request = request.with_(messages=(claude_md, *request.messages[1:]))
    assert fitted(request, ctx) is request


def test_the_text_is_a_setting():
    request, ctx = recorded("01-main-opus-first-turn")
    assert fitted(request, ctx, text="Be careful.").system_blocks[-1] == TextBlock(text="Be careful.")


async def test_tidied_it_is_still_the_end_and_the_beginning_is_as_it_was():
    request, ctx = recorded("01-main-opus-first-turn")
    transport = ScriptedTransport("Yes.", "Yes.", target=GEMINI)
    await aask(request, [transport, gemini_guidance, tidy_request], headers=ctx.headers)
    await aask(request, [transport, tidy_request], headers=ctx.headers)
    told, plain = (sent.request.system for sent in transport.requests)
    assert told == f"{plain}\n\n{GUIDANCE}"


def test_in_every_turn_the_system_prompt_is_the_same():
    request, ctx = recorded("07-tool-loop-gemini")
    turns = [request.with_(messages=request.messages[:count]) for count in range(1, len(request.messages) + 1)]
    assert len({fitted(turn, ctx).model_dump_json(include={"system"}) for turn in turns}) == 1
