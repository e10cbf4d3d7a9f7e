import pytest
from hypothesis import given

from cgb import MessagesRequest
from cgb.testing import assert_request
from cgb.testing.strategies import requests, tools

from .drawn import some


@given(requests())
def test_a_provider_takes_them(request_):
    assert_request(request_)
    assert MessagesRequest.model_validate(request_.to_wire()) == request_
    assert request_.messages[-1].role != "assistant"


@given(tools())
def test_tools_are_the_clients_own(tool):
    assert tool.is_custom
    assert tool.input_schema["type"] == "object"


@pytest.mark.parametrize("kind", ["tool_use", "tool_result", "thinking", "redacted_thinking", "image", "document"])
def test_every_kind_of_block_comes(kind):
    def has(request_):
        return any(block.type == kind for message in request_.messages for block in message.blocks)

    assert some(requests(), has)


def test_reminders_and_unknown_members_come():
    assert some(requests(), lambda one: any(message.role == "system" for message in one.messages))
    assert some(requests(), lambda one: one.model_extra)
