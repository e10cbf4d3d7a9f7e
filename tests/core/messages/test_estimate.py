import pytest

from cgb.messages import estimate_tokens
from cgb.testing import request_of


def tokens(content, **fields):
    return estimate_tokens(request_of({"model": "m", "messages": [{"role": "user", "content": content}], **fields}))


def test_four_characters_are_a_token():
    assert 1000 <= tokens("x" * 4000) <= 1010
    assert tokens("") >= 1


def test_everything_counts():
    bare = tokens("x")
    long = "y" * 400
    tool = {"name": "a", "description": long, "input_schema": {"type": "object", "description": long}}
    assert tokens("x", system=long) >= bare + 100
    assert tokens("x", system=[{"type": "text", "text": long}]) >= bare + 100
    assert tokens("x", tools=[tool]) >= bare + 200


@pytest.mark.parametrize(
    ("block", "least", "most"),
    [
        ({"type": "image", "source": {"data": "A" * 1_000_000}}, 258, 258),
        ({"type": "document", "source": {"data": "A" * 70_000}}, 1000, 1001),
        ({"type": "document", "source": {"type": "url", "url": "u"}}, 1, 1),
        ({"type": "tool_result", "tool_use_id": "t", "content": "x" * 400}, 100, 105),
        ({"type": "tool_result", "tool_use_id": "t", "content": [{"type": "image", "source": {}}]}, 258, 260),
        ({"type": "thinking", "thinking": "x" * 400}, 100, 105),
        ({"type": "tool_use", "id": "t", "name": "a", "input": {"a": "x" * 400}}, 100, 130),
        ({"type": "tool_use", "id": "t", "name": "a", "input": {"a": 10**400}}, 100, 130),
        ({"type": "tool_use", "id": "t", "name": "a", "input": {"a": "\ud800" * 100}}, 100, 200),
        ({"type": "novelty", "a": "x" * 400}, 100, 130),
    ],
)
def test_blocks_count_by_what_they_hold(block, least, most):
    assert least <= tokens([block]) <= most + 1
