"""What users and tools say besides plain text, as words and files."""

import pytest

from cgb import InvalidRequest
from cgb.messages import block_of
from cgb.pieces import File, pieces_of, takes

MEDIA = ("image/png", "image/jpeg", "image/webp", "image/heic", "application/pdf", "text/*")
DATA = "iVBORw0KGgo="


def pieces(raw, media=MEDIA):
    notes = []
    return list(pieces_of(block_of(raw), media, lambda kind, _: notes.append(kind))), notes


def image(kind="image/png"):
    return {"type": "image", "source": base64(kind)}


def document(source, **fields):
    return {"type": "document", "source": source, **fields}


def base64(kind, data=DATA):
    return {"type": "base64", "media_type": kind, "data": data}


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("image/png", "image/png"),
        ("image/jpeg", "image/jpeg"),
        ("image/webp", "image/webp"),
        ("image/heic", "image/heic"),
        ("image/jpg", "image/jpeg"),  # "Unsupported MIME type: image/jpg"
        ("IMAGE/PNG", "image/png"),
    ],
)
def test_an_image(given, sent):
    assert pieces(image(given)) == ([File(sent, DATA)], [])


@pytest.mark.parametrize("kind", ["image/gif", "image/svg+xml", "image/bmp", "application/zip", ""])
def test_a_file_that_the_model_refuses_becomes_words(kind):
    [piece], notes = pieces(image(kind))

    assert f"image of type {kind}" in piece
    assert notes == ["dropped"]


TEXT_SOURCE = {"type": "text", "media_type": "text/plain", "data": "words"}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (document(base64("application/pdf")), [File("application/pdf", DATA)]),
        (document(base64("text/csv")), [File("text/csv", DATA)]),
        (document(TEXT_SOURCE), ["words"]),
        (document(TEXT_SOURCE, title="T", context="C"), ["T\nC", "words"]),
        (document({"type": "content", "content": "words"}), ["words"]),
        (
            document({"type": "content", "content": [{"type": "text", "text": "a"}, image()]}),
            ["a", File("image/png", DATA)],
        ),
        (document({"type": "content"}), []),
        (document({"type": "text", "data": ""}), []),
        (
            document({"type": "url", "url": "https://x.example/a.pdf"}),
            ["[document: https://x.example/a.pdf]"],
        ),
        (
            {"type": "image", "source": {"type": "url", "url": "https://x.example/i"}},
            ["[image: https://x.example/i]"],
        ),
        ({"type": "tool_reference", "tool_name": "Grep"}, ["Tool loaded: Grep"]),
        (
            {"type": "search_result", "source": "s", "title": "t", "content": [{"type": "text", "text": "found"}]},
            ["Search result: t (s)", "found"],
        ),
        ({"type": "text", "text": ""}, []),
        ({"type": "text", "text": "a\u2028b"}, ["a\u2028b"]),
        ({"type": "brand_new", "x": [1]}, ['{"type":"brand_new","x":[1]}']),
        # An unreadable block inside a document, where the request's own validation does not reach.
        (document({"type": "content", "content": [{"type": "text"}]}), ['{"type":"text"}']),
        (document({"type": "content", "content": ["bare"]}), ['"bare"']),
    ],
)
def test_what_becomes_of_a_block(raw, expected):
    assert pieces(raw)[0] == expected


@pytest.mark.parametrize("kind", ["image", "document"])
def test_a_file_by_its_id_is_refused_with_what_to_do(kind):
    """No other provider knows Anthropic's files, and neither does the bridge."""
    with pytest.raises(InvalidRequest, match=r"file id 'f'.*base64"):
        pieces({"type": kind, "source": {"type": "file", "file_id": "f"}})


def test_a_source_of_another_kind_is_words():
    [piece], notes = pieces({"type": "image", "source": {"type": "brand_new"}})

    assert "cannot be shown" in piece
    assert notes == ["as_text"]


def test_a_data_prefix_is_taken_off():
    """ "Base64 decoding failed for "data:image/…"" """
    given = {"type": "image", "source": base64("image/png", f"data:image/png;base64,{DATA}")}

    assert pieces(given) == ([File("image/png", DATA)], [])


FOUND = [{"type": "web_search_result", "title": "T", "url": "https://x.example", "encrypted_content": "secret"}]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (
            {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "q"}},
            '[web_search was called with {"query":"q"}]',
        ),
        ({"type": "mcp_tool_use", "id": "1", "name": "n", "server_name": "s", "input": {}}, "[n was called with {}]"),
        ({"type": "web_search_tool_result", "tool_use_id": "1", "content": FOUND}, "[web_search: T https://x.example]"),
        ({"type": "mcp_tool_result", "tool_use_id": "1", "content": [{"type": "text", "text": "a"}]}, "[mcp: a]"),
        ({"type": "mcp_tool_result", "is_error": True, "content": "a"}, "[mcp failed: a]"),
        (
            {"type": "web_fetch_tool_result", "content": {"url": "https://x.example", "content": "page"}},
            "[web_fetch: https://x.example\npage]",
        ),
        ({"type": "compaction", "content": "so far", "encrypted_content": "secret"}, "so far"),
        ({"type": "brand_new", "a": 1, "cache_control": {"type": "ephemeral"}}, '{"type":"brand_new","a":1}'),
        ({"type": "bash_code_execution_tool_result", "content": "printed"}, "[bash_code_execution: printed]"),
        (
            {"type": "web_search_tool_result", "content": {"type": "web_search_tool_result_error", "error_code": "x"}},
            '[web_search: {"type":"web_search_tool_result_error","error_code":"x"}]',
        ),
    ],
)
def test_blocks_of_server_tools_can_be_read(raw, shown):
    assert pieces(raw)[0] == [shown]


@pytest.mark.parametrize("raw", [{"type": "thinking", "thinking": "t"}, {"type": "redacted_thinking", "data": "d"}])
def test_a_thought_outside_the_models_turns_is_dropped(raw):
    assert pieces(raw) == ([], ["dropped"])


def test_a_pattern_takes_a_whole_kind():
    assert takes(("image/png", "text/*"), "text/html")
    assert not takes(("image/png", "text/*"), "image/gif")
    assert not takes((), "image/png")
