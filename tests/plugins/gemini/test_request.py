"""A request of the Messages API as Gemini's, by the rules of the Gemini API contract and the known failures."""

import re

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgb.messages import carry, legal_name
from cgb.testing.gemini_server import signatures
from cgb_plugins.gemini.request import DUMMY_SIGNATURE

from .kit import (
    MODELS,
    NEW,
    NEWEST,
    OLD,
    PIXEL,
    accepted,
    assistant,
    call,
    convert,
    image,
    made,
    request_of,
    result,
    system,
    tool,
    user,
)

LONG = "mcp__" + "a_very_long_server_name_" * 3 + "__tool"


def signed(name="Bash", identity="abcd1234"):
    """An id that carries what Gemini gave with a call of that name, and the signature."""
    signature = signatures.mint("call", name, identity)
    return carry("toolu_1", signature, id=identity), signature


# The conversation


def test_a_plain_conversation():
    body = made("Hi", assistant("Hello"), "Bye", system="Be kind.")

    assert body.contents == [
        {"role": "user", "parts": [{"text": "Hi"}]},
        {"role": "model", "parts": [{"text": "Hello"}]},
        {"role": "user", "parts": [{"text": "Bye"}]},
    ]
    assert body.body["systemInstruction"] == {"parts": [{"text": "Be kind."}]}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    "messages",
    [
        pytest.param([assistant("Hello")], id="only the model speaks"),
        pytest.param([assistant(call("a"))], id="only a call"),
        pytest.param(
            [assistant(call("a")), user(result("a"))], id="begins with a call: google-gemini/gemini-cli#26486"
        ),
        pytest.param(["Hi", assistant("Hello")], id="ends with the model: crewAIInc/crewAI#6973"),
        pytest.param(["Hi", assistant(call("a"))], id="ends with a call"),
        pytest.param([user("")], id="an empty text: router-for-me/CLIProxyAPI#1292"),
        pytest.param([user()], id="an empty message: vercel/ai#3775"),
        pytest.param(["Hi", assistant(""), ""], id="nothing but empty texts after the first"),
        pytest.param([system("Mind"), system([])], id="only the system speaks"),
        pytest.param(["Hi", assistant(call("a"), call("a")), user(result("a"))], id="one id for two calls"),
        pytest.param([user(image())], id="only an image: continuedev/continue#4141"),
        pytest.param(
            ["Hi", assistant("x"), user({"type": "document", "source": {"type": "text", "data": ""}})],
            id="empty document",
        ),
        pytest.param(
            ["Hi", assistant({"type": "document", "source": {"type": "text", "data": ""}})], id="empty model's document"
        ),
        pytest.param(
            [assistant("a"), user({"type": "document", "source": {"type": "content"}}), assistant(call("b"))],
            id="a turn that comes to nothing",
        ),
        pytest.param(["Hi", assistant("x", result("zz")), user(call("a"))], id="results and calls on the wrong side"),
    ],
)
def test_gemini_accepts_any_order_of_turns(messages, model):
    made(*messages, model=model)


def test_a_conversation_ends_with_the_user():
    assert made("Hi", assistant("Hello")).contents[-1] == {"role": "user", "parts": [{"text": "Continue."}]}


def test_what_stands_beside_results_comes_after_them():
    body = made("Hi", assistant(call("a")), system("Mind"), user(image(), "now", result("a", "A")))

    kinds = [next(iter(part)) for part in body.contents[-1]["parts"]]
    assert kinds == ["functionResponse", "text", "inlineData", "text"]


def test_a_result_nobody_asked_for_becomes_words():
    body = made("Hi", assistant("Hello"), user(result("toolu_x", [{"type": "text", "text": "found"}, image()])))

    label, found, picture = body.contents[-1]["parts"]
    assert "toolu_x" in label["text"]
    assert found == {"text": "found"}
    assert "inlineData" in picture
    assert body.notes == ["as_text"]


def test_the_results_name_is_the_functions_and_not_the_id():
    body = made("Hi", assistant(call("toolu_1", "Grep")), user(result("toolu_1", "A")))

    assert body.all_of("functionResponse") == [{"name": "Grep", "response": {"output": "A"}}]


def test_an_interrupted_tool_gets_a_result():  # google-gemini/gemini-cli#4217
    body = made("Hi", assistant(call("a")), "stop")

    [response] = body.all_of("functionResponse")
    assert "interrupted" in response["response"]["error"]


@pytest.mark.parametrize(
    ("content", "fields", "response"),
    [
        ("text", {}, {"output": "text"}),
        ("", {}, {"output": ""}),
        (None, {}, {"output": ""}),
        ([], {}, {"output": ""}),
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], {}, {"output": "a\nb"}),
        ("no such file", {"is_error": True}, {"error": "no such file"}),
        ("fine", {"is_error": False}, {"output": "fine"}),
        ('{"$ref": "#/$defs/X"}', {}, {"output": '{"$ref": "#/$defs/X"}'}),  # BerriAI/litellm#38223
        ([{"type": "tool_reference", "tool_name": "Grep"}], {}, {"output": "Tool loaded: Grep"}),
        ([{"type": "odd", "x": 1}], {}, {"output": '{"type":"odd","x":1}'}),
    ],
)
def test_a_results_text_is_one_string(content, fields, response):
    body = made("Hi", assistant(call("a")), user(result("a", content, **fields)))

    assert body.all_of("functionResponse")[0]["response"] == response


@pytest.mark.parametrize(
    ("arguments", "args"),
    [
        ({"b": 1, "a": [None, 1.5, "ü"]}, {"b": 1, "a": [None, 1.5, "ü"]}),
        ({}, {}),
        ([1, 2], {"input": [1, 2]}),
        ("cut off", {"input": "cut off"}),
        ({"__unparsedToolInput": {"raw": "{", "len": 1}}, {"__unparsedToolInput": {"raw": "{", "len": 1}}),
    ],
)
def test_arguments_are_an_object_and_stay_as_they_are(arguments, args):
    body = made("Hi", assistant(call("a", arguments=arguments)), user(result("a")))

    [function] = body.all_of("functionCall")
    assert function["args"] == args
    assert list(function["args"]) == list(args)


def test_a_call_without_input_has_no_arguments():
    body = made("Hi", assistant({"type": "tool_use", "id": "a", "name": "Bash", "input": None}), user(result("a")))

    assert body.all_of("functionCall") == [{"name": "Bash", "args": {}}]


# Signatures


def test_a_signature_comes_back_on_the_call_it_came_with():
    tool_id, signature = signed()

    body = made("Hi", assistant(call(tool_id)), user(result(tool_id, "A")))

    assert body.contents[1]["parts"] == [
        {"functionCall": {"name": "Bash", "args": {}, "id": "abcd1234"}, "thoughtSignature": signature}
    ]
    assert body.all_of("functionResponse")[0]["id"] == "abcd1234"
    assert body.notes == []


@pytest.mark.parametrize("model", [NEW, NEWEST, "gemini-pro-latest"])
def test_a_call_without_a_signature_gets_the_dummy(model):
    """musistudio/claude-code-router#1032, #1431; router-for-me/CLIProxyAPI#2098; anthropics/claude-code#87311."""
    body = made("Hi", assistant(call("toolu_foreign")), user(result("toolu_foreign")), model=model)

    [part] = body.contents[1]["parts"]
    assert part["thoughtSignature"] == DUMMY_SIGNATURE
    assert "thoughtSignature" not in part["functionCall"]  # "Unknown name": cc-switch#4245
    assert "id" not in part["functionCall"]
    assert body.notes == ["dummy_signature"]


def test_gemini_before_3_gets_no_dummy():
    body = made("Hi", assistant(call("toolu_foreign")), user(result("toolu_foreign")), model=OLD)

    assert "thoughtSignature" not in body.contents[1]["parts"][0]


def test_only_the_first_of_parallel_calls_gets_the_dummy():
    body = made("Hi", assistant("ok", call("a"), call("b")), user(result("a"), result("b")))

    assert [part.get("thoughtSignature") for part in body.contents[1]["parts"]] == [None, DUMMY_SIGNATURE, None]


def test_each_step_of_a_turn_gets_its_own():
    body = made(
        "Hi", assistant(call("a")), user(result("a")), assistant(call("b")), user(result("b")), assistant(call("c"))
    )

    calls = [part for part in body.parts if "functionCall" in part]
    assert [part["thoughtSignature"] for part in calls] == [DUMMY_SIGNATURE] * 3


@pytest.mark.parametrize("model", MODELS)
def test_signatures_that_were_refused_are_all_replaced(model):
    """On the first call of each turn; else Gemini refuses the same request again (contract, thought signatures)."""
    tool_id, signature = signed()
    messages = [
        "Hi",
        assistant("So", call(tool_id), call("b")),
        user(result(tool_id), result("b")),
        assistant(call("c")),
        user(result("c")),
    ]

    body = made(*messages, tools=[tool()], model=model, options={"signatures": "dummy"})

    signatures_ = [part.get("thoughtSignature") for part in body.parts if "functionCall" in part]
    assert signatures_ == [DUMMY_SIGNATURE, None, DUMMY_SIGNATURE]
    assert body.all_of("functionCall")[0]["id"] == "abcd1234"
    assert signature not in orjson.dumps(body.body).decode()


def test_a_response_carries_no_signature():
    tool_id, _ = signed()

    body = made("Hi", assistant(call(tool_id)), user(result(tool_id)))

    assert all("thoughtSignature" not in part for part in body.contents[-1]["parts"])


@pytest.mark.parametrize("damage", [lambda text: text[:-5], lambda text: text + "x", lambda text: text[:30]])
def test_a_damaged_id_is_a_foreign_one(damage):
    tool_id = damage(signed()[0])

    body = made("Hi", assistant(call(tool_id)), user(result(tool_id)))

    assert body.all_of("functionCall") == [{"name": "Bash", "args": {}}]
    assert body.notes == ["dummy_signature"]


def test_a_growing_conversation_keeps_its_beginning():
    """Gemini's implicit cache needs a prefix that stays the same (Gemini API contract, caching)."""
    tool_id, _ = signed()
    history = [
        "Hi",
        assistant("I will", call(tool_id), call("b")),
        user(result("b"), result(tool_id)),
        assistant(call("c", "Odd name!")),
        user(result("c"), "go on"),
        assistant("Done"),
        "Thanks",
    ]
    whole = made(*history).contents

    for end in (1, 3, 5, 7):
        assert made(*history[:end]).contents == whole[:end]


# Names


@pytest.mark.parametrize(
    "name",
    [
        LONG,  # BerriAI/litellm#12543, oh-my-claudecode#235
        "mcp__my server__do/it",  # google-gemini/gemini-cli#20987
        "3d_print",
        "größe",
        "a" * 65,
    ],
)
@pytest.mark.parametrize("model", MODELS)
def test_an_illegal_name_is_replaced_everywhere(name, model):
    body = made(
        "Hi",
        assistant(call("a", name)),
        user(result("a")),
        tools=[tool(name)],
        tool_choice={"type": "tool", "name": name},
        model=model,
    )

    [declared] = body.body["tools"][0]["functionDeclarations"]
    legal = declared["name"]
    assert re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_.\-]{0,63}", legal)
    assert legal == legal_name(name)
    assert body.all_of("functionCall")[0]["name"] == legal
    assert body.all_of("functionResponse")[0]["name"] == legal
    assert body.body["toolConfig"]["functionCallingConfig"]["allowedFunctionNames"] == [legal]


def test_names_that_would_become_one_stay_two():
    body = made("Hi", tools=[tool("do it"), tool("do/it"), tool("do_it")])

    names = [one["name"] for one in body.body["tools"][0]["functionDeclarations"]]
    assert len(set(names)) == 3
    assert "do_it" in names


# Tools


def test_a_tool_is_declared_with_its_own_json_schema_and_nothing_else():
    """The client's other fields would be refused: router-for-me/CLIProxyAPI#263."""
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
    given = tool(
        "Bash",
        input_schema=schema,
        cache_control={"type": "ephemeral"},
        input_examples=[{"a": "x"}],
        strict=True,
        defer_loading=False,
        eager_input_streaming=True,
        type="custom",
    )

    body = made("Hi", tools=[given])

    assert body.body["tools"] == [
        {"functionDeclarations": [{"name": "Bash", "description": "A tool.", "parametersJsonSchema": schema}]}
    ]
    assert "toolConfig" not in body.body


def test_a_tool_without_description_has_none():
    body = made("Hi", tools=[{"name": "Bash", "input_schema": {"type": "object"}}])

    assert "description" not in body.body["tools"][0]["functionDeclarations"][0]


def test_a_tool_declared_twice_is_declared_once():
    assert len(made("Hi", tools=[tool(), tool()]).body["tools"][0]["functionDeclarations"]) == 1


@pytest.mark.parametrize(
    ("choice", "config"),
    [
        ({"type": "auto"}, None),
        ({"type": "auto", "disable_parallel_tool_use": True}, None),
        ({"type": "any"}, {"mode": "ANY"}),
        ({"type": "none"}, {"mode": "NONE"}),
        ({"type": "tool", "name": "Grep"}, {"mode": "ANY", "allowedFunctionNames": ["Grep"]}),
        ({"type": "tool", "name": "Absent"}, None),
        ({"type": "brand_new"}, None),
    ],
)
def test_tool_choice(choice, config):
    body = made("Hi", tools=[tool(), tool("Grep")], tool_choice=choice)

    assert body.body.get("toolConfig") == (config and {"functionCallingConfig": config})


@pytest.mark.parametrize("choice", [{"type": "any"}, {"type": "tool", "name": "web_search"}])
@pytest.mark.parametrize("model", MODELS)
def test_a_choice_of_a_server_tool_demands_no_function(choice, model):  # BerriAI/litellm#25477
    search = {"type": "web_search_20250305", "name": "web_search", "max_uses": 8}

    body = made("Search", tools=[search], tool_choice=choice, model=model)

    assert body.body["tools"] == [{"googleSearch": {}}]
    assert "toolConfig" not in body.body


@pytest.mark.parametrize(
    ("kinds", "sent"),
    [
        (["web_search_20250305"], [{"googleSearch": {}}]),
        (["web_search_20260209", "web_search_20250305"], [{"googleSearch": {}}]),
        (["web_fetch_20250910", "web_search_20250305"], [{"urlContext": {}}, {"googleSearch": {}}]),
        (["computer_20250124"], []),
    ],
)
def test_server_tools(kinds, sent):
    body = made("Search", tools=[{"type": kind, "name": f"tool_{place}"} for place, kind in enumerate(kinds)])

    assert body.body.get("tools", []) == sent


def test_search_and_functions_go_together_from_gemini_3_on():
    """ "Tool use with function calling is unsupported": googleapis/js-genai#435, googleapis/go-genai#323."""
    tools = [tool(), {"type": "web_search_20250305", "name": "web_search"}]

    new, old = made("Hi", tools=tools), made("Hi", tools=tools, model=OLD)

    assert new.body["toolConfig"] == {"includeServerSideToolInvocations": True}
    assert [next(iter(one)) for one in new.body["tools"]] == ["functionDeclarations", "googleSearch"]
    assert [next(iter(one)) for one in old.body["tools"]] == ["functionDeclarations"]
    assert old.notes == ["dropped"]


# Generation


@pytest.mark.parametrize(
    ("fields", "config"),
    [
        ({}, {"maxOutputTokens": 8192}),
        ({"stop_sequences": ["a", "", "b"]}, {"maxOutputTokens": 8192}),  # the bridge matches them itself
        ({"stop_sequences": [""]}, {"maxOutputTokens": 8192}),
        ({"top_p": 0.5, "top_k": 3}, {"maxOutputTokens": 8192, "topP": 0.5, "topK": 3}),
        ({"temperature": 0.0}, {"maxOutputTokens": 8192}),
    ],
)
def test_generation_config(fields, config):
    assert made("Hi", **fields).body["generationConfig"] == config


@pytest.mark.parametrize(("given", "sent"), [(0.0, 0.0), (0.7, 0.7), (1.0, 1.0), (3.0, 2.0), (-1.0, 0.0)])
def test_temperature_is_for_gemini_before_3(given, sent):
    body = made("Hi", temperature=given, model=OLD)

    assert body.body["generationConfig"]["temperature"] == sent


FORMAT = {"format": {"type": "json_schema", "schema": {"type": "object", "properties": {"title": {"type": "string"}}}}}


def test_an_answer_in_json():
    config = made("Hi", output_config=FORMAT).body["generationConfig"]

    assert config["responseMimeType"] == "application/json"
    assert config["responseJsonSchema"] == FORMAT["format"]["schema"]


def test_an_answer_in_json_beside_tools():
    """ "Function calling with a response mime type: 'application/json' is unsupported" before Gemini 3."""
    new = made("Hi", output_config=FORMAT, tools=[tool()])
    old = made("Hi", output_config=FORMAT, tools=[tool()], model=OLD)

    assert "responseJsonSchema" in new.body["generationConfig"]
    assert "responseMimeType" not in old.body["generationConfig"]
    assert old.notes == ["dropped"]


@pytest.mark.parametrize(
    "given", [None, "", [], [{"type": "text", "text": ""}], "x-anthropic-billing-header: cc_version=2"]
)
def test_an_empty_system_prompt_is_left_out(given):  # continuedev/continue#4141
    assert "systemInstruction" not in made("Hi", system=given).body


def test_system_blocks_without_tidying():
    blocks = [{"type": "text", "text": "a"}, {"type": "text", "text": ""}, {"type": "text", "text": "b"}]

    body = convert(request_of("Hi", system=blocks), tidy=False)

    assert body.body["systemInstruction"] == {"parts": [{"text": "a"}, {"text": "b"}]}


def test_what_gemini_does_not_know_is_left_out():
    """Explicit caches are refused beside tools and system: BerriAI/litellm#17304."""
    cached = {"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral"}}
    body = made(
        user(cached),
        system=[cached],
        metadata={"user_id": "{}"},
        context_management={"edits": []},
        safeguards=[{"type": "dangerous_tool_use"}],
        service_tier="auto",
        brand_new=1,
    )

    assert body.body.keys() == {"contents", "systemInstruction", "generationConfig"}
    assert body.parts == [{"text": "Hi"}]


# Any history

# What users and tools say holds a mark, w…w; thoughts, which are not said again, hold none.
PLAIN = st.characters(exclude_categories=["Cs"])
MARKED = st.builds("{}«{}»{}".format, st.text(PLAIN, max_size=5), st.integers(0, 10**6), st.text(PLAIN, max_size=5))
TEXTS = st.sampled_from(["", " ", "\n"]) | MARKED
NAMES = ["Bash", "Grep", LONG, "3 odd names/ü", "", "a.b:c-d"]
CARRIED = [
    (carry(f"toolu_{place}", signatures.mint("call", legal_name(name), f"id{place}"), id=f"id{place}"), name)
    for place, name in enumerate(NAMES)
]
IDS = ["a", "b", "toolu_01ABC", "call_0", "", "ü $", *(tool_id for tool_id, _ in CARRIED), CARRIED[0][0][:-3]]
ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda of: st.lists(of, max_size=2) | st.dictionaries(st.text(PLAIN, max_size=3) | st.just("$ref"), of, max_size=2),
    max_leaves=4,
)


def kinds(*names, **fields):
    return st.fixed_dictionaries({"type": st.sampled_from(names), **fields})


def block(kind, **fields):
    return kinds(kind, **fields)


FILES = kinds(
    "base64",
    media_type=st.sampled_from(
        ["image/png", "image/jpg", "image/gif", "image/heic", "application/pdf", "text/csv", "x/y", ""]
    ),
    data=st.just(PIXEL),
) | kinds("url", url=MARKED)
WORDS_SOURCE = kinds("text", media_type=st.just("text/plain"), data=TEXTS)
TEXT = block("text", text=TEXTS)
IMAGE = block("image", source=FILES)
INSIDE = st.one_of(TEXT, IMAGE, block("text", text=MARKED), block("odd", x=ODD))
DOCUMENT = st.builds(
    lambda source, more: {"type": "document", "source": source, **more},
    FILES | WORDS_SOURCE | kinds("content", content=TEXTS | st.lists(INSIDE | ODD, max_size=2)) | kinds("brand_new"),
    st.fixed_dictionaries({}, optional={"title": MARKED, "context": MARKED}),
)
REFERENCE = block("tool_reference", tool_name=MARKED)
FOUND = block("search_result", source=MARKED, title=TEXTS, content=st.lists(TEXT, max_size=2))
RESULT = st.builds(
    lambda tool_id, content, more: {"type": "tool_result", "tool_use_id": tool_id, "content": content, **more},
    st.sampled_from(IDS),
    st.none() | TEXTS | st.lists(st.one_of(INSIDE, DOCUMENT, REFERENCE, FOUND), max_size=3),
    st.fixed_dictionaries(
        {}, optional={"is_error": st.none() | st.booleans(), "cache_control": st.just({"type": "ephemeral"})}
    ),
)
CALL = st.one_of(
    st.builds(
        lambda tool_id, name, arguments: {"type": "tool_use", "id": tool_id, "name": name, "input": arguments},
        st.sampled_from(IDS[:6] + IDS[-1:]),
        st.sampled_from(NAMES),
        ODD,
    ),
    st.builds(
        lambda pair, arguments: {"type": "tool_use", "id": pair[0], "name": pair[1], "input": arguments},
        st.sampled_from(CARRIED),
        ODD,
    ),
)
THOUGHT = st.one_of(
    block("thinking", thinking=st.text("t", max_size=3), signature=st.sampled_from(["", "c2ln"])),
    block("redacted_thinking", data=st.just("t")),
)
UNKNOWN = st.one_of(
    block("web_search_tool_result", tool_use_id=st.just("srvtoolu_1"), content=ODD),
    block("server_tool_use", id=st.just("srvtoolu_1"), name=st.just("web_search"), input=ODD),
    block("tool_addition", tool=st.fixed_dictionaries({"type": st.just("tool_reference"), "name": MARKED})),
    block("brand_new", x=ODD),
)
NOTHING = st.sampled_from([{"type": "document", "source": {"type": "text", "data": ""}}, {"type": "text", "text": ""}])
ANYTHING = st.one_of(TEXT, IMAGE, DOCUMENT, REFERENCE, FOUND, RESULT, CALL, THOUGHT, UNKNOWN)
USERS = st.one_of(NOTHING, TEXT, RESULT, RESULT, RESULT, IMAGE, DOCUMENT, ANYTHING)
MODELS_OWN = st.one_of(NOTHING, TEXT, CALL, CALL, CALL, THOUGHT, ANYTHING)


def message(role, content):
    return st.fixed_dictionaries({"role": st.just(role), "content": content})


HISTORIES = st.lists(
    st.one_of(
        message("user", TEXTS | st.lists(USERS, max_size=4)),
        message("user", st.lists(RESULT, max_size=4)),
        message("assistant", TEXTS | st.lists(MODELS_OWN, max_size=4)),
        message("assistant", st.lists(CALL, max_size=3)),
        message("system", TEXTS | st.lists(TEXT, max_size=2)),
        st.just({"role": "system"}),
    ),
    min_size=1,
    max_size=7,
)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "system": TEXTS | st.lists(TEXT, max_size=2),
        "max_tokens": st.integers(1, 200_000),
        "tools": st.lists(
            st.builds(tool, st.sampled_from([name for name in NAMES if name]))
            | st.sampled_from([{"type": "web_search_20250305", "name": "web_search"}, tool("D", defer_loading=True)]),
            max_size=4,
        ),
        "tool_choice": st.builds(
            lambda kind, name: {"type": kind, "name": name},
            st.sampled_from(["auto", "any", "tool", "none"]),
            st.sampled_from(NAMES),
        ),
        "thinking": st.sampled_from(
            [{"type": "adaptive"}, {"type": "disabled"}, {"type": "enabled", "budget_tokens": 31_999}]
        ),
        "output_config": st.sampled_from(
            [{"effort": "max"}, {"effort": "low", "format": {"type": "json_schema", "schema": {"type": "object"}}}]
        ),
        "stop_sequences": st.lists(st.text(PLAIN, max_size=3), max_size=7),
        "temperature": st.floats(0, 1),
        "top_p": st.floats(0, 1),
        "top_k": st.integers(0, 500),
    },
)


def marks(value):
    return set(re.findall(r"«\d+»", orjson.dumps(value, option=orjson.OPT_PASSTHROUGH_DATACLASS).decode()))


@pytest.mark.parametrize("model", MODELS)
@given(history=HISTORIES, options=OPTIONS)
def test_gemini_accepts_any_history_and_nothing_is_lost(model, history, options):
    body = made(*history, model=model, **options)

    assert marks(history) <= marks(body.contents)
    if "system" in options:
        assert marks(options["system"]) <= marks(body.body.get("systemInstruction"))


@given(history=HISTORIES)
def test_the_plugin_does_not_depend_on_tidying(history):
    body = accepted(convert(request_of(*history), tidy=False))

    assert marks(history) <= marks(body.contents)
