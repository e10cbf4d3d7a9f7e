"""Answers that are none: never a made-up end."""

from cgb import UnusableAnswer

from .carriers import ALL, CONVERTED, GOOGLE, through
from .kit import BASH, Said, failure, raised, reached, request_of, states

TOOLED = request_of("Do it", tools=[BASH], thinking={"type": "adaptive"})
CUT = ("UnusableAnswer", 502, "api_error", "cut")
EMPTY = ("UnusableAnswer", 502, "api_error", "empty")
NO_ROOM = ("UnusableAnswer", 502, "api_error", "no_room")
LOST = ("UpstreamFailed", 502, "api_error", "")
STREAMS = [one for one in ALL if not one.is_whole]


async def of(carrier, said, request=None, **fields):
    """The failure that an answer comes to; it is asked for once, for the ladder asks again."""
    async with reached(carrier, **fields) as way:
        way.reply(said)
        found = await failure(way.ask(request or request_of()))
        assert len(way.bodies) == 1
    return found


@states("an empty answer", EMPTY, CONVERTED)
async def test_an_empty_answer(carrier):
    return await of(carrier, Said("x", end="empty"))


@states("an answer of thoughts alone", EMPTY, CONVERTED)
async def test_an_answer_of_thoughts_alone(carrier):
    said = {"text": "x", "thoughts": "Hm.", "fault": {"kind": "thoughts_only"}}
    return await of(carrier, Said(thoughts="Hm.") if carrier.service == "openai" else said, TOOLED)


@states("thoughts that take all the room", NO_ROOM, CONVERTED)
async def test_thoughts_that_take_all_the_room(carrier):
    said = {"text": "x", "thinking": "heavy"}
    openai = {"reasoning": "Hm.", "finish": "length"}
    return await of(carrier, openai if carrier.service == "openai" else said, TOOLED.with_(max_tokens=4096))


@states("an end without a reason", CUT, STREAMS)
async def test_an_end_without_a_finish_reason(carrier):
    return await of(carrier, Said("x" * 100, end="eof"))


@states("a connection that breaks in an answer", CUT, STREAMS)
async def test_a_connection_that_breaks_in_an_answer(carrier):
    """LiteLLM calls this `stop` where a chunk came before."""
    return await of(carrier, Said("x" * 100, end="cut"))


@states("a connection that breaks before an answer", LOST, CONVERTED)
async def test_a_connection_that_breaks_before_an_answer(carrier):
    """LiteLLM would ask again by itself, unseen by the ladder."""
    if carrier.service == "openai":
        return await of(carrier, {"text": "x", "fault": "cut", "after": 0})
    return await of(carrier, Said("x" * 100, end="cut", after=0))


@states("silence before an answer", ("Timeout", 504, "timeout_error", ""), CONVERTED)
async def test_silence_before_an_answer(carrier):
    return await of(carrier, Said("x" * 100, end="hang", after=0), request_timeout=0.3)


@states("silence in an answer", ("UnusableAnswer", 504, "timeout_error", "stall"), STREAMS)
async def test_silence_in_an_answer(carrier):
    """LiteLLM's own timeout does not bound reads of a stream."""
    return await of(carrier, Said("x" * 100, end="hang"), request_timeout=0.3)


@states("an answer without candidates", CUT, GOOGLE)
async def test_no_candidates(carrier):
    return await of(carrier, {"text": "x", "fault": {"kind": "no_candidates"}})


@states("a recitation", ("unusable", "recitation"), GOOGLE)
async def test_a_recitation_is_worth_another_try(carrier):
    """BerriAI/litellm#40477."""
    async with reached(carrier) as way:
        way.reply({"text": "", "finish": "RECITATION"})
        try:
            return "refused", (await way.ask()).stop_reason
        except UnusableAnswer as error:
            return "unusable", error.kind


@states("an undeclared call", ("UnusableAnswer", 502, "api_error", "unexpected_tool_call"), GOOGLE)
async def test_an_undeclared_call(carrier):
    return await of(carrier, {"text": "x", "fault": {"kind": "unexpected_tool_call"}})


@states("errors in an answer", ["Overloaded", "Overloaded", "RateLimited", "RateLimited"], GOOGLE)
async def test_an_error_in_an_answer(carrier):
    """As an event or bare, before the first words and after them."""
    found = []
    for kind, status in (("error_frame", 503), ("bare_error", 429)):
        for after in (0, 1):
            said = {"text": "x" * 100, "chunks": 3, "fault": {"kind": kind, "status": status, "after": after}}
            found.append((await of(carrier, said))[0])
    return found


@states("a call that is no JSON", ("UnusableAnswer", 502, "api_error", "malformed_call"), through("openai"))
async def test_a_call_that_is_no_json(carrier):
    return await of(carrier, Said(calls=[{"name": "Bash", "args": '{"a": '}]), TOOLED)


@states("a call that the model spoilt", ("malformed_call", "MALFORMED_FUNCTION_CALL", True), GOOGLE)
async def test_a_call_that_the_model_spoilt(carrier):
    """Gemini writes the call into `finishMessage`, out of which `stream-repair` makes it."""
    async with reached(carrier) as way:
        way.reply({"text": "x", "fault": {"kind": "malformed"}})
        error = await raised(way.ask())
    return error.kind, error.upstream_reason, bool(error.detail)


@states("a stated delay in an answer", [3.0, 3.0], [one for one in GOOGLE if not one.is_whole])
async def test_a_delay_that_an_error_in_an_answer_states(carrier):
    found = []
    async with reached(carrier) as way:
        for kind in ("error_frame", "bare_error"):
            way.reply({"text": "x" * 100, "fault": {"kind": kind, "status": 429, "after": 1, "retryDelay": "3s"}})
            found.append((await raised(way.ask())).retry_after)
    return found
