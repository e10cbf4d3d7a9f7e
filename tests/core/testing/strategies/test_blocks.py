from hypothesis import given

from cgb.messages import UnknownBlock, block_of
from cgb.testing.strategies import blocks, flat_blocks, novel_blocks
from cgb.testing.strategies.blocks import KNOWN

from .drawn import some


@given(blocks(), novel_blocks())
def test_blocks_are_blocks(raw, novel):
    assert block_of(raw).to_wire() == raw
    assert isinstance(block_of(novel), UnknownBlock)


def test_every_kind_comes():
    for kind in KNOWN:
        assert some(blocks(), lambda raw, kind=kind: raw["type"] == kind)


@given(flat_blocks())
def test_flat_blocks_hold_no_others(raw):
    assert raw["type"] not in {"tool_result", "search_result"}
