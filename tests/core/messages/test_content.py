import pytest
from pydantic import TypeAdapter, ValidationError

from cgb.messages import (
    Block,
    Content,
    TextBlock,
    ThinkingBlock,
    ToolResultBlock,
    ToolUseBlock,
    UnknownBlock,
    as_blocks,
    block_of,
)

BLOCK, CONTENT = TypeAdapter(Block), TypeAdapter(Content)

WIRE = [
    {"type": "text", "text": "Hi.", "cache_control": {"type": "ephemeral"}, "citations": None},
    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}},
    {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "x"}]}, "title": None},
    {"type": "search_result", "source": "s", "title": "t", "content": [{"type": "text", "text": "x", "new": 1}]},
    {"type": "thinking", "thinking": "Hm.", "signature": ""},
    {"type": "redacted_thinking", "data": "x"},
    {"type": "tool_use", "id": "t", "name": "Read", "input": {"__unparsedToolInput": {"raw": "{", "len": 1}}},
    {"type": "tool_use", "name": "Read", "input": [1]},
    {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "x"}},
    {"type": "tool_reference", "tool_name": "Read"},
    {"type": "tool_result", "tool_use_id": "t"},
    {"type": "tool_result", "tool_use_id": "t", "content": "said", "is_error": False},
    {
        "is_error": True,
        "content": [{"type": "tool_reference", "tool_name": "A"}],
        "tool_use_id": "t",
        "type": "tool_result",
    },
    {"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"type": "web_search_result", "url": "u"}]},
    {"type": "tool_addition", "tool": {"type": "tool_reference", "name": "A"}},
    {"type": "", "text": 5},
]


@pytest.mark.parametrize("raw", WIRE, ids=lambda raw: raw["type"])
def test_a_block_goes_in_and_out_unchanged(raw):
    for block in (BLOCK.validate_python(raw), block_of(raw)):
        assert block.to_wire() == raw
        assert type(block) is type(block_of(raw))


@pytest.mark.parametrize("raw", [{}, {"type": None}, {"type": 5}, {"type": []}, {"type": {}}, "text", 5, None, []])
def test_what_is_no_block_is_refused(raw):
    with pytest.raises(ValidationError):
        BLOCK.validate_python(raw)


@pytest.mark.parametrize("raw", [{"type": "text"}, {"type": "text", "text": 5}, {"type": "tool_use", "id": "x"}])
def test_a_known_block_must_be_what_it_says(raw):
    for read in (BLOCK.validate_python, block_of):
        with pytest.raises(ValidationError):
            read(raw)


def test_a_block_made_in_python_is_rendered_with_its_type():
    assert TextBlock(text="x").to_wire() == {"type": "text", "text": "x"}
    assert ToolUseBlock(id="t", name="n", input={}).to_wire() == {
        "type": "tool_use",
        "id": "t",
        "name": "n",
        "input": {},
    }
    assert ToolResultBlock(tool_use_id="t", content=(TextBlock(text="x"),)).to_wire()["content"] == [
        {"type": "text", "text": "x"}
    ]


def test_content_is_words_or_blocks():
    assert CONTENT.validate_python("Hi.") == "Hi."
    assert CONTENT.validate_python([{"type": "text", "text": "Hi."}]) == (TextBlock(text="Hi."),)
    assert CONTENT.validate_python([ThinkingBlock(thinking="x")]) == (ThinkingBlock(thinking="x"),)


def test_content_as_blocks():
    assert as_blocks("Hi.") == (TextBlock(text="Hi."),)
    assert as_blocks("") == as_blocks(None) == as_blocks(()) == ()
    assert as_blocks((UnknownBlock(type="x"),)) == (UnknownBlock(type="x"),)
    assert ToolResultBlock(tool_use_id="t").blocks == ()
    assert ToolResultBlock(tool_use_id="t", content="x").blocks == (TextBlock(text="x"),)
