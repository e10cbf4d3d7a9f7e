from hypothesis import given

from cgb.messages import Message, events_of
from cgb.testing import assert_stream
from cgb.testing.strategies import answers, messages, usages

from .drawn import some


@given(answers(("One", "Two")))
def test_answers_are_answers(answer):
    assert assert_stream(events_of(answer)).to_wire() == answer.to_wire()
    called = [block for block in answer.content if block.type == "tool_use"]
    assert {block.name for block in called} <= {"One", "Two"}
    assert len({block.id for block in called}) == len(called)
    assert (answer.stop_reason == "tool_use") == bool(called)


@given(messages(), usages())
def test_messages_are_any_messages(message, usage):
    assert Message.model_validate(message.to_wire()).to_wire() == message.to_wire()
    assert min(usage.model_dump().values()) >= 0


def test_messages_may_be_such_as_no_model_says():
    assert some(messages(), lambda message: any(block.type == "tool_result" for block in message.content))
