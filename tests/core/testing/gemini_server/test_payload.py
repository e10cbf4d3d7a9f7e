import copy
from typing import Any

import google.ai.generativelanguage_v1beta as glm
import pytest
from google.protobuf import json_format
from hypothesis import given, settings
from hypothesis import strategies as st

from cgb.testing.gemini_server import payload
from cgb.testing.gemini_server.errors import GoogleError

URL = "type.googleapis.com/google.ai.generativelanguage.v1beta"
NO_FIELD = "Invalid JSON payload received. Unknown name"


def in_schema(schema: Any) -> dict[str, Any]:
    return {"tools": [{"functionDeclarations": [{"name": "f", "parameters": schema}]}]}


AT = "tools[0].function_declarations[0].parameters"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"foo": 1}, f'{NO_FIELD} "foo": Cannot find field.'),
        (in_schema({"$schema": "x"}), f"{NO_FIELD} \"$schema\" at '{AT}': Cannot find field."),
        (
            in_schema({"properties": {"a": {"type": "string"}, "b": {"const": 1}}}),
            f"{NO_FIELD} \"const\" at '{AT}.properties[1].value': Cannot find field.",
        ),
        (
            in_schema({"type": ["string", "null"]}),
            f"{NO_FIELD} \"type\" at '{AT}': Proto field is not repeating, cannot start list.",
        ),
        (in_schema({"type": "x"}), f"Invalid value at '{AT}.type' ({URL}.Type), \"x\""),
        (in_schema({"enum": [0]}), f"Invalid value at '{AT}.enum[0]' (TYPE_STRING), 0"),
        (
            in_schema({"properties": {"a": "object"}}),
            f"Invalid value at '{AT}.properties[0].value' ({URL}.Schema), \"object\"",
        ),
        (
            {"contents": [{"parts": [{"text": "x", "inlineData": {}}]}]},
            (
                "Invalid value at 'contents[0].parts[0]' (oneof), oneof field 'data' is already set. "
                "Cannot set 'inlineData'"
            ),
        ),
        (
            {"contents": [{"parts": [{"inlineData": {"data": "data:image/png;base64,AAAA"}}]}]},
            (
                "Invalid value at 'contents[0].parts[0].inline_data.data' (TYPE_BYTES), "
                'Base64 decoding failed for "data:image/png;base64,AAAA"'
            ),
        ),
        (
            {"generationConfig": {"maxOutputTokens": "many"}},
            "Invalid value at 'generation_config.max_output_tokens' (TYPE_INT32), \"many\"",
        ),
        (
            {"generationConfig": {"maxOutputTokens": 1.5}},
            "Invalid value at 'generation_config.max_output_tokens' (TYPE_INT32), 1.5",
        ),
        (
            {"generationConfig": {"temperature": True}},
            "Invalid value at 'generation_config.temperature' (TYPE_FLOAT), true",
        ),
        (
            {"contents": [{"parts": [{"text": {"a": 1}}]}]},
            "Invalid value at 'contents[0].parts[0].text' (TYPE_STRING), Starting an object on a scalar field",
        ),
        (
            {"contents": [{"parts": [{"functionResponse": {"name": "f", "response": "x"}}]}]},
            (
                "Invalid value at 'contents[0].parts[0].function_response.response' "
                '(type.googleapis.com/google.protobuf.Struct), "x"'
            ),
        ),
        (
            {"contents": [{"parts": [{"functionCall": {"name": "f", "args": [1]}}]}]},
            (
                f"{NO_FIELD} \"args\" at 'contents[0].parts[0].function_call': "
                "Proto field is not repeating, cannot start list."
            ),
        ),
        (
            {"contents": [{"parts": [{"functionCall": {"name": "f", "thoughtSignature": "AAAA"}}]}]},
            f"{NO_FIELD} \"thoughtSignature\" at 'contents[0].parts[0].function_call': Cannot find field.",
        ),
        ({"contents": "x"}, f"Invalid value at 'contents' ({URL}.Content), \"x\""),
        ({"labels": "x"}, "Invalid value at 'labels' (Map), Cannot bind a value to map."),
        (
            {"contents": [{"parts": [{"thoughtSignature": 1}]}]},
            "Invalid value at 'contents[0].parts[0].thought_signature' (TYPE_BYTES), 1",
        ),
    ],
)
def test_what_the_service_says(client, body, text):
    assert client.rejected(body) == text


def test_all_unknown_names_are_reported_together(client):
    answer = client.generate({"foo": 1, "generationConfig": {"bar": 1}})
    lines = answer.message.split("\n")
    assert lines == [
        f'{NO_FIELD} "foo": Cannot find field.',
        f"{NO_FIELD} \"bar\" at 'generation_config': Cannot find field.",
    ]
    (detail,) = answer.json["error"]["details"]
    assert detail["@type"] == "type.googleapis.com/google.rpc.BadRequest"
    assert [item["description"] for item in detail["fieldViolations"]] == lines
    assert [violation.rule for violation in client.gemini.violations] == ["unknown-field"] * 2


def test_anthropic_tool_fields_are_unknown(client):
    names = ("input_schema", "cache_control", "strict", "defer_loading", "input_examples", "type")
    declaration = {"name": "f", **dict.fromkeys(names, "x")}
    message = client.rejected({"tools": [{"functionDeclarations": [declaration]}]})
    assert message.count("Cannot find field.") == len(names)


def test_the_canonical_form():
    read = payload.read(
        "GenerateContentRequest",
        {
            "system_instruction": {"parts": {"text": "x"}},
            "generationConfig": {"maxOutputTokens": "12", "topK": 3.0, "temperature": 1, "seed": None},
            "contents": [{"parts": [{"function_call": {"name": "f", "args": {"a_b": None, "n": 3.0}}}]}],
            "tool_config": {"function_calling_config": {"mode": "any"}},
        },
    )
    assert read == {
        "systemInstruction": {"parts": [{"text": "x"}]},
        "generationConfig": {"maxOutputTokens": 12, "topK": 3, "temperature": 1},
        "contents": [{"parts": [{"functionCall": {"name": "f", "args": {"a_b": None, "n": 3.0}}}]}],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY"}},
    }


@pytest.mark.parametrize("text", ["AAAA", "AA==", "AA", "-_-_", "+/+/", ""])
def test_base64_in_both_alphabets_with_or_without_padding(text):
    assert payload.is_base64(text)


@pytest.mark.parametrize("text", ["A", "data:image/png", "AA AA", "é"])
def test_what_is_no_base64(text):
    assert not payload.is_base64(text)


FULL = {
    "contents": [
        {"role": "user", "parts": [{"text": "x"}, {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]},
        {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "AAAA"}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"output": "x"}}}]},
    ],
    "systemInstruction": {"parts": [{"text": "x"}]},
    "tools": [
        {
            "functionDeclarations": [
                {"name": "f", "parameters": {"type": "OBJECT", "properties": {"a": {"type": "STRING"}}}}
            ]
        },
        {"googleSearch": {}},
    ],
    "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}},
    "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
    "generationConfig": {
        "maxOutputTokens": 5,
        "thinkingConfig": {"includeThoughts": True},
        "responseSchema": {"type": "STRING"},
    },
}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where a message stands in the full request: not inside its free-form values, nor in maps of names."""
    found = []
    if isinstance(value, dict):
        if not path or path[-1] not in {"args", "response", "properties"}:
            found.append(path)
        for key, item in value.items():
            if key not in {"args", "response"}:
                found += places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += places(item, (*path, index))
    return found


NAMES = [
    "foo", "$schema", "additionalProperties", "const", "oneOf", "cache_control", "strict", "is_error", "id",
    "name", "text", "thoughtSignature", "input_schema", "exclusiveMinimum", "$ref", "role", "default",
]  # fmt: skip


@settings(deadline=None)
@given(place=st.sampled_from(places(FULL)), name=st.sampled_from(NAMES))
def test_the_public_proto_knows_the_same_names(place, name):
    body = copy.deepcopy(FULL)
    target: Any = body
    for key in place:
        target = target[key]
    if name in target:
        return
    target[name] = None  # null fits every kind, so only the name can be wrong

    assert ("Cannot find field" in service_says(body)) == ("no field named" in proto_says(body))


def proto_says(body):
    try:
        json_format.ParseDict(body, glm.GenerateContentRequest.pb()())
    except json_format.ParseError as error:
        return str(error)
    return ""


def service_says(body):
    try:
        payload.read("GenerateContentRequest", body)
    except GoogleError as error:
        return error.message
    return ""


def test_the_full_request_is_read_by_both():
    assert (service_says(FULL), proto_says(FULL)) == ("", "")


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"'])
def test_a_body_that_is_no_json_object(client, body):
    answer = client.post("generateContent", body)
    assert answer.status == 400
    assert answer.message.startswith("Invalid JSON payload received.")
