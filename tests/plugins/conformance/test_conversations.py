"""What a model hears of a conversation: whatever history the client sends, no service refuses it."""

from cgb_plugins.gemini.fetch import Fetched

from .carriers import GOOGLE, STREAMED, through
from .heard import parts, turns
from .heard import system as system_of
from .kit import BASH, PIXEL, Said, assistant, call, image, reached, request_of, result, states, system, tool, user

SENT = through("gemini", "openai", among=STREAMED)
GOOGLES = through("gemini", among=STREAMED)
PDF = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0xLjQ="}}
CALLED = assistant("Yes.", call("toolu_1", arguments={"n": 1}))


async def heard(carrier, *messages, **fields):
    """What the model hears of these messages."""
    fields.setdefault("tools", [BASH])
    async with reached(carrier) as way:
        await way.ask(request_of(*messages, **fields))
        return turns(way.bodies[0])


@states("system prompts", ("Be kind.\n\nBe brief.", ["user: Hi"]))
async def test_system_prompts(carrier):
    blocks = [{"type": "text", "text": one} for one in ("Be kind.", "Be brief.")]
    async with reached(carrier) as way:
        await way.ask(request_of("Hi", system=blocks))
        return system_of(way.bodies[0]), turns(way.bodies[0])


@states("system messages inside the conversation", True, SENT)
async def test_a_system_message_inside_the_conversation(carrier):
    found = await heard(carrier, "Hi", assistant("Hello."), system("Be brief."), "Go on.")
    return "Be brief." in found[-1]


@states("a conversation", ["user: Hi", 'model: Yes. + Bash({"n": 1})', "user: Bash gave done + And?"])
async def test_a_conversation(carrier):
    return await heard(carrier, "Hi", CALLED, user(result("toolu_1"), "And?"))


@states("images", ["user: Look + <image/png> + <image/png> + Well?"])
async def test_images(carrier):
    return await heard(carrier, user("Look", image(), image(), "Well?"))


@states("images in tool results", ["Bash gave Look with <image/png>"], SENT)
async def test_an_image_in_a_tool_result(carrier):
    content = [{"type": "text", "text": "Look"}, image()]
    found = await heard(carrier, "Hi", CALLED, user(result("toolu_1", content)))
    return found[-1].removeprefix("user: ").split(" + ")


@states("PDF", ["user: <application/pdf> + Well?"])
async def test_a_pdf(carrier):
    return await heard(carrier, user(PDF, "Well?"))


@states("text documents", True)
async def test_a_document_of_text(carrier):
    document = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Some words."}}
    async with reached(carrier) as way:
        await way.ask(request_of(user(document, "Well?")))
        return "Some words." in str(way.bodies[0])


@states("a failed tool", ["user: Hi", 'model: Yes. + Bash({"n": 1})', "user: Bash failed: No such file."])
async def test_a_tool_that_failed(carrier):
    return await heard(carrier, "Hi", CALLED, user(result("toolu_1", "No such file.", is_error=True)))


@states("results that look like JSON", ["user: Hi", 'model: Yes. + Bash({"n": 1})', 'user: Bash gave {"$ref": "#/x"}'])
async def test_a_result_that_looks_like_json(carrier):
    """LiteLLM parses it, and Gemini refuses the `$ref` (BerriAI/litellm#38223)."""
    return await heard(carrier, "Hi", CALLED, user(result("toolu_1", '{"$ref": "#/x"}')))


@states("results that look like images", "Bash gave data:image/png;base64,AAAA")
async def test_a_result_that_looks_like_an_image(carrier):
    found = await heard(carrier, "Hi", CALLED, user(result("toolu_1", "data:image/png;base64,AAAA")))
    return found[-1].removeprefix("user: ")


@states("equal calls of one turn", ['Bash({"n": 1})', 'Bash({"n": 1})', "Bash gave one", "Bash gave two"])
async def test_equal_calls_of_one_turn(carrier):
    calls = [call(one, arguments={"n": 1}) for one in ("toolu_1", "toolu_2")]
    results = user(result("toolu_1", "one"), result("toolu_2", "two"))
    _, called, answered = await heard(carrier, "Hi", assistant(*calls), results)
    return [*called.removeprefix("model: ").split(" + "), *answered.removeprefix("user: ").split(" + ")]


@states("results in another order", ["Bash gave 1", "Other gave 2"])
async def test_results_in_another_order(carrier):
    said = assistant(call("toolu_1"), call("toolu_2", "Other"))
    tools = [BASH, tool("Other", input_schema=BASH["input_schema"])]
    found = await heard(carrier, "Hi", said, user(result("toolu_2", "2"), result("toolu_1", "1")), tools=tools)
    return sorted(found[-1].removeprefix("user: ").split(" + "))


@states("calls that nobody answered", (2, True), SENT)
async def test_a_call_that_was_interrupted(carrier):
    found = await heard(
        carrier, "Hi", assistant(call("toolu_1"), call("toolu_2", arguments={"n": 2})), user(result("toolu_2"), "Stop.")
    )
    return found[-1].count("Bash "), found[-1].endswith("Stop.")


@states("results that nobody asked for", True, SENT)
async def test_results_that_nobody_asked_for(carrier):
    """An orphan, and a second one for a call."""
    found = await heard(carrier, "Hi", CALLED, user(result("toolu_9", "A"), result("toolu_1"), result("toolu_1", "B")))
    return "A" in found[-1] and "B" in found[-1]


@states("empty texts", ["Hi", "Bash gave"], SENT)
async def test_empty_texts(carrier):
    """Unable to submit request because it has an empty text parameter: gemini-openai-proxy#83."""
    found = await heard(
        carrier, "", user("", "Hi"), assistant("", call("toolu_1")), user(result("toolu_1", "")), system=""
    )
    return [found[0].removeprefix("user: "), found[-1].removeprefix("user: ")[:9]]


@states("an answer begun by the client", True, SENT)
async def test_an_answer_that_the_client_began(carrier):
    found = await heard(carrier, "Hi", assistant("I see"))
    return any("I see" in one for one in found)


FOREIGN = assistant(
    {"type": "thinking", "thinking": "Hm.", "signature": "EqQBCkYIAR"},
    {"type": "redacted_thinking", "data": "EqQBCkYIAR"},
    {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "weather"}},
    {
        "type": "web_search_tool_result",
        "tool_use_id": "srvtoolu_1",
        "content": [
            {"type": "web_search_result", "title": "Sun", "url": "https://x.example", "encrypted_content": "E"}
        ],
    },
    "Sunny.",
    {"type": "hologram", "data": "Novel."},
)


@states("blocks of other providers", ([False, True, True, True], 3), SENT)
async def test_blocks_of_other_providers(carrier):
    found = await heard(carrier, "Hi", FOREIGN, "And?", tools=[])
    return [words in found[1] for words in ("Hm.", "weather", "Sunny.", "Novel.")], len(found)


@states("long ids", [True, "Bash gave done"])
async def test_ids_of_any_length_and_kind(carrier):
    tool_id = "toolu_" + "x" * 100
    found = await heard(carrier, "Hi", assistant(call(tool_id)), user(result(tool_id)))
    return [found[1] == "model: Bash({})", found[-1].removeprefix("user: ")]


@states("linked images", "<image/png>", SENT)
async def test_linked_images(carrier):
    linked = {"type": "image", "source": {"type": "url", "url": "https://x.example/a.png"}}
    async with reached(carrier) as way:
        if carrier.transport == "gemini":
            way.transport._links._fetcher = _NoNetwork()
        await way.ask(request_of(user(linked)))
        return turns(way.bodies[0])[0].removeprefix("user: ")


class _NoNetwork:
    """Reads every link as a pixel."""

    async def fetch(self, _url):
        return Fetched("image/png", PIXEL)

    async def close(self):
        """Nothing is open."""


# Signatures


@states("signatures of calls", [True, False], [one for one in GOOGLE if not one.label.endswith("2.5")])
async def test_signatures_of_calls_come_back(carrier):
    """Of parallel calls Gemini signs the first."""
    async with reached(carrier) as way:
        way.reply(Said(calls=[{"name": "Bash", "args": {"n": number}} for number in (1, 2)]))
        await way.went_on(await way.ask(request_of("Do it", tools=[BASH])), tools=[BASH])
        assert way.service.calls[1].dummies == 0
        return ["thoughtSignature" in part for part in parts(way.bodies[1]) if "functionCall" in part]


@states("signatures of later calls", [True, True], [one for one in GOOGLE if not one.label.endswith("2.5")])
async def test_signatures_of_later_calls_come_back(carrier):
    async with reached(carrier) as way:
        way.reply({"parts": [{"functionCall": {"name": "Bash", "args": {"n": one}}, "sign": True} for one in (1, 2)]})
        await way.went_on(await way.ask(request_of("Do it", tools=[BASH])), tools=[BASH])
        return ["thoughtSignature" in part for part in parts(way.bodies[1]) if "functionCall" in part]


@states("signatures of texts", True, [one for one in GOOGLE if not one.label.endswith("2.5")])
async def test_signatures_of_texts_come_back(carrier):
    async with reached(carrier) as way:
        way.reply({"parts": [{"text": "So.", "sign": True}, {"functionCall": {"name": "Bash"}, "sign": True}]})
        fields = {"tools": [BASH], "thinking": {"type": "adaptive"}}
        await way.went_on(await way.ask(request_of("Do it", **fields)), **fields)
        return any("thoughtSignature" in part for part in parts(way.bodies[1]) if "text" in part)


@states("signatures of thoughts", True, [one for one in GOOGLE if not one.label.endswith("2.5")])
async def test_signatures_of_thoughts_come_back(carrier):
    said = [
        {"text": "Hm.", "thought": True, "sign": True},
        {"text": "So."},
        {"functionCall": {"name": "Bash"}, "sign": True},
    ]
    async with reached(carrier) as way:
        way.reply({"parts": said})
        fields = {"tools": [BASH], "thinking": {"type": "adaptive"}}
        await way.went_on(await way.ask(request_of("Do it", **fields)), **fields)
        return sum("thoughtSignature" in part for part in parts(way.bodies[1])) == 2
