"""Names of parameters that LiteLLM takes for keywords."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgb.testing import SimulatedGemini
from cgb_plugins.litellm.spelling import meant, spelt, spelt_schema

from .kit import GEMINIS, QUIET, asked, assistant, request_of, result, tool, user

NAMES = st.sampled_from(["$ref", "strict", "$ref_", "strict__", "strictly", "a"])
ARGUMENTS = st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner))
SCHEMA = {
    "type": "object",
    "properties": {"strict": {"type": "boolean"}, "$ref": {"type": "string"}, "strict_": {"type": "string"}},
    "required": ["strict", "$ref"],
}

pytestmark = QUIET


@given(ARGUMENTS)
def test_arguments_come_back_as_they_went(arguments):
    assert meant(spelt(arguments)) == arguments


def test_only_names_are_spelt_and_no_keywords():
    schema = {"$ref": "#/$defs/strict", "items": [{"properties": {"strict": {"default": {"strict": 1}}}}]}

    spelled = {"$ref": "#/$defs/strict", "items": [{"properties": {"strict_": {"default": {"strict_": 1}}}}]}

    assert spelt_schema(schema) == spelled


@pytest.mark.parametrize("model", GEMINIS)
async def test_a_tool_whose_parameters_have_such_names(model):
    """Of a dozen tools of an MCP server one had them: LiteLLM failed in each request of the session."""
    arguments = {"strict": True, "$ref": "#/a", "strict_": "b"}
    async with SimulatedGemini() as service:
        service.reply({"calls": [{"name": "Bash", "args": spelt(arguments)}]}, {"text": "Done."})
        request = request_of("Do it", tools=[tool(input_schema=SCHEMA)])
        said = await asked(service, request, model)
        history = (assistant(*(block.to_wire() for block in said.content)), user(result(said.content[-1].id)))
        await asked(service, request_of("Do it", *history, tools=[tool(input_schema=SCHEMA)]), model)
        (declared,) = service.calls[0].body["tools"][0]["function_declarations"]
        back = [part for content in service.calls[1].body["contents"] for part in content["parts"]]

    assert said.content[-1].input == arguments
    assert declared["parameters"]["required"] == ["strict_", "$ref_"]
    assert declared["parameters"]["properties"].keys() == {"strict_", "$ref_", "strict__"}
    assert [part["function_call"]["args"] for part in back if "function_call" in part] == [spelt(arguments)]
