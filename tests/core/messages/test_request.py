import pytest
from pydantic import ValidationError

from cgb.messages import MessageParam, MessagesRequest, TextBlock, Tool

from ...fixtures import posted

USER = {"role": "user", "content": "Hello"}


def request(**fields):
    return MessagesRequest.model_validate({"model": "m", "messages": [USER], **fields})


@pytest.mark.parametrize("name", posted())
def test_what_claude_code_sends_goes_in_and_out_unchanged(name):
    raw = posted()[name].json
    assert MessagesRequest.model_validate(raw).to_wire() == raw


def test_all_fifty_one_bodies_are_there():
    assert len(posted()) == 51


def test_system_messages_may_stand_anywhere_and_be_empty():
    raw = [{"role": "system", "content": []}, USER, {"role": "system", "output_config": {"effort": "low"}}]
    made = request(messages=raw)
    assert made.to_wire()["messages"] == raw
    assert made.messages[2].blocks == ()


@pytest.mark.parametrize("role", ["user", "assistant"])
def test_other_messages_need_content(role):
    with pytest.raises(ValidationError, match="content: Field required"):
        MessageParam.model_validate({"role": role})
    assert MessageParam.model_validate({"role": role, "content": []}).blocks == ()


def test_content_as_blocks():
    assert MessageParam(role="user", content="Hi.").blocks == (TextBlock(text="Hi."),)
    assert request(system="Be brief.").system_blocks == (TextBlock(text="Be brief."),)
    assert request().system_blocks == ()


@pytest.mark.parametrize(
    ("raw", "custom"),
    [
        ({"name": "a", "input_schema": {}}, True),
        ({"name": "a", "input_schema": {}, "type": "custom"}, True),
        ({"name": "a", "input_schema": {}, "type": None}, True),
        ({"type": "web_search_20250305", "name": "web_search"}, False),
        ({"type": "novelty"}, False),
    ],
)
def test_tools_are_the_clients_or_the_providers(raw, custom):
    tool = Tool.model_validate(raw)
    assert tool.is_custom is custom
    assert tool.to_wire() == raw


@pytest.mark.parametrize("raw", [{"name": "a"}, {"input_schema": {}}, {"name": "a", "input_schema": []}, {}])
def test_the_clients_tools_have_a_name_and_a_schema(raw):
    with pytest.raises(ValidationError):
        Tool.model_validate(raw)


def test_values_that_no_published_type_knows_come_through():
    raw = {
        "model": "m",
        "messages": [{**USER, "output_config": {"effort": "max"}, "id": 5}],
        "thinking": {"type": "adaptive", "display": "updates"},
        "output_config": {"effort": "novel", "format": {"type": "json_schema", "schema": {"a": [1.5, None]}}},
        "tool_choice": {"type": "novel", "disable_parallel_tool_use": True},
        "system": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral", "scope": "global"}}],
        "context_management": {"edits": []},
        "safeguards": [{"type": "dangerous_tool_use"}],
        "temperature": 0,
        "stream": None,
    }
    assert MessagesRequest.model_validate(raw).to_wire() == raw


@pytest.mark.parametrize("fields", [{"model": ""}, {"messages": []}, {"max_tokens": 0}, {"messages": [{"role": "x"}]}])
def test_what_no_provider_could_answer_is_refused(fields):
    with pytest.raises(ValidationError):
        request(**fields)
