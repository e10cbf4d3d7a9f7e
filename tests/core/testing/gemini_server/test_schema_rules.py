import pytest

STAR = "* GenerateContentRequest."
AT = "tools[0].function_declarations[0].parameters"


def declared(schema):
    return {"tools": [{"functionDeclarations": [{"name": "f", "parameters": schema}]}]}


def having(schema, **more):
    return declared({"type": "object", "properties": {"a": schema}, **more})


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (having({}), f"{AT}.properties[a].type: must be specified when not using one_of, any_of or all_of fields"),
        (having({"type": "array"}), f"{AT}.properties[a].items: missing field."),
        (
            having({"type": "string", "items": {"type": "string"}}),
            f"{AT}.properties[a].items: field predicate failed: $type == Type.ARRAY",
        ),
        (
            having({"type": "string", "minItems": 1}),
            f"{AT}.properties[a].min_items: field predicate failed: $type == Type.ARRAY",
        ),
        (
            having({"type": "string", "properties": {"b": {"type": "string"}}}),
            f"{AT}.properties[a].properties: only allowed for OBJECT type",
        ),
        (
            having({"type": "string", "required": ["b"]}),
            f"{AT}.properties[a].required: only allowed for OBJECT type",
        ),
        (having({"type": "string"}, required=["b"]), f"{AT}.required[0]: property is not defined"),
        (having({"type": "integer", "enum": ["1"]}), f"{AT}.properties[a].enum: only allowed for STRING type"),
        (having({"type": "string", "enum": [""]}), f"{AT}.properties[a].enum[0]: cannot be empty"),
        (
            having({"type": "string", "format": "uri"}),
            f"{AT}.properties[a].format: only 'enum' and 'date-time' are supported for STRING type",
        ),
        (
            having({"type": "number", "format": "int32"}),
            f"{AT}.properties[a].format: only 'float' and 'double' are supported for NUMBER type",
        ),
        (
            having({"type": "integer", "format": "float"}),
            f"{AT}.properties[a].format: only 'int32' and 'int64' are supported for INTEGER type",
        ),
        (declared({"type": "object"}), f"{AT}.properties: should be non-empty for OBJECT type"),
        (
            having({"type": "object", "properties": {}}),
            f"{AT}.properties[a].properties: should be non-empty for OBJECT type",
        ),
        (declared({"type": "string"}), f"{AT}: schema should be of type OBJECT"),
        (
            having({"anyOf": [{"type": "string"}, {"type": "array"}]}),
            f"{AT}.properties[a].any_of[1].items: missing field.",
        ),
        (
            having({"type": "array", "items": {"type": "array"}}),
            f"{AT}.properties[a].items.items: missing field.",
        ),
    ],
)
def test_what_the_service_says(client, body, text):
    assert client.rejected(body) == f"{STAR}{text}\n"


def test_the_same_rules_for_the_answer(client):
    config = {"responseMimeType": "application/json", "responseSchema": {"type": "ARRAY"}}
    message = client.rejected({"generationConfig": config})
    assert message == f"{STAR}generation_config.response_schema.items: missing field.\n"


def test_too_deep(client):
    schema = {"type": "STRING"}
    for _ in range(32):
        schema = {"type": "ARRAY", "items": schema}
    config = {"responseMimeType": "application/json", "responseSchema": schema}
    assert "exceeds the maximum allowed nesting depth" in client.rejected({"generationConfig": config})
    config["responseSchema"] = schema["items"]
    client.accepted({"generationConfig": config})


def test_a_schema_with_everything_that_is_allowed(client):
    client.accepted(
        having(
            {
                "type": "ARRAY",
                "minItems": "1",
                "items": {"anyOf": [{"type": "NULL"}, {"type": "STRING", "enum": ["x"], "format": "enum"}]},
            },
            required=["a"],
        )
    )
