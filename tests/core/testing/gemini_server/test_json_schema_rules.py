import pytest


def declared(schema):
    return {"tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": schema}]}]}


def having(schema, **more):
    return declared({"type": "object", "properties": {"x": schema}, **more})


SIBLINGS = (
    "$ref '#/$defs/Q' was set alongside unsupported fields. If a schema node has $ref set, then only "
    "description and default can be set alongside it"
)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (declared("x"), "value at top-level must be an object"),
        (declared({}), "schema at top-level must be of type object"),
        (declared({"type": "string"}), "schema at top-level must be of type object"),
        (declared({"type": "object", "properties": []}), "value for properties at top-level must be an object"),
        (having({"properties": "y"}), "value for properties at properties.x must be an object"),
        (having("string"), "value at properties.x must be an object"),
        (having({"anyOf": {}}), "value for anyOf at properties.x must be an array"),
        (having({"required": True}), "value for required at properties.x must be an array"),
        (having({"items": []}), "value for items at properties.x must be an object"),
        (
            having({"anyOf": [{"type": "null"}, {"$ref": "#/$defs/Q"}]}),
            "reference to undefined schema at properties.x.anyOf.1",
        ),
        (
            having({"$ref": "#/definitions/Q"}, definitions={"Q": {"type": "string"}}),
            "reference to undefined schema at properties.x",
        ),
        (having({"$ref": "https://example.com/x"}), "reference to undefined schema at properties.x"),
        (having({"$ref": 1}), "value for $ref at properties.x must be a string"),
        (having({"$ref": "#/$defs/Q", "type": "string"}, **{"$defs": {"Q": {}}}), SIBLINGS),
    ],
)
def test_what_the_service_says(client, body, text):
    assert client.rejected(body) == text


def test_depth(client):
    schema = {"type": "string"}
    for _ in range(30):
        schema = {"type": "array", "items": schema}
    client.accepted(having(schema))
    message = client.rejected(having({"type": "array", "items": schema}))
    assert message == "A schema in the request exceeds the maximum allowed nesting depth."


@pytest.mark.parametrize(
    "schema",
    [
        {"$schema": "x", "const": 1, "not": {}, "if": {}, "patternProperties": {"(": 1}, "examples": 1},
        {"type": ["string", "null"], "enum": [1, None, ""], "format": "uri", "exclusiveMinimum": 0},
        {"type": "object"},
        {"type": "array"},
        {"type": "object", "required": ["nowhere"]},
        True,
        {},
        {"$ref": "#", "description": "itself", "default": None},
        {"$ref": "#/$defs/Q"},
        {"$ref": "#anchor"},
        {"$ref": "#/$defs/a~1b%20c"},
        {"oneOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"$ref": "#/$defs/Q"}}]},
    ],
)
def test_what_the_service_takes(client, schema):
    client.accepted(having(schema, **{"$defs": {"Q": {"$anchor": "anchor", "type": "string"}, "a/b c": {}}}))


def test_the_schema_of_an_answer_need_not_be_an_object(client):
    config = {"responseMimeType": "application/json", "responseJsonSchema": {"type": "array", "items": {}}}
    client.accepted({"generationConfig": config})
