"""Declarations, Gemini's own tools and how they may be called."""

import pytest

from .kit import MODELS, NEW, NEWEST, OLD, assistant, call, made, result, tool, user

SEARCH = {"type": "web_search_20250305", "name": "web_search"}
FETCH = {"type": "web_fetch_20250910", "name": "web_fetch"}
CODE = {"type": "code_execution_20250825", "name": "code_execution"}
HISTORY = ["Hi", assistant(call("a", "Odd name!"), call("b", "Bash")), user(result("a"), result("b"))]


@pytest.mark.parametrize("model", MODELS)
def test_functions_that_only_the_history_calls_are_declared_but_not_to_be_called(model):
    """Else Gemini ends with UNEXPECTED_TOOL_CALL: req_llm#944, langchain-ai/langchainjs#8589."""
    body = made(*HISTORY, model=model)

    [declared] = body.body["tools"]
    names = [one["name"] for one in declared["functionDeclarations"]]
    assert names == list(dict.fromkeys(one["name"] for one in body.all_of("functionCall")))
    assert len(names) == 2
    assert body.body["toolConfig"] == {"functionCallingConfig": {"mode": "NONE"}}


def test_one_declared_function_is_enough():
    body = made(*HISTORY, tools=[tool()])

    assert [one["name"] for one in body.body["tools"][0]["functionDeclarations"]] == ["Bash"]
    assert "toolConfig" not in body.body


def test_an_answer_in_json_has_no_remembered_functions():
    schema = {"type": "json_schema", "schema": {"type": "object"}}

    assert "tools" not in made(*HISTORY, model=OLD, output_config={"format": schema}).body


@pytest.mark.parametrize(("model", "kinds"), [(OLD, ["googleSearch"]), (NEW, ["functionDeclarations", "googleSearch"])])
def test_a_search_in_a_conversation_that_called_functions(model, kinds):
    """Before Gemini 3 it takes one or the other: what the client asks for now comes first."""
    body = made(*HISTORY, tools=[SEARCH], model=model)

    assert [next(iter(one)) for one in body.body["tools"]] == kinds
    assert "dropped" not in body.notes


@pytest.mark.parametrize("model", [NEW, NEWEST])
@pytest.mark.parametrize("own", [[SEARCH], [FETCH], [SEARCH, FETCH], [CODE]])
def test_functions_and_gemini_s_own_tools_together(model, own):
    body = made("Hi", tools=[tool(), *own], tool_choice={"type": "any"}, model=model)

    assert len(body.body["tools"]) == 1 + len(own)
    config = body.body["toolConfig"]
    assert config == {"includeServerSideToolInvocations": True, "functionCallingConfig": {"mode": "ANY"}}
    assert body.notes == []


@pytest.mark.parametrize("own", [SEARCH, FETCH, CODE])
def test_before_gemini_3_functions_win_and_it_is_said(own):  # BerriAI/litellm#23337: dropped in silence
    body = made("Hi", tools=[tool(), own], model=OLD)

    assert [next(iter(one)) for one in body.body["tools"]] == ["functionDeclarations"]
    assert "toolConfig" not in body.body
    assert [(note.kind, own["type"] in note.text) for note in body.ctx.notes] == [("dropped", True)]


def test_nobody_is_asked_to_search_sites_where_there_is_no_search():
    sites = {**SEARCH, "allowed_domains": ["a.example"]}

    assert "systemInstruction" not in made("Hi", tools=[tool(), sites], model=OLD).body
    assert "systemInstruction" in made("Hi", tools=[sites], model=OLD).body


def test_tools_keep_the_clients_order():
    """Gemini's implicit cache needs a prefix that stays the same."""
    names = ["Zeta", "Alpha", "Mid"]

    body = made("Hi", tools=[tool(name) for name in names])

    assert [one["name"] for one in body.body["tools"][0]["functionDeclarations"]] == names


@pytest.mark.parametrize("sites", [None, [], "odd", ["a.example"]])
def test_domains_that_are_no_list(sites):
    made("Hi", tools=[{**SEARCH, "allowed_domains": sites}])


@pytest.mark.parametrize(
    ("given", "noted"),
    [
        ({**SEARCH, "max_uses": 8, "allowed_domains": ["a.example"]}, ["max_uses of web_search_20250305"]),
        (
            {**FETCH, "max_uses": 1, "blocked_domains": ["a.example"]},
            ["max_uses, blocked_domains of web_fetch_20250910"],
        ),
        (SEARCH, []),
    ],
)
def test_what_gemini_cannot_be_told_of_its_own_tools_is_noted(given, noted):
    notes = [note.text.partition(":")[0] for note in made("Hi", tools=[given]).ctx.notes]
    assert notes == noted


@pytest.mark.parametrize(
    ("choice", "mode"),
    [(None, "VALIDATED"), ("auto", "VALIDATED"), ("any", "ANY"), ("none", "NONE")],
)
def test_calls_can_be_held_to_their_schema_where_the_model_is_free_to_call(choice, mode):
    strict = {"function_calling": "VALIDATED"}
    body = made("Hi", tools=[tool()], tool_choice=choice and {"type": choice}, options=strict)

    assert body.body["toolConfig"] == {"functionCallingConfig": {"mode": mode}}


def test_without_tools_there_is_no_way_to_call_them():
    assert "toolConfig" not in made("Hi", options={"function_calling": "VALIDATED"}).body
