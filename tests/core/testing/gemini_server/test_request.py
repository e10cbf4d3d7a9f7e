from cgb.testing.gemini_server.catalog import MODELS
from cgb.testing.gemini_server.request import Request, holds

FUNCTIONS = [{"functionDeclarations": [{"name": "f"}]}, {"functionDeclarations": [{"name": "g"}]}]


def asked(**body):
    return Request(MODELS["gemini-4-neon"], body)


def test_what_is_not_there_is_empty():
    request = asked()
    assert (request.contents, request.tools, request.functions, request.built_in) == ([], [], {}, [])
    assert (request.mode, request.json_mode, request.thinking) == ("AUTO", False, {})


def test_functions_of_all_tools():
    request = asked(tools=FUNCTIONS)
    assert list(request.functions) == ["f", "g"]
    assert [path for path, _ in request.declarations()] == [
        "tools[0].function_declarations[0]",
        "tools[1].function_declarations[0]",
    ]


def test_functions_that_may_be_called():
    def may(**config):
        return list(asked(tools=FUNCTIONS, toolConfig={"functionCallingConfig": config}).callable_functions)

    assert may() == ["f", "g"]
    assert may(mode="NONE") == []
    assert may(mode="ANY", allowedFunctionNames=["g"]) == ["g"]
    assert may(mode="MODE_UNSPECIFIED") == ["f", "g"]


def test_built_in_tools():
    assert asked(tools=[{"urlContext": {}}, {"googleSearch": {}}]).built_in == ["googleSearch", "urlContext"]


def test_parts_of_one_kind():
    assert holds({"parts": [{"text": "a"}, {"functionCall": 1}, {"text": "b"}]}, "text") == ["a", "b"]
