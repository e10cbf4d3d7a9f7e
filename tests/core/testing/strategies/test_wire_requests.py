import pytest
from hypothesis import find, given

from cgb import MessagesRequest
from cgb.testing import assert_request
from cgb.testing.strategies import wire_requests


@given(wire_requests())
def test_the_parser_takes_them(raw):
    assert MessagesRequest.model_validate(raw).to_wire() == raw


def test_some_hold_what_a_provider_refuses():
    def has_a_lost_result(raw):
        return any("tool_result" in repr(turn["content"]) for turn in raw["messages"] if "content" in turn)

    raw = find(wire_requests(), has_a_lost_result)
    with pytest.raises(AssertionError):
        assert_request(MessagesRequest.model_validate(raw))
