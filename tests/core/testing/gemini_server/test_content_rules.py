import pytest

from cgb.testing.gemini_server import tokens
from cgb.testing.gemini_server.content_rules import BAD_NAME, refs

STAR = "* GenerateContentRequest."
NO_DATA = "required oneof field 'data' must have one initialized field\n"
CALL = {"functionCall": {"name": "f", "args": {}}}


def said(*parts, role="user"):
    return {"contents": [{"role": role, "parts": list(parts)}]}


def result(**response):
    """A tool loop up to the response."""
    return {
        "contents": [
            {"role": "user", "parts": [{"text": "x"}]},
            {"role": "model", "parts": [{**CALL, "thoughtSignature": "skip_thought_signature_validator"}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "f", **response}}]},
        ]
    }


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"contents": []}, f"{STAR}contents: contents is not specified\n"),
        ({"contents": None}, f"{STAR}contents: contents is not specified\n"),
        (said(), f"{STAR}contents[0].parts: contents.parts must not be empty.\n"),
        (said({}), f"{STAR}contents[0].parts[0].data: {NO_DATA}"),
        (said({"text": "x"}, {"text": ""}), f"{STAR}contents[0].parts[1].data: {NO_DATA}"),
        (said({"thought": True}), f"{STAR}contents[0].parts[0].data: {NO_DATA}"),
        (said({"text": "x"}, role="system"), "Please use a valid role: user, model."),
        (said({"text": "x"}, role="function"), "Please use a valid role: user, model."),
        (
            {"systemInstruction": {"parts": []}},
            f"{STAR}system_instruction.parts: contents.parts must not be empty.\n",
        ),
        ({"systemInstruction": {"parts": [{"text": ""}]}}, f"{STAR}system_instruction.parts[0].data: {NO_DATA}"),
        (
            {"systemInstruction": {"parts": [{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]}},
            f"{STAR}system_instruction.parts[0].data: only text is supported in system_instruction.\n",
        ),
        (said({"inlineData": {"mimeType": "image/jpg", "data": "AAAA"}}), "Unsupported MIME type: image/jpg"),
        (said({"inlineData": {"mimeType": "image/gif", "data": "AAAA"}}), "Unsupported MIME type: image/gif"),
        (
            said({"inlineData": {"mimeType": "application/json", "data": "AAAA"}}),
            "Unsupported MIME type: application/json",
        ),
        (said({"inlineData": {"data": "AAAA"}}), "Unsupported MIME type: "),
        (
            said({"functionCall": {"name": "1f"}}, role="model"),
            f"{STAR}contents[0].parts[0].function_call.name: {BAD_NAME}\n",
        ),
        (
            said({"functionResponse": {"response": {}}}),
            f"{STAR}contents[0].parts[0].function_response.name: Name cannot be empty.\n",
        ),
        (result(), f"{STAR}contents[2].parts[0].function_response.response: missing field.\n"),
        (
            result(response={"output": {"$ref": "#/$defs/X"}}),
            (
                "The referenced name `#/$defs/X` in function_response.response does not match to a display_name "
                "in the function_response.parts."
            ),
        ),
        (
            result(response={}, parts=[{"inlineData": {"mimeType": "image/gif", "data": "AAAA"}}]),
            "Unsupported MIME type: image/gif",
        ),
    ],
)
def test_what_the_service_says(client, body, text):
    assert client.rejected(body) == text


def test_field_rules_are_reported_together(client):
    message = client.rejected({"contents": [{"parts": []}, {"parts": [{}]}]})
    assert message.count("* GenerateContentRequest.") == 2
    assert [violation.rule for violation in client.gemini.violations] == ["parts-empty", "part-empty"]


@pytest.mark.parametrize("mime", ["image/png", "image/jpeg", "image/webp", "application/pdf", "text/csv"])
def test_media_the_service_takes(client, mime):
    client.accepted(said({"inlineData": {"mimeType": mime, "data": "AAAA"}}))


def test_parts_of_a_response_need_gemini_3(client):
    body = result(response={}, parts=[{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}])
    client.accepted(body)
    body["contents"][1]["parts"][0].pop("thoughtSignature")
    message = client.rejected(body, "gemini-2.5-flash")
    assert message == "Multimodal function responses are not supported for models/gemini-2.5-flash."


def test_a_reference_to_a_part_that_is_there(client):
    picture = {"inlineData": {"mimeType": "image/png", "data": "AAAA", "displayName": "a.png"}}
    client.accepted(result(response={"image": {"$ref": "a.png"}}, parts=[picture]))


def test_references_are_no_matter_before_gemini_3(client):
    body = result(response={"output": {"$ref": "#/$defs/X"}})
    body["contents"][1]["parts"][0].pop("thoughtSignature")
    client.accepted(body, "gemini-2.5-flash")


def test_references_are_found_at_any_depth():
    assert list(refs({"a": [{"$ref": "x"}, {"b": {"$ref": "y"}}], "$ref": 1})) == ["x", "y"]


def test_an_empty_text_may_carry_a_signature(client):
    signed = {"text": "", "thoughtSignature": "skip_thought_signature_validator"}
    user = {"role": "user", "parts": [{"text": "x"}]}
    client.accepted({"contents": [user, {"role": "model", "parts": [{"text": "y"}, signed]}, user]})


def test_too_long(client):
    text = "x" * (1_048_576 * tokens.PER_TOKEN + 4)
    message = client.rejected(said({"text": text}))
    assert message.startswith("The input token count (")
    assert message.endswith(") exceeds the maximum number of tokens allowed (1048576).")
