"""Files and everything else that is not plain text, as parts."""

import pytest

from cgb import InvalidRequest
from cgb.messages import block_of
from cgb_plugins.gemini.media import parts_of, takes
from cgb_plugins.gemini.models import family_of

from .kit import NEW, OLD, PIXEL, assistant, call, image, made, result, user

MEDIA = family_of(NEW).target.media


def parts(raw, media=MEDIA):
    notes = []
    found = list(parts_of(block_of(raw), media, lambda kind, text: notes.append(kind)))
    return found, notes


def document(source, **fields):
    return {"type": "document", "source": source, **fields}


def base64(kind, data=PIXEL):
    return {"type": "base64", "media_type": kind, "data": data}


def inline(kind):
    return {"inlineData": {"mimeType": kind, "data": PIXEL}}


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
    assert parts(image(given)) == ([inline(sent)], [])


@pytest.mark.parametrize("kind", ["image/gif", "image/svg+xml", "image/bmp", "application/zip", ""])
def test_a_file_gemini_refuses_becomes_words(kind):
    [part], notes = parts(image(kind))

    assert f"image of type {kind}" in part["text"]
    assert notes == ["dropped"]


TEXT_SOURCE = {"type": "text", "media_type": "text/plain", "data": "words"}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (document(base64("application/pdf")), [inline("application/pdf")]),
        (document(base64("text/csv")), [inline("text/csv")]),
        (document(TEXT_SOURCE), [{"text": "words"}]),
        (document(TEXT_SOURCE, title="T", context="C"), [{"text": "T\nC"}, {"text": "words"}]),
        (document({"type": "content", "content": "words"}), [{"text": "words"}]),
        (
            document({"type": "content", "content": [{"type": "text", "text": "a"}, image()]}),
            [{"text": "a"}, inline("image/png")],
        ),
        (document({"type": "content"}), []),
        (document({"type": "text", "data": ""}), []),
        (
            document({"type": "url", "url": "https://x.example/a.pdf"}),
            [{"text": "[document: https://x.example/a.pdf]"}],
        ),
        (
            {"type": "image", "source": {"type": "url", "url": "https://x.example/i"}},
            [{"text": "[image: https://x.example/i]"}],
        ),
        ({"type": "tool_reference", "tool_name": "Grep"}, [{"text": "Tool loaded: Grep"}]),
        (
            {"type": "search_result", "source": "s", "title": "t", "content": [{"type": "text", "text": "found"}]},
            [{"text": "Search result: t (s)"}, {"text": "found"}],
        ),
        ({"type": "text", "text": ""}, []),
        ({"type": "text", "text": "a\u2028b"}, [{"text": "a\u2028b"}]),
        ({"type": "brand_new", "x": [1]}, [{"text": '{"type":"brand_new","x":[1]}'}]),
        (document({"type": "content", "content": [{"type": "text"}]}), [{"text": '{"type":"text"}'}]),
        (document({"type": "content", "content": ["bare"]}), [{"text": '"bare"'}]),
    ],
)
def test_what_becomes_of_a_block(raw, expected):
    assert parts(raw)[0] == expected


@pytest.mark.parametrize("kind", ["image", "document"])
def test_a_file_by_its_id_is_refused_with_what_to_do(kind):
    """Gemini does not know Anthropic's files, and neither does the bridge."""
    with pytest.raises(InvalidRequest, match=r"file id 'f'.*base64"):
        parts({"type": kind, "source": {"type": "file", "file_id": "f"}})


def test_a_source_of_another_kind_is_words():
    [part], notes = parts({"type": "image", "source": {"type": "brand_new"}})

    assert "cannot be shown" in part["text"]
    assert notes == ["as_text"]


def test_a_data_prefix_is_taken_off():
    """ "Base64 decoding failed for "data:image/…"" """
    given = {"type": "image", "source": base64("image/png", f"data:image/png;base64,{PIXEL}")}

    assert parts(given) == ([inline("image/png")], [])


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
    assert parts(raw)[0] == [{"text": shown}]


@pytest.mark.parametrize("raw", [{"type": "thinking", "thinking": "t"}, {"type": "redacted_thinking", "data": "d"}])
def test_a_thought_outside_the_models_turns_is_dropped(raw):
    assert parts(raw) == ([], ["dropped"])


def test_a_pattern_takes_a_whole_kind():
    assert takes(("image/png", "text/*"), "text/html")
    assert not takes(("image/png", "text/*"), "image/gif")
    assert not takes((), "image/png")


def test_a_models_own_image_is_words_to_it():
    """Gemini's model turns hold no files: the client sends back what another model showed."""
    body = made("Draw", assistant(image(), "There."), "Nice")

    assert body.contents[1]["parts"][-1] == {"text": "There."}
    assert not body.all_of("inlineData")


def test_an_image_in_a_tool_result_is_inside_it_from_gemini_3_on():
    body = made("Hi", assistant(call("a")), user(result("a", [{"type": "text", "text": "see"}, image()])), model=NEW)

    [response] = body.all_of("functionResponse")
    assert response["response"] == {"output": "see"}
    assert response["parts"] == [inline("image/png")]


def test_an_image_in_a_tool_result_is_beside_it_before():
    body = made(
        "Hi", assistant(call("a"), call("b")), user(result("a", [image()]), result("b", "B"), "and?"), model=OLD
    )

    first, second, *rest = body.contents[-1]["parts"]
    assert "parts" not in first["functionResponse"]
    assert second["functionResponse"]["response"] == {"output": "B"}
    assert rest == [inline("image/png"), {"text": "and?"}]


def test_a_file_that_may_not_be_inside_a_result_is_beside_it():
    body = made("Hi", assistant(call("a")), user(result("a", [image("image/heic"), image()])), model=NEW)

    response, beside = body.contents[-1]["parts"]
    assert response["functionResponse"]["parts"] == [inline("image/png")]
    assert beside == inline("image/heic")


def test_a_gif_in_a_tool_result_is_told_to_the_model():
    body = made("Hi", assistant(call("a")), user(result("a", [image("image/gif")])), model=NEW)

    [response] = body.all_of("functionResponse")
    assert "image/gif" in response["response"]["output"]
    assert sorted(body.notes) == ["dropped", "dummy_signature"]
