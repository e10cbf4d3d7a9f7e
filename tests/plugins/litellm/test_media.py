"""Parts of messages."""

import pytest

from cgb import InvalidRequest
from cgb.messages import block_of
from cgb_plugins.litellm.media import parts_of

from .kit import image

PDF = {"type": "document", "title": "T", "source": {"type": "base64", "media_type": "application/pdf", "data": "AA=="}}


def parts(raw, *media):
    notes = []
    return list(parts_of(block_of(raw), media, lambda kind, _: notes.append(kind))), notes


def test_an_image_is_a_data_url():
    (part,), notes = parts(image(), "image/*")

    assert part["image_url"]["url"].startswith("data:image/png;base64,iVBOR")
    assert notes == []


def test_a_pdf_is_a_file_where_it_is_read_and_words_elsewhere():
    found, _ = parts(PDF, "application/pdf")
    assert found[1]["file"] == {"filename": "document.pdf", "file_data": "data:application/pdf;base64,AA=="}
    found, notes = parts(PDF)
    assert (found[1]["type"], notes) == ("text", ["dropped"])


def test_a_link_is_never_fetched():
    """LiteLLM would, from this machine's network."""
    found, _ = parts({"type": "image", "source": {"type": "url", "url": "http://localhost/x.png"}}, "image/*")

    assert found == [{"type": "text", "text": "[image: http://localhost/x.png]"}]


def test_a_file_id_is_refused():
    with pytest.raises(InvalidRequest, match="file_1"):
        parts({"type": "image", "source": {"type": "file", "file_id": "file_1"}}, "image/*")


@pytest.mark.parametrize(
    "raw",
    [
        {"type": "text", "text": "word"},
        {"type": "document", "source": {"type": "text", "data": "word"}},
        {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "word"}]}},
        {"type": "search_result", "source": "s", "title": "word"},
        {"type": "tool_reference", "tool_name": "word"},
        {"type": "server_tool_use", "id": "x", "name": "word", "input": {}},
        {"type": "brand_new", "word": 1, "cache_control": {"type": "ephemeral"}},
    ],
)
def test_everything_else_is_words(raw):
    found, _ = parts(raw)

    assert {part["type"] for part in found} == {"text"}
    assert "word" in str(found)
    assert "cache_control" not in str(found)


def test_thoughts_of_nobody_are_left_out():
    assert parts({"type": "thinking", "thinking": "hm"}) == ([], ["dropped"])
