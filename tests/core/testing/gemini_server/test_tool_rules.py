import pytest

from cgb.testing.gemini_server.content_rules import BAD_NAME

STAR = "* GenerateContentRequest."
AT = "tools[0].function_declarations[0]"
CALLING = "tool_config.function_calling_config"
FREE = {"type": "object", "properties": {}}
BUILT_IN = "Please enable tool_config.include_server_side_tool_invocations to use Built-in tools with Function calling."


def declared(*declarations, **config):
    body = {"tools": [{"functionDeclarations": list(declarations)}]}
    return {**body, "toolConfig": {"functionCallingConfig": config}} if config else body


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (declared({"name": "a b"}), f"{STAR}{AT}.name: {BAD_NAME}\n"),
        (declared({"name": "1a"}), f"{STAR}{AT}.name: {BAD_NAME}\n"),
        (declared({"name": "a" * 65}), f"{STAR}{AT}.name: {BAD_NAME}\n"),
        (declared({}), f"{STAR}{AT}.name: {BAD_NAME}\n"),
        (declared({"name": "f"}, {"name": "f"}), "Duplicate function declaration found: f"),
        (
            declared({"name": "f", "parameters": {"type": "OBJECT"}, "parametersJsonSchema": FREE}),
            f"{STAR}{AT}: only one of parameters and parameters_json_schema may be set.\n",
        ),
        (
            {"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}},
            "Function calling config is set without function_declarations.",
        ),
        (
            declared({"name": "f"}, mode="AUTO", allowedFunctionNames=["f"]),
            (
                f"{STAR}{CALLING}.allowed_function_names: allowed_function_names should only be set if the function "
                "calling mode is ANY or VALIDATED.\n"
            ),
        ),
        (
            declared({"name": "f"}, mode="ANY", allowedFunctionNames=["g"]),
            "Allowed function name g is not a declared function.",
        ),
        ({"tools": [{"googleSearch": {}}, *declared({"name": "f"})["tools"]]}, BUILT_IN),
        (
            {"cachedContent": "cachedContents/x", "systemInstruction": {"parts": [{"text": "x"}]}},
            (
                "CachedContent can not be used with GenerateContent request setting system_instruction, tools or "
                "tool_config."
            ),
        ),
    ],
)
def test_what_the_service_says(client, body, text):
    assert client.rejected(body) == text


def test_names_at_their_limits(client):
    client.accepted(declared({"name": "a" * 64}, {"name": "_.:-9"}))


def test_built_in_tools_beside_functions(client):
    both = {"tools": [{"googleSearch": {}, **declared({"name": "f"})["tools"][0]}]}
    flagged = {**both, "toolConfig": {"includeServerSideToolInvocations": True}}
    old = "gemini-2.5-flash"
    assert client.rejected(both, old) == "Tool use with function calling is unsupported"
    assert (
        client.rejected({"toolConfig": flagged["toolConfig"]}, old)
        == "Tool call context circulation is not enabled for models/gemini-2.5-flash"
    )
    client.accepted(flagged)


def test_json_beside_functions(client):
    body = {**declared({"name": "f"}), "generationConfig": {"responseMimeType": "application/json"}}
    assert (
        client.rejected(body, "gemini-2.5-pro")
        == "Function calling with a response mime type: 'application/json' is unsupported"
    )
    client.accepted(body)


def test_functions_without_parameters(client):
    client.accepted(declared({"name": "f"}, {"name": "g", "parametersJsonSchema": FREE}))


def test_a_cache_that_is_not_there(client):
    answer = client.generate({"cachedContent": "cachedContents/x"})
    assert (answer.status, answer.message) == (403, "CachedContent not found (or permission denied)")
    assert client.gemini.violations == []
