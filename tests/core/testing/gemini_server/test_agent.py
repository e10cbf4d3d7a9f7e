import json

import jsonschema
import pytest

DUMMY = "skip_thought_signature_validator"


def declared(*names, **schema):
    parameters = {"type": "object", **schema}
    return {"tools": [{"functionDeclarations": [{"name": n, "parametersJsonSchema": parameters} for n in names]}]}


def user(*texts):
    return {"contents": [{"role": "user", "parts": [{"text": text} for text in texts]}]}


def call_of(answer):
    return next(part["functionCall"] for part in answer.parts if "functionCall" in part)


def test_a_plain_answer_echoes_the_user(client):
    assert client.accepted(user("What is the time?")).said.startswith("You said: What is the time?")


def test_reminders_are_not_the_user(client):
    answer = client.accepted(user("<system-reminder>use\na tool</system-reminder>", "Hello. "))
    assert answer.said.startswith("You said: Hello.\n")


def test_reminders_ask_for_no_tool(client):
    body = {**user("<system-reminder>use a tool</system-reminder>Hello."), **declared("Read")}
    assert client.accepted(body).said


@pytest.mark.parametrize(
    ("text", "names", "called"),
    [
        ("Please use a tool.", ["WebFetch", "Bash", "Read"], "Read"),
        ("Please use some tools.", ["mcp__a__b"], "mcp__a__b"),
        ("Call mcp__a__b now.", ["Read", "mcp__a__b"], "mcp__a__b"),
        ("Use a tool to Write it.", ["Write", "Bash"], "Bash"),
        ("Use a tool.", ["Write", "Other"], "Other"),
    ],
)
def test_which_tool_it_calls(client, text, names, called):
    assert call_of(client.accepted({**user(text), **declared(*names)}))["name"] == called


def test_plain_english_calls_nothing_that_changes(client):
    assert client.accepted({**user("Write a poem."), **declared("Write")}).said


def test_no_call_with_mode_none(client):
    body = {**user("Use a tool."), **declared("Read")}
    assert client.accepted({**body, "toolConfig": {"functionCallingConfig": {"mode": "NONE"}}}).said


def test_always_a_call_with_mode_any(client):
    config = {"mode": "ANY", "allowedFunctionNames": ["g"]}
    body = {**user("Hello."), **declared("f", "g"), "toolConfig": {"functionCallingConfig": config}}
    assert call_of(client.accepted(body))["name"] == "g"


def test_the_command_is_harmless(client):
    schema = {"properties": {"command": {"type": "string", "description": "x"}}, "required": ["command"]}
    body = {**user("Use a tool."), **declared("Bash", **schema)}
    assert call_of(client.accepted(body))["args"] == {"command": "echo hello"}


def test_well_known_names_keep_to_their_schema(client):
    schema = {"properties": {"path": {"type": "string", "enum": ["a", "b"]}}, "required": ["path"]}
    body = {**user("Use a tool."), **declared("LS", **schema)}
    assert call_of(client.accepted(body))["args"] == {"path": "a"}


def test_arguments_are_valid(client):
    schema = {
        "type": "object",
        "properties": {
            "todos": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "properties": {"id": {"$ref": "#/$defs/Id"}, "status": {"enum": ["open", "done"]}},
                    "required": ["id", "status"],
                    "additionalProperties": False,
                },
            },
            "when": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
            "size": {"type": "integer", "exclusiveMinimum": 0, "maximum": 10},
        },
        "required": ["todos", "when", "size"],
        "$defs": {"Id": {"type": "string", "pattern": "^T-[0-9]+$"}},
    }
    made = call_of(client.accepted({**user("Use a tool."), **declared("f", **schema)}))["args"]
    jsonschema.Draft202012Validator(schema).validate(made)


def test_the_other_dialect(client):
    parameters = {"type": "OBJECT", "properties": {"n": {"type": "INTEGER", "minimum": 3}}, "required": ["n"]}
    tools = [{"functionDeclarations": [{"name": "f", "parameters": parameters}]}]
    assert call_of(client.accepted({**user("Use a tool."), "tools": tools}))["args"] == {"n": 3}


def test_it_quotes_the_tool(client):
    contents = [
        {"role": "user", "parts": [{"text": "Use a tool."}]},
        {"role": "model", "parts": [{"functionCall": {"name": "f"}, "thoughtSignature": DUMMY}]},
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"name": "f", "response": {"output": "a" * 300}}},
                {"text": "<system-reminder>a tool</system-reminder>"},
            ],
        },
    ]
    assert client.accepted({"contents": contents, **declared("f")}).said == f"The tool said: {'a' * 200}"


@pytest.mark.parametrize("name", ["responseJsonSchema", "responseSchema"])
def test_json_mode(client, name):
    schema = {"type": "object", "properties": {"title": {"type": "string", "maxLength": 5}}, "required": ["title"]}
    config = {"responseMimeType": "application/json", name: schema}
    jsonschema.validate(json.loads(client.accepted({"generationConfig": config}).said), schema)


def test_json_mode_without_a_schema(client):
    said = client.accepted({"generationConfig": {"responseMimeType": "application/json"}}).said
    assert json.loads(said) == {"answer": "Hello."}


def test_enum_mode(client):
    schema = {"type": "STRING", "enum": ["yes", "no"]}
    config = {"responseMimeType": "text/x.enum", "responseSchema": schema}
    assert client.accepted({"generationConfig": config}).said == "yes"


def test_stop_sequences(client):
    body = {"generationConfig": {"stopSequences": ["answer", " short"]}}
    assert client.accepted(body).said == "You said: Hello.\nThis is a"
