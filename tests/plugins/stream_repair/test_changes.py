"""What is changed before a request is sent again."""

import pytest

from cgb import MessageParam, Target, TextBlock
from cgb_plugins.stream_repair.changes import (
    cooler,
    corrected,
    correction,
    hotter,
    may_call,
    roomier,
    roomiest,
    with_note,
)

from .kit import broken, request_of

HERE, CLAUDE = Target(output_tokens=20_000), Target(native=True)


@pytest.mark.parametrize(
    ("change", "given", "sent"),
    [(hotter, None, 1.3), (hotter, 0.5, 0.8), (hotter, 1.9, 2.0), (cooler, None, 0.3), (cooler, 0.1, 0.1)],
)
def test_temperature(change, given, sent):
    assert change(request_of(temperature=given), broken(), HERE).temperature == pytest.approx(sent)


@pytest.mark.parametrize("change", [hotter, cooler])
def test_claude_keeps_its_own_temperature(change):
    """With thinking it takes no other."""
    request = request_of()

    assert change(request, broken(), CLAUDE) is request


@pytest.mark.parametrize(
    ("given", "sent"), [(None, 20_000), (64, 8_256), (9_000, 18_000), (15_000, 20_000), (30_000, 30_000)]
)
def test_more_room(given, sent):
    assert roomier(request_of(max_tokens=given), broken(), HERE).max_tokens == sent


@pytest.mark.parametrize(
    ("thinking", "sent", "effort"),
    [
        (None, "disabled", None),
        ({"type": "disabled"}, "disabled", None),
        ({"type": "adaptive"}, "adaptive", "low"),
        ({"type": "enabled", "budget_tokens": 9_000}, "enabled", None),
    ],
)
def test_less_thinking(thinking, sent, effort):
    changed = roomier(request_of(thinking=thinking, output_config={"format": None}), broken(), HERE)

    assert changed.thinking.type == sent
    assert changed.thinking.budget_tokens in {None, 1_024}
    assert changed.output_config.effort == effort


def test_all_the_room_and_the_least_thinking():
    changed = roomiest(request_of(thinking={"type": "adaptive"}), broken(), HERE)

    assert (changed.max_tokens, changed.thinking.type) == (20_000, "disabled")


def test_a_note_stands_at_the_end_of_what_the_user_said():
    """So that the prefix which upstream has cached stays the same."""
    request = request_of("Do it.")

    changed = with_note(request, "Mind.")

    assert [block.text for block in changed.messages[-1].blocks] == ["Do it.", "Mind."]
    assert len(changed.messages) == len(request.messages)


@pytest.mark.parametrize("role", ["assistant", "system"])
def test_after_anybody_else_a_note_is_a_message_of_its_own(role):
    request = request_of()
    request = request.with_(messages=(*request.messages, MessageParam(role=role, content="So")))

    changed = with_note(request, "Mind.")

    assert changed.messages[:-1] == request.messages
    assert changed.messages[-1] == MessageParam(role="user", content=(TextBlock(text="Mind."),))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (broken("empty"), "was empty"),
        (broken("malformed_call", calls=({"name": "Grep", "input": {}},)), "call of Grep could not"),
        (broken("malformed_call", detail="print(default_api.Bash('"), "call of Bash could not"),
        (broken("malformed_call"), "call of a tool could not"),
        (broken("unexpected_tool_call", calls=({"name": "Bush", "input": {}},)), "no tool Bush. The tools are: Bash."),
        (broken("unexpected_tool_call"), "no tool that you called"),
        (broken("recitation"), "your own words"),
    ],
)
def test_the_model_is_told_what_was_wrong(error, said):
    request = request_of()

    assert said in correction(request, error)
    assert said in corrected(request, error, HERE).messages[-1].blocks[-1].text


@pytest.mark.parametrize("fields", [{"tools": []}, {"tool_choice": {"type": "none"}}])
def test_where_no_tool_may_be_called_it_is_told_so(fields):
    """tensorzero/tensorzero#2329."""
    request = request_of(**fields)

    assert not may_call(request)
    assert "Answer in words" in correction(request, broken("unexpected_tool_call"))


def test_tools_may_be_called_unless_the_client_says_no():
    assert may_call(request_of())
    assert may_call(request_of(tool_choice={"type": "any"}))


def test_for_a_failure_that_is_not_its_own_it_is_told_nothing():
    request = request_of()

    assert corrected(request, broken("cut"), HERE) is request
