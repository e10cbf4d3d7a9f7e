"""Anthropic → OpenAI chat."""

import json

import pytest

from cgb.messages import carry

from .kit import GPT, NEW, NEWEST, OLD, assistant, call, convert, image, messages, request_of, result, tool, user


def roles(found):
    return " ".join(one["role"] for one in found)


def test_words_and_system():
    body, notes = convert(request_of("Hi", system="Be brief.", temperature=0.5, top_p=0.9, top_k=3))

    assert body["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]
    assert (body["max_tokens"], body["temperature"], body["top_p"]) == (8192, 0.5, 0.9)
    assert "top_k" not in body
    assert notes == []


def test_a_call_and_its_result():
    found = messages("Hi", assistant("On.", call("toolu_1", arguments={"a": "ü"})), user(result("toolu_1"), "And?"))

    assert roles(found) == "user assistant tool user"
    assert found[1]["content"] == "On."
    assert found[1]["tool_calls"] == [
        {"id": "toolu_1", "type": "function", "function": {"name": "Bash", "arguments": '{"a":"ü"}'}}
    ]
    assert found[2] == {"role": "tool", "tool_call_id": "toolu_1", "content": "done"}


@pytest.mark.parametrize("given", [None, {}, "words", [1]])
def test_arguments_are_always_an_object(given):
    """An empty string becomes a schema on LiteLLM's way to Gemini."""
    found = messages(
        "Hi", assistant({"type": "tool_use", "id": "a", "name": "Bash", "input": given}), user(result("a"))
    )

    assert isinstance(json.loads(found[1]["tool_calls"][0]["function"]["arguments"]), dict)


def test_a_result_that_failed_says_so():
    history = ("Hi", assistant(call("a")), user(result("a", "no", is_error=True)))

    assert messages(*history)[2]["content"] == "Error: no"
    assert messages(*history, model=NEW)[2]["content"] == '{"error":"no"}'


def test_results_for_gemini_are_json_round_one_string():
    """BerriAI/litellm#38223: LiteLLM parses what looks like JSON, and a `$ref` in it is refused."""
    found = messages("Hi", assistant(call("a")), user(result("a", '{"$ref": "#/$defs/X"}')), model=NEW)

    assert json.loads(found[2]["content"]) == {"output": '{"$ref": "#/$defs/X"}'}


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (("Hi", assistant(call("a"))), "user assistant tool"),
        (("Hi", assistant(call("a")), "What?"), "user assistant tool user"),
        ((user(result("a")),), "user"),
        ((assistant(call("a")), user(result("a"))), "user assistant tool"),
        (("Hi", assistant("Yes")), "user assistant user"),
        (("Hi", assistant(call("a")), "Wait", user(result("a"), result("a"))), "user assistant tool user"),
        (("Hi", assistant("A"), assistant(call("a")), user(result("a"))), "user assistant tool"),
    ],
)
def test_every_history_becomes_one_that_is_taken(history, expected):
    """google-gemini/gemini-cli#4217, router-for-me/CLIProxyAPI#4959."""
    assert roles(messages(*history)) == expected


def test_images_of_results_stand_in_the_message_that_follows():
    found = messages("Hi", assistant(call("a")), user(result("a", [image()])))

    assert found[2]["content"] == "(See below.)"
    assert [part["type"] for part in found[3]["content"]] == ["text", "image_url"]


def test_signatures_go_back_to_their_model_only():
    signed = carry("toolu_1", "c2lnbg==", id="g1", model="gemini-3-flash-preview")
    history = ("Hi", assistant(call(signed)), user(result(signed)))
    (found,) = messages(*history, model=NEW)[1]["tool_calls"]

    assert (found["id"], found["provider_specific_fields"]) == ("g1", {"thought_signature": "c2lnbg=="})
    assert "provider_specific_fields" not in messages(*history, model=NEWEST)[1]["tool_calls"][0]
    assert "provider_specific_fields" not in messages(*history)[1]["tool_calls"][0]
    body, _ = convert(request_of(*history), NEW, options={"signatures": "dummy"})
    assert "provider_specific_fields" not in body["messages"][1]["tool_calls"][0]


def test_thoughts_go_back_to_who_thought_them():
    def thought(model):
        return {"type": "thinking", "thinking": "hm", "signature": carry("thought", "c2lnbg==", model=model)}

    found = messages("Hi", assistant(thought(GPT), "Yes"), "Go on")[1]
    assert found["reasoning_content"] == "hm"
    assert found["thinking_blocks"] == [{"type": "thinking", "thinking": "hm", "signature": "c2lnbg=="}]
    assert "reasoning_content" not in messages("Hi", assistant(thought("other"), "Yes"), "Go on")[1]
    own = thought("gemini-3-flash-preview")
    assert "reasoning_content" not in messages("Hi", assistant(own, "Yes"), "Go on", model=NEW)[1]


def test_calls_that_say_the_same_are_one_before_gemini_3():
    """LiteLLM drops the second, and Gemini then counts one result too many."""
    history = ("Hi", assistant(call("a"), call("b")), user(result("a", "1"), result("b", "2")))

    assert roles(messages(*history, model=OLD)) == "user assistant tool user"
    assert roles(messages(*history, model=NEW)) == "user assistant tool tool"


def test_sampling_of_gemini():
    cold = {"temperature": 0.2, "top_k": 4}

    assert convert(request_of(**cold), OLD)[0]["temperature"] == 0.2
    assert "temperature" not in convert(request_of(**cold), NEW)[0]
    assert "top_k" not in convert(request_of(**cold), NEWEST)[0]


def test_an_answer_in_json():
    form = {"format": {"type": "json_schema", "schema": {"type": "object"}}}

    assert convert(request_of(output_config=form))[0]["response_format"]["json_schema"]["schema"] == {"type": "object"}
    body, notes = convert(request_of(output_config=form, tools=[tool()]), OLD)
    assert ("response_format" in body, notes) == (False, ["dropped"])


def test_what_the_user_sets_for_some_models():
    extra = {"openai/*": {"seed": 7}, "ollama/*": {"num_ctx": 9}}
    body, _ = convert(request_of(), extra=extra)

    assert body["seed"] == 7
    assert "num_ctx" not in body


@pytest.mark.parametrize("model", [GPT, OLD, NEW])
def test_the_request_stays_as_it_was(model):
    request = request_of("Hi", assistant(call("a")), user(result("a", [image()])), tools=[tool()], system="S")
    before = request.model_dump_json()
    convert(request, model)

    assert request.model_dump_json() == before
