"""What Claude Code sends, in the shape every upstream understands (Claude Code contract, checklist)."""

import pytest

from cgb import Context, MessageParam, MessagesRequest, Target
from cgb.messages import carry
from cgb_plugins.tidy_request import TidyRequest, describe_settings, fit_request

BILLING = "x-anthropic-billing-header: cc_version=2.1.330; cc_entrypoint=cli;"


def tidied(*messages, **fields):
    request = {"model": "m", "max_tokens": 1, "messages": list(messages) or [user("Hi")], **fields}
    asked = MessagesRequest.model_validate(request)
    return fit_request(asked, Target(), Context(asked), TidyRequest())


def user(content):
    return {"role": "user", "content": content}


def assistant(content):
    return {"role": "assistant", "content": content}


def system(content, **fields):
    return {"role": "system", "content": content, **fields}


def text(words):
    return {"type": "text", "text": words}


def use(name, tool_id="a"):
    return {"type": "tool_use", "id": tool_id, "name": name, "input": {}}


def result(content, tool_id="a"):
    return {"type": "tool_result", "tool_use_id": tool_id, "content": content}


def reference(name):
    return {"type": "tool_reference", "tool_name": name}


def tool(name, **fields):
    return {"name": name, "input_schema": {"type": "object"}, **fields}


def change(verb, name, **definition):
    if not definition:
        return {"type": f"tool_{verb}", "tool": {"type": "tool_reference", "name": name}}
    return {"type": f"tool_{verb}", "tool": {"type": "tool_definition", "definition": {"name": name, **definition}}}


def said(request):
    """Role and texts of each message."""
    return [(message.role, [block.get("text", block.type) for block in message.blocks]) for message in request.messages]


def test_a_native_target_gets_the_request_untouched():
    request = MessagesRequest.model_validate(
        {"model": "m", "system": [text(BILLING)], "messages": [system("x"), user([text("")])]}
    )

    assert fit_request(request, Target(native=True), Context(request), TidyRequest(max_tokens_limit=1)) is request


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, None),
        ("", None),
        ("Be kind.", "Be kind."),
        ([], None),
        ([text(BILLING)], None),
        ([text(BILLING), text("You are Claude Code."), text("Be kind.")], "You are Claude Code.\n\nBe kind."),
        ([text("  \n"), text("Be kind.")], "Be kind."),
        (BILLING, None),
    ],
)
def test_the_system_prompt_is_one_text_without_the_billing_line(given, kept):
    assert tidied(system=given).system == kept


def test_the_system_prompt_stays_the_same_from_request_to_request():
    first = tidied(system=[text("x-anthropic-billing-header: cc_version=1; a"), text("Be kind.")])
    second = tidied(system=[text("x-anthropic-billing-header: cc_version=2; b"), text("Be kind.")])

    assert first.system == second.system


REMINDER = "<system-reminder>\nMind\n</system-reminder>"


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        (
            [user("Hi"), assistant("Hello"), user("Bye")],
            [("user", ["Hi"]), ("assistant", ["Hello"]), ("user", ["Bye"])],
        ),
        ([user("a"), user("b")], [("user", ["a", "b"])]),
        ([user("Hi"), assistant("a"), assistant("b")], [("user", ["Hi"]), ("assistant", ["a", "b"])]),
        ([user("Hi"), system("Mind")], [("user", ["Hi", REMINDER])]),
        ([system([text("Mind")]), user("Hi")], [("user", [REMINDER, "Hi"])]),
        ([user("Hi"), system([])], [("user", ["Hi"])]),
        (
            [user("Hi"), assistant("a"), system("Mind"), assistant("b")],
            [("user", ["Hi"]), ("assistant", ["a"]), ("user", [REMINDER]), ("assistant", ["b"])],
        ),
        ([user([text(""), text("Hi")]), assistant([text("")]), user("Bye")], [("user", ["Hi"]), ("user", ["Bye"])]),
        (
            [user("Hi"), assistant([use("Bash")]), system("Mind"), user([text("now"), result("A")])],
            [("user", ["Hi"]), ("assistant", ["tool_use"]), ("user", ["tool_result", REMINDER, "now"])],
        ),
        ([system([])], []),
    ],
)
def test_turns_alternate(messages, expected):
    assert said(tidied(*messages)) == expected


@pytest.mark.parametrize("content", ["plain", [text("blocks")], [reference("Grep")], [], None])
def test_a_tool_result_stays_one(content):
    [message] = tidied(user([result(content)])).messages

    assert [block.type for block in message.blocks] == ["tool_result"]


@pytest.mark.parametrize("content", ["said", [text("said")], [], None])
def test_turns_that_are_tidy_are_not_copied(content):
    messages = (
        MessageParam.model_validate(message)
        for message in (user([text("Hi")]), assistant([text("x"), use("A")]), user([result(content), text("y")]))
    )
    asked = MessagesRequest(model="m", max_tokens=1, messages=tuple(messages))
    fitted = fit_request(asked, Target(), Context(asked), TidyRequest())
    same = [after is before for before, after in zip(asked.messages, fitted.messages, strict=True)]
    assert same == [True, True, content is not None]


def test_a_reference_to_a_tool_is_words():
    [message] = tidied(user([result([reference("Grep"), text("x")]), reference("Glob")])).messages

    inside, outside = message.blocks
    assert [block.text for block in inside.blocks] == ["Tool loaded: Grep", "x"]
    assert outside.text == "Tool loaded: Glob"


def names(*messages, tools):
    return [one.name for one in tidied(*messages, tools=tools).tools]


DEFERRED = tool("Grep", defer_loading=True)


@pytest.mark.parametrize(
    ("messages", "tools", "offered"),
    [
        pytest.param([], [tool("A"), tool("DeferredToolPlaceholder")], ["A"], id="the placeholder is no tool"),
        pytest.param([], [tool("A"), DEFERRED], ["A"], id="a deferred tool waits"),
        pytest.param([user([result([reference("Grep")])])], [DEFERRED], ["Grep"], id="until the search has found it"),
        pytest.param([assistant([use("Grep")])], [DEFERRED], ["Grep"], id="or the model has used it"),
        pytest.param([system([change("addition", "Grep")])], [DEFERRED], ["Grep"], id="or it was added"),
        pytest.param([system([change("removal", "A")])], [tool("A"), tool("B")], ["B"], id="a removed one is gone"),
        pytest.param(
            [system([change("removal", "A")]), system([change("addition", "A")])], [tool("A")], ["A"], id="and back"
        ),
        pytest.param(
            [system([change("addition", "A")]), system([change("removal", "A")])], [tool("A")], [], id="and gone again"
        ),
        pytest.param(
            [system([change("addition", "New", input_schema={"type": "object"})])],
            [tool("A")],
            ["A", "New"],
            id="one that is defined where it is added",
        ),
        pytest.param(
            [system([change("addition", "New", input_schema="odd"), {"type": "tool_addition", "tool": "odd"}])],
            [tool("A")],
            ["A"],
            id="a definition that is none",
        ),
        pytest.param([], [tool("A"), tool("A")], ["A"], id="twice the same"),
        pytest.param([], [{"type": "web_search_20250305", "name": "web_search"}], ["web_search"], id="a server tool"),
        pytest.param([], [], [], id="none"),
    ],
)
def test_the_tools_to_offer(messages, tools, offered):
    assert names(*messages, tools=tools) == offered


def test_the_model_reads_when_tools_came_and_went():
    request = tidied(user("Hi"), system([change("addition", "Grep"), change("removal", "Bash")]))

    assert said(request) == [("user", ["Hi", "Tool added: Grep", "Tool removed: Bash"])]


@pytest.mark.parametrize(
    ("request_wide", "per_turn", "effort"),
    [
        (None, [], None),
        ({"effort": "high"}, [], "high"),
        (None, [{"effort": "low"}], "low"),
        ({"effort": "high"}, [{"effort": "low"}], "low"),
        ({"effort": "high"}, [{"effort": "low"}, {"effort": "max"}], "max"),
        ({"effort": "high"}, [{}, "odd"], "high"),
    ],
)
def test_the_newest_turns_effort_wins(request_wide, per_turn, effort):
    messages = [user("Hi"), *(system([], output_config=config) for config in per_turn)]

    config = tidied(*messages, output_config=request_wide).output_config

    assert (config.effort if config else None) == effort


def test_the_rest_of_output_config_stays():
    wide = {"effort": "high", "format": {"type": "json_schema"}}

    config = tidied(user("Hi"), system([], output_config={"effort": "low"}), output_config=wide).output_config

    assert config.to_wire() == {"effort": "low", "format": {"type": "json_schema"}}


def test_everything_else_comes_through():
    request = tidied(
        max_tokens=64, stop_sequences=["x"], thinking={"type": "adaptive", "display": "updates"}, novelty=1
    )

    assert request.max_tokens == 64
    assert request.stop_sequences == ("x",)
    assert request.thinking.get("display") == "updates"
    assert request.get("novelty") == 1


def test_calls_that_the_client_moved_to_the_end_are_put_back():
    """Claude Code sends a message's calls last (Claude Code contract)."""
    moved = [text("ab"), text("cd"), use("A", carry("t1", at=0)), use("B", carry("t2", at=2))]

    [message] = tidied(assistant(moved)).messages

    assert [block.get("text") or block.get("name") for block in message.blocks] == ["A", "ab", "B", "cd"]


def test_what_users_send_stays_in_its_order():
    moved = [text("ab"), use("A", carry("t1", at=0))]

    [message] = tidied(user(moved)).messages

    assert [block.type for block in message.blocks] == ["text", "tool_use"]


def test_what_is_no_text_in_the_system_prompt_is_noted():
    raw = {"model": "m", "max_tokens": 1, "system": [{"type": "image", "source": {}}], "messages": [user("Hi")]}
    asked = MessagesRequest.model_validate(raw)
    ctx = Context(asked)
    assert fit_request(asked, Target(), ctx, TidyRequest()).system is None
    assert [note.kind for note in ctx.notes] == ["dropped"]


@pytest.mark.parametrize(("asked", "limit", "given"), [(9000, 8192, 8192), (100, 8192, 100), (None, 8192, 8192)])
def test_answers_may_be_limited_for_all_clients(asked, limit, given):
    request = MessagesRequest.model_validate({"model": "m", "max_tokens": asked, "messages": [user("Hi")]})
    settings = describe_settings()(max_tokens_limit=limit)
    assert fit_request(request, Target(), Context(request), settings).max_tokens == given
