"""Words and files as parts."""

from cgb.messages import block_of
from cgb_plugins.gemini.media import parts_of

from .kit import NEW, OLD, PIXEL, assistant, call, image, made, result, user


def inline(kind):
    return {"inlineData": {"mimeType": kind, "data": PIXEL}}


def test_words_and_files_are_parts():
    raw = {"type": "document", "title": "T", "source": {"type": "content", "content": [image()]}}

    assert list(parts_of(block_of(raw), ("image/*",), lambda *_: None)) == [{"text": "T"}, inline("image/png")]


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
