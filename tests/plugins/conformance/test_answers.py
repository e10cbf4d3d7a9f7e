"""What comes back: words, thoughts and calls."""

import asyncio
import json

from tests.fixtures import posted

from cgb import InputJsonDelta, MessagesRequest, TextDelta
from cgb.testing.gemini_server.grounding import SAID

from .carriers import ALL, CONVERTED, GOOGLE, STREAMED, through
from .heard import choice
from .kit import BASH, Said, assistant, reached, request_of, result, states, tool, user

THINKING = {"type": "adaptive"}
TOOLED = request_of("Do it", tools=[BASH], thinking=THINKING)
CALLS = [{"name": "Bash", "args": {"a": "é" * 20}}, {"name": "Bash", "args": {"n": 2}}, {"name": "Bash"}]
LONG = "".join(f"Line {number} of a long answer, \u00fc\U0001f600.\n" for number in range(60))


@states("words", ("Here you are.", True, "end_turn"), through("gemini", "openai", among=STREAMED))
async def test_words_come_as_they_are_said(carrier):
    async with reached(carrier) as way:
        way.reply(Said("Here you are."))
        message = await way.ask()
        way.reply(Said("Here you are.", delay=0.01))
        words = [event.text async for event in way.events(request_of()) if isinstance(event, TextDelta)]
        assert "".join(words) == message.content[0].text
    return "".join(words), len(words) > 1, message.stop_reason


@states(
    "an answer",
    (
        ["thinking", "text", "tool_use"],
        ["Let me think.", "Here you are.", {"a": "ü"}],
        "tool_use",
        True,
    ),
    ALL,
)
async def test_an_answer(carrier):
    async with reached(carrier) as way:
        way.reply(Said("Here you are.", "Let me think.", [{"name": "Bash", "args": {"a": "ü"}}]))
        message = await way.ask(TOOLED)
    thought, said, called = message.content
    told = [thought.thinking, said.text, called.input]
    is_counted = message.usage.input_tokens > 0 and message.usage.output_tokens > 0
    return [block.type for block in message.content], told, message.stop_reason, is_counted


@states("parallel calls", ([{"a": "é" * 20}, {"n": 2}, {}], 3, "tool_use"), ALL)
async def test_parallel_calls(carrier):
    """LiteLLM's own adapter merges two calls of one chunk."""
    async with reached(carrier) as way:
        way.reply(Said("On.", calls=CALLS), Said("Done."))
        message = await way.ask(TOOLED)
        calls = message.content[1:]
        last = await way.went_on(message, tools=[BASH])
        assert last.content[0].text == "Done."
    return [one.input for one in calls], len({one.id for one in calls}), message.stop_reason


@states("arguments in deltas", [{"a": "é" * 20}, {"n": 2}, {}])
async def test_arguments_come_in_deltas(carrier):
    pieces: dict[int, str] = {}
    async with reached(carrier) as way:
        way.reply(Said(calls=CALLS))
        async for event in way.events(TOOLED):
            if isinstance(event, InputJsonDelta):
                pieces[event.index] = pieces.get(event.index, "") + event.partial_json
    return [json.loads(one or "{}") for one in pieces.values()]


@states("a tool loop", [[{"n": 1}, {"n": 2}], [{"n": 1}, {"n": 2}], ["Done."]])
async def test_a_tool_loop(carrier):
    """Two rounds of two calls, whose results come back in another order."""
    calls = [{"name": "Bash", "args": {"n": 1}}, {"name": "Bash", "args": {"n": 2}}]
    history, found = ["Do it"], []
    async with reached(carrier) as way:
        way.reply(Said(calls=calls), Said("On", calls=calls), Said("Done."))
        for _ in range(2):
            message = await way.ask(request_of(*history, tools=[BASH]))
            called = [block for block in message.content if block.type == "tool_use"]
            found.append([block.input for block in called])
            results = [result(block.id) for block in reversed(called)]
            history += [assistant(*(block.to_wire() for block in message.content)), user(*results)]
        last = await way.ask(request_of(*history, tools=[BASH]))
        if carrier.service == "gemini":
            assert [call.dummies for call in way.service.calls] == [0, 0, 0]
    return [*found, [block.text for block in last.content]]


LONG_NAME = "mcp__a_server_with_a_long_name__a_tool_with_an_even_longer_name_than_that"
DOTTED = "mcp__server__a.b"


@states("names of tools", [LONG_NAME, DOTTED], CONVERTED)
async def test_names_that_no_provider_takes_come_back(carrier):
    """mcp-router#177, google-gemini/gemini-cli#20987: truncation is no way back."""
    offered = [tool(name, input_schema=BASH["input_schema"]) for name in (LONG_NAME, DOTTED)]
    found = []
    async with reached(carrier) as way:
        for one in offered:
            request = request_of(tools=offered, tool_choice={"type": "tool", "name": one["name"]})
            way.reply(Said("Hello."))
            await way.ask(request)
            way.reply(Said(calls=[{"name": choice(way.bodies[-1])}]))
            message = await way.ask(request)
            found.append(message.content[-1].name)
            await way.went_on(message, tools=offered)
    return found


@states("one call at a time", [{"n": 0}], ALL)
async def test_a_client_that_takes_one_call_gets_one(carrier):
    one = {"type": "auto", "disable_parallel_tool_use": True}
    calls = [{"name": "Bash", "args": {"n": number}} for number in range(1 if carrier.service == "anthropic" else 3)]
    async with reached(carrier) as way:
        way.reply(Said(calls=calls))
        message = await way.ask(request_of(tools=[BASH], tool_choice=one))
        await way.went_on(message, tools=[BASH], tool_choice=one)
    return [block.input for block in message.content]


# How it ends


@states("stop sequences", ("Some words. ", "stop_sequence", "STOP", True), through("gemini", "openai", among=STREAMED))
async def test_a_stop_sequence_ends_the_answer_and_the_call_upstream(carrier):
    """The service hangs after the sequence: whoever went on reading would never end."""
    async with reached(carrier) as way:
        way.reply(Said("Some words. STOP here. " + "And more. " * 9, chunks=3, end="hang", after=2))
        message = await way.ask(request_of(stop_sequences=["nowhere", "STOP"]))
        await _over(way)
        is_cancelled = way.service.calls[0].cancelled
    return message.content[0].text, message.stop_reason, message.stop_sequence, is_cancelled


@states("stop sequences in whole answers", ("abc ", "stop_sequence", "END"), [one for one in ALL if one.is_whole])
async def test_a_stop_sequence_in_a_whole_answer(carrier):
    async with reached(carrier) as way:
        way.reply(Said("abc END def"))
        message = await way.ask(request_of(stop_sequences=["END"]))
    return message.content[0].text, message.stop_reason, message.stop_sequence


async def _over(way):
    call = way.service.calls[0]
    if way.carrier.service == "gemini":
        assert await asyncio.to_thread(call.wait)
    else:
        await call.left.wait() if way.carrier.service == "anthropic" else await call.ended.wait()


@states("a limit", ("max_tokens", True), CONVERTED)
async def test_an_answer_that_reached_its_limit(carrier):
    async with reached(carrier) as way:
        way.reply(Said("x" * 99, end="limit"))
        message = await way.ask()
    return message.stop_reason, bool(message.content[0].text)


@states("a refusal", ("refusal", True, True), CONVERTED)
async def test_a_refusal_keeps_what_was_said_and_says_why(carrier):
    async with reached(carrier) as way:
        way.reply(Said("Well, " * 20, end="refusal") if carrier.service == "openai" else _refused(after=2))
        message = await way.ask()
    [said] = message.content
    why = {"gemini": "SAFETY", "openai": "content filter"}[carrier.service]
    return message.stop_reason, said.text.startswith("Well, "), why in said.text


def _refused(after):
    return {"text": "Well, " * 20, "chunks": 3, "fault": {"kind": "safety", "after": after}}


@states("a blocked prompt", ("refusal", True), GOOGLE)
async def test_a_prompt_that_is_blocked(carrier):
    async with reached(carrier) as way:
        way.reply({"text": "x", "fault": {"kind": "blocked_prompt"}})
        message = await way.ask()
    return message.stop_reason, "PROHIBITED_CONTENT" in message.content[0].text


@states("a client that leaves", True, STREAMED)
async def test_a_client_that_leaves_ends_the_call_upstream(carrier):
    async with reached(carrier) as way:
        way.reply(Said("x" * 100, end="hang"))
        events = way.events(request_of())
        await anext(events)
        await events.aclose()
        await _over(way)
        [call] = way.service.calls
    return call.left.is_set() if carrier.service == "anthropic" else call.cancelled


@states("answers in hops", ("the whole", "end_turn"), [one for one in GOOGLE if one.label.endswith("4")])
async def test_a_long_answer_in_hops_is_one_message(carrier):
    async with reached(carrier) as way:
        way.reply({"text": LONG, "hops": 3, "chunks": 3})
        message = await way.ask()
    text = "".join(block.text for block in message.content if block.type == "text")
    return ("the whole" if text == LONG else text and "a part"), message.stop_reason


@states("small limits", ("max_tokens", True, True), through("gemini"))
async def test_a_small_limit_leaves_room_and_is_kept(carrier):
    """Claude Code's classifier asks for 64 tokens, which thoughts would eat: BerriAI/litellm#36881."""
    async with reached(carrier) as way:
        way.reply({"text": LONG, "chunks": 20})
        message = await way.ask(request_of(max_tokens=64))
    said = "".join(block.get("text", "") for block in message.content)
    return message.stop_reason, LONG.startswith(said) and len(said) > 99, len(said) < 300


REASONS = {
    **dict.fromkeys(("STOP", "TOO_MANY_TOOL_CALLS", "FINISH_REASON_UNSPECIFIED"), "end_turn"),
    **dict.fromkeys(("MAX_TOKENS", "CONTINUATION"), "max_tokens"),
    **dict.fromkeys(("SAFETY", "RECITATION", "OTHER", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT"), "refusal"),
    **dict.fromkeys(("SPII", "IMAGE_SAFETY", "IMAGE_OTHER", "NO_IMAGE", "IMAGE_RECITATION", "MODEL_ARMOR"), "refusal"),
}


@states("finish reasons", REASONS, [one for one in GOOGLE if one.label.endswith("-3")])
async def test_every_finish_reason(carrier):
    """LiteLLM calls most of them `stop`."""
    found = {}
    async with reached(carrier) as way:
        for reason in REASONS:
            way.reply({"text": "Well.", "finish": reason})
            found[reason] = (await way.ask()).stop_reason
    return found


# What only Gemini says


@states("text after a call", ["text", "tool_use", "text"], GOOGLE)
async def test_text_after_a_call_stays_there(carrier):
    parts = [{"text": "One."}, {"functionCall": {"name": "Bash"}, "sign": True}, {"text": "Two."}]
    async with reached(carrier) as way:
        way.reply({"parts": parts})
        message = await way.ask(request_of(tools=[BASH]))
    return [block.type for block in message.content]


@states("images that the model makes", ["text", "as words"], GOOGLE)
async def test_an_image_that_the_model_makes_becomes_words(carrier):
    async with reached(carrier) as way:
        way.reply({"text": "Look.", "fault": {"kind": "inline_image"}})
        message = await way.ask()
    text = "".join(block.text for block in message.content)
    return [message.content[0].type, "as words" if "image" in text and "Look." in text else text]


@states("JSON for an answer", True, CONVERTED)
async def test_an_answer_in_json(carrier):
    schema = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}
    async with reached(carrier) as way:
        way.reply(Said('{"title": "A"}'))
        await way.ask(request_of(output_config={"format": {"type": "json_schema", "schema": schema}}))
        body = way.bodies[0]
    config = body.get("generationConfig", {})
    asked = config.get("responseMimeType") or config.get("response_mime_type") or body.get("response_format")
    return "json" in str(asked)


@states("a member called strict in an answer's form", True, GOOGLE)
async def test_a_form_may_have_a_member_called_strict(carrier):
    schema = {"type": "object", "properties": {"strict": {"type": "boolean"}, "a": {"type": "string"}}}
    async with reached(carrier) as way:
        way.reply(Said('{"strict": true}'))
        await way.ask(request_of(output_config={"format": {"type": "json_schema", "schema": schema}}))
        return '"strict"' in json.dumps(way.bodies[0])


SEARCHES = posted()["16-websearch-subrequest-plain-gemini"].json


@states(
    "web search",
    (["server_tool_use", "web_search_tool_result"], {"example.com", "example.org"}, True, 1),
    GOOGLE,
)
async def test_claude_code_s_web_search(carrier):
    async with reached(carrier) as way:
        message = await way.ask(MessagesRequest.model_validate({**SEARCHES, "model": "claude-sonnet-5"}))
        [offered] = way.bodies[0]["tools"]
    assert "googleSearch" in offered
    said = [block for block in message.content if not block.type.endswith("thinking")]
    text = "".join(block.text for block in said if block.type == "text")
    cited = {one["title"] for block in said for one in block.get("citations") or ()}
    used = (message.usage.get("server_tool_use") or {}).get("web_search_requests", 0)
    return [block.type for block in said if block.type != "text"], cited, " ".join(SAID) in text, used
