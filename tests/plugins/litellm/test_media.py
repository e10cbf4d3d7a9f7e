"""Words and files as parts of messages."""

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


def test_an_empty_text_is_no_part():
    assert parts({"type": "text", "text": ""}) == ([], [])
