import pytest

from cgb.messages import TextBlock, ToolUseBlock
from cgb.testing import assert_stream
from cgb.testing.properties.drawing import drawn, shrink


def test_the_examples_are_the_same_each_time():
    drawn.cache_clear()
    first = [one.request for one in drawn(5, with_answers=True)]
    drawn.cache_clear()
    assert first == [one.request for one in drawn(5, with_answers=True)]
    assert len(first) == 5


def test_ordinary_ones_are_always_among_them():
    """Of those that are drawn, sixty may be without a word: then what spoils every text did not show."""
    said, called = drawn(2, with_answers=True)
    assert [one.answer for one in drawn(1, with_answers=False)] == [said.answer]
    assert [one.answer for one in drawn(5, with_answers=True)[:2]] == [said.answer, called.answer]
    assert [type(block) for block in said.answer.content] == [TextBlock]
    assert [type(block) for block in called.answer.content] == [TextBlock, ToolUseBlock]
    assert called.request.tools[0].name == called.answer.content[1].name
    for one in (said, called):
        assert_stream(one.events)


def size(example):
    return len(example.request.model_dump_json())


def test_what_fails_is_made_small():
    seen = []

    def fails(example):
        if len(example.request.messages) > 1:
            seen.append(example)
            raise ValueError("two")

    with pytest.raises(ValueError, match="two"):
        shrink(fails, 20, with_answers=False)
    # How small differs between processes: hypothesis draws on constants of the modules that are loaded.
    assert len(seen[-1].request.messages) <= 3
    assert size(seen[-1]) <= size(seen[0])
