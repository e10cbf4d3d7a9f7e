import orjson
from hypothesis import given

from cgb.messages import MessagesRequest, block_of
from cgb.server.body import parse_request
from cgb.testing.strategies import blocks, wire_requests


@given(wire_requests())
def test_parse_and_render_is_the_identity(raw):
    request = MessagesRequest.model_validate(raw)
    assert request.to_wire() == raw
    assert MessagesRequest.model_validate(request.to_wire()) == request


@given(wire_requests())
def test_the_same_from_bytes(raw):
    assert parse_request(orjson.dumps(raw), counting=True).to_wire() == raw


@given(wire_requests())
def test_every_unknown_member_can_be_read(raw):
    request = MessagesRequest.model_validate(raw)
    for name, value in raw.items():
        if name not in MessagesRequest.model_fields:
            assert request.get(name) == value


@given(blocks())
def test_a_block_is_rendered_as_it_came(raw):
    assert block_of(raw).to_wire() == raw
