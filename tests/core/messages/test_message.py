from cgb.messages import Message, TextBlock, UnknownBlock, Usage


def test_the_whole_envelope_is_rendered_nulls_included():
    message = Message(id="msg_1", model="m", content=(TextBlock(text="Hi."), UnknownBlock(type="x", a=None)))
    assert message.to_wire() == {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "text", "text": "Hi."}, {"type": "x", "a": None}],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {
            "input_tokens": 0,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": 0,
        },
    }


def test_unknown_members_are_kept():
    raw = {**Message(id="a", model="m", usage=Usage(input_tokens=1, tier="x")).to_wire(), "container": {"id": "c"}}
    assert Message.model_validate(raw).to_wire() == raw
