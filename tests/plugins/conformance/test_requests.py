"""What else a request says: tools, how much to think, and what counting it gives."""

import orjson
from tests.fixtures import posted
from tests.plugins.gemini.kit import frame, http, raw_server, text

from cgb import Context, Route
from cgb.messages import estimate_tokens

from .carriers import STREAMED, through
from .heard import camel, choice, system, tools, turns
from .kit import BASH, Said, opened, reached, request_of, states, tool

SENT = through("gemini", "openai", among=STREAMED)
GOOGLES = through("gemini", among=STREAMED)


@states("tool_choice", ["auto", "auto", "any", "none", "Bash"])
async def test_every_form_of_tool_choice(carrier):
    forms = [None, {"type": "auto"}, {"type": "any"}, {"type": "none"}, {"type": "tool", "name": "Bash"}]
    found = []
    async with reached(carrier) as way:
        for form in forms:
            way.reply(Said("Hello."))
            await way.ask(request_of(tools=[BASH], **({"tool_choice": form} if form else {})))
            found.append(choice(way.bodies[-1]))
    return found


@states("tools without arguments", ["Bash"])
async def test_a_tool_that_takes_nothing(carrier):
    async with reached(carrier) as way:
        await way.ask(request_of(tools=[tool(input_schema={"type": "object", "properties": {}})]))
        return tools(way.bodies[0])


@states("JSON Schema for tools", "parametersJsonSchema", GOOGLES)
async def test_tools_are_declared_in_json_schema(carrier):
    async with reached(carrier) as way:
        await way.ask(request_of(tools=[BASH]))
        [declared] = way.bodies[0]["tools"]
    [function] = declared.get("functionDeclarations") or declared["function_declarations"]
    return next(name for name in function if name.startswith("parameters"))


@states("a search beside functions", ["Bash", "googleSearch"], GOOGLES)
async def test_a_search_beside_functions(carrier):
    """googleapis/js-genai#435, googleapis/java-genai#418, celeste#197."""
    async with reached(carrier) as way:
        await way.ask(request_of(tools=[BASH, {"type": "web_search_20250305", "name": "web_search"}]))
        return tools(way.bodies[0])


@states("a web fetch", ["urlContext"], GOOGLES)
async def test_a_web_fetch(carrier):
    fetch = {"type": "web_fetch_20250910", "name": "web_fetch", "max_uses": 1}
    async with reached(carrier) as way:
        await way.ask(request_of("Read https://x.example", tools=[fetch]))
        return tools(way.bodies[0])


@states("how much to think", 5, SENT)
async def test_every_way_to_think_is_accepted(carrier):
    forms = [{"type": "disabled"}, {"type": "enabled", "budget_tokens": 31_999}, {"type": "adaptive"}, None]
    async with reached(carrier) as way:
        for form in forms:
            await way.ask(request_of(thinking=form, output_config={"effort": "max"}))
        await way.ask(request_of(thinking={"type": "adaptive"}))
        return len(way.bodies)


@states("sampling", {"temperature": 0.5, "topP": 0.9, "topK": 7}, [one for one in SENT if one.label[-1] in "5i"])
async def test_sampling(carrier):
    """From Gemini 3 on a temperature below its own risks loops, and Gemini 4 ignores all three."""
    async with reached(carrier) as way:
        await way.ask(request_of(temperature=0.5, top_p=0.9, top_k=7))
        body = way.bodies[0]
    config = camel(body.get("generationConfig", body))
    return {name: config[name] for name in ("temperature", "topP", "topK") if name in config}


@states("sites of a search", True, GOOGLES)
async def test_sites_of_a_search(carrier):
    search = {"type": "web_search_20250305", "name": "web_search", "allowed_domains": ["example.com"]}
    async with reached(carrier) as way:
        await way.ask(request_of(tools=[search]))
        return "Search only these sites: example.com." in system(way.bodies[0])


CAPTURED = [one.json for one in posted().values() if not one.path.endswith("/count_tokens")]


@states("requests of Claude Code", set(), [one for one in GOOGLES if one.label.endswith("-3")])
async def test_what_gemini_hears_of_claude_code(carrier):
    """All that differs from what the `gemini` transport would have sent; schemas are `tool-schema`'s business."""
    differs = set()
    async with reached(carrier) as way, opened(GOOGLES[1], way.service.url) as native:
        for captured in CAPTURED:
            offered = [one | BASH_SCHEMA if "input_schema" in one else one for one in captured.get("tools", ())]
            request = request_of(**{**captured, "model": "claude-sonnet-5", "tools": offered})
            way.reply(Said("Done."))
            await way.ask(request)
            wanted, found = native.render(way.fitted(request), Route("gemini", GOOGLES[1].model)), way.bodies[-1]
            differs |= {name for name, view in VIEWS.items() if view(wanted) != view(found)}
    return differs


VIEWS = {
    "turns": turns,
    "system": system,
    "tools": tools,
    "choice": choice,
    "config": lambda body: camel(body.get("generationConfig")),
}
BASH_SCHEMA = {"input_schema": BASH["input_schema"]}


@states("aliases", "budget", [one for one in GOOGLES if one.label.endswith("-3")])
async def test_an_alias_s_model_is_learnt_from_its_answer(carrier):
    """The aliases move; a bridge that is not renewed must follow."""
    alias = carrier.model.replace("gemini-3-flash-preview", "gemini-pro-latest")
    frames = b"data: " + orjson.dumps(frame(text("Hi"), finish="STOP", modelVersion="gemini-2.5-pro")) + b"\n\n"
    async with raw_server(http(frames)) as server, opened(carrier, server.url) as transport:
        assert transport.target(alias).thinking == "levels"
        request = request_of()
        assert [one async for one in transport.send(request, Route(carrier.transport, alias), Context(request))]
        return transport.target(alias).thinking


@states("counting", "counted", SENT)
async def test_counting(carrier):
    request = request_of("Hi " * 100, system="Be kind.", tools=[BASH])
    async with reached(carrier) as way:
        counted = await way.transport.count_tokens(request, Route(carrier.transport, carrier.model), Context(request))
        assert counted > 0
        return "counted" if way.bodies else "estimated" if counted == estimate_tokens(request) else counted
