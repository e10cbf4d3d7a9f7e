"""What Gemini signed, through whatever a client makes of it, and back to Gemini.

Every request is checked by the simulated service, which knows to which part it gave which signature.
"""

from contextlib import asynccontextmanager

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from cgb import Context, Route
from cgb.testing import SimulatedGemini, assert_stream
from cgb.testing.gemini_server import signatures
from cgb_plugins import tidy_request
from cgb_plugins.gemini import Gemini, open_transport

from .kit import NEW, NEWEST, OLD, answer, assistant, convert, frame, request_of, result, text, thought, tool, user

CALL = {"functionCall": {"name": "Bash", "args": {"a": "\u00fc"}}}
SCRIPT = [
    {"text": "Let me ", "thought": True},
    {"text": "think.", "thought": True, "sign": True},
    {"text": "I look ", "sign": True},
    {"text": "into "},
    {"text": "it.", "sign": True},
    {**CALL, "sign": True},
    CALL,
    {"text": "And then"},
    CALL,
    {"text": ""},
]
THINKS = {"thinking": {"type": "adaptive"}, "tools": [tool()]}


@asynccontextmanager
async def bridge(service):
    """A bridge that was started just now and knows nothing of what came before."""
    settings = {"base_url": service.url, "api_key": "a-test-key", "refresh_models": False}
    async with open_transport(Gemini.model_validate(settings)) as transport:
        yield transport


async def say(service, *history, model=NEW, unstreamed=False, **fields):
    """An answer of a new bridge, and its notes."""
    request = request_of(*history, **{**THINKS, **fields})
    async with bridge(service) as transport:
        ctx = Context(request)
        fitted = tidy_request.fit_request(request, transport.target(model), ctx, tidy_request.TidyRequest())
        route = Route("gemini", model, options={"unstreamed": unstreamed})
        events = [event async for event in transport.send(fitted, route, ctx)]
    return assert_stream(events), [note.kind for note in ctx.notes]


def wires(message):
    return [block.to_wire() for block in message.content]


def answered(blocks):
    """The turn of a client that ran all tools."""
    return user(*(result(block["id"]) for block in blocks if block["type"] == "tool_use"))


def fields_kept(blocks):
    return blocks


def standard_only(blocks):
    kept = ("type", "text", "id", "name", "input", "thinking", "signature", "data")
    return [{name: block[name] for name in kept if name in block} for block in blocks]


def ids_rewritten(blocks):
    return [{**block, "id": f"call_{place}"} if "id" in block else block for place, block in enumerate(blocks)]


def without_thinking(blocks):
    return [block for block in blocks if not block["type"].endswith("thinking")]


def calls_last(blocks):
    return sorted(blocks, key=lambda block: block["type"] == "tool_use")


def copied(blocks):
    """As a fork of the conversation has it: JSON, keys in another order."""
    return [dict(sorted(block.items())) for block in blocks]


SHAPES = {
    "fields kept": [fields_kept],
    "forked": [copied],
    "calls last": [calls_last],
    "standard fields only": [standard_only],
    "ids rewritten": [ids_rewritten],
    "without thinking": [without_thinking],
    "calls last without thinking": [without_thinking, calls_last],
    "standard fields only, calls last": [standard_only, calls_last],
    "ids rewritten, calls last, without thinking": [ids_rewritten, without_thinking, calls_last],
    "the poorest": [standard_only, without_thinking, calls_last],
}


def shaped(blocks, shape):
    for change in SHAPES[shape]:
        blocks = change(blocks)
    return blocks


def told(call_):
    """The model parts that the service got in the newest model turn."""
    return [content["parts"] for content in call_.body["contents"] if content["role"] == "model"][-1]


def kinds(parts):
    return [
        (
            "call" if "functionCall" in part else "thought" if part.get("thought") else part["text"],
            "thoughtSignature" in part,
        )
        for part in parts
    ]


WHOLE = [
    ("thought", True),
    ("I look ", True),
    ("into ", False),
    ("it.", True),
    ("call", True),
    ("call", False),
    ("And then", False),
    ("call", False),
]
EXPECTED = {
    "fields kept": WHOLE,
    "forked": WHOLE,
    "calls last": WHOLE,
    "ids rewritten": WHOLE,
    "standard fields only": [WHOLE[0], ("I look into ", False), *WHOLE[3:]],
    "standard fields only, calls last": [WHOLE[0], ("I look into ", False), *WHOLE[3:]],
    "without thinking": [WHOLE[1], ("into it.", False), *WHOLE[4:]],
    "calls last without thinking": [WHOLE[1], ("into it.", False), *WHOLE[4:]],
    "ids rewritten, calls last, without thinking": [WHOLE[1], ("into it.", False), *WHOLE[4:]],
    "the poorest": [("I look into it.", False), *WHOLE[4:]],
}


@pytest.mark.parametrize("model", [NEW, NEWEST, "gemini-pro-latest"])
@pytest.mark.parametrize("shape", SHAPES)
async def test_through_every_shape_that_clients_give_it(shape, model):
    """musistudio/claude-code-router#1032, weave-os/router#95; each step by a bridge of its own."""
    async with SimulatedGemini() as service:
        service.reply({"parts": SCRIPT}, {"text": "Done."})
        first, _ = await say(service, "Do it", model=model)
        blocks = shaped(wires(first), shape)
        _, notes = await say(service, "Do it", assistant(*blocks), answered(blocks), model=model)

    assert service.violations == []
    assert [one.dummies for one in service.calls] == [0, 0]
    assert kinds(told(service.calls[1])) == EXPECTED[shape]
    assert notes == []


async def test_calls_are_in_the_order_in_which_they_were_made_and_so_are_their_results():
    async with SimulatedGemini() as service:
        service.reply({"parts": SCRIPT}, {"text": "Done."})
        first, _ = await say(service, "Do it")
        blocks = calls_last(wires(first))
        turn = answered(blocks)
        turn["content"].reverse()
        await say(service, "Do it", assistant(*blocks), turn)

    contents = service.calls[1].body["contents"]
    ids = [part["functionCall"]["id"] for part in contents[1]["parts"] if "functionCall" in part]
    assert [part["functionResponse"]["id"] for part in contents[2]["parts"]] == ids
    assert service.violations == []


@pytest.mark.parametrize("shape", SHAPES)
async def test_another_model_gets_the_dummy_on_the_first_call_only(shape):
    """A model's signature is another's nonsense; the documented stand-in is counted."""
    async with SimulatedGemini() as service:
        service.reply({"parts": SCRIPT}, {"text": "Done."})
        first, _ = await say(service, "Do it")
        blocks = shaped(wires(first), shape)
        _, notes = await say(service, "Do it", assistant(*blocks), answered(blocks), model="gemini-3.8-flash")

    parts = told(service.calls[1])
    assert service.violations == []
    assert service.calls[1].dummies == 1
    assert notes == ["dummy_signature"]
    assert [part.get("thoughtSignature") for part in parts if "functionCall" in part][1:] == [None, None]
    assert not any("thoughtSignature" in part for part in parts if "functionCall" not in part)


async def test_back_at_the_first_model_its_own_signatures_count_again():
    async with SimulatedGemini() as service:
        service.reply({"parts": SCRIPT}, {"calls": [CALL["functionCall"]]}, {"text": "Done."})
        first, _ = await say(service, "Do it")
        history = ["Do it", assistant(*wires(first)), answered(wires(first))]
        second, _ = await say(service, *history, model="gemini-3.8-flash")
        history += [assistant(*wires(second)), answered(wires(second))]
        _, notes = await say(service, *history)

    assert service.violations == []
    assert [one.dummies for one in service.calls] == [0, 1, 1]
    assert notes == ["dummy_signature"]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("gemini-flash-latest", "gemini-3.8-flash"),
        ("gemini-3.8-flash", "gemini-flash-latest"),
        ("gemini-pro-latest",) * 2,
    ],
)
async def test_an_alias_and_the_model_it_leads_to_are_one(first, then):
    async with SimulatedGemini() as service:
        service.reply({"parts": SCRIPT}, {"text": "Done."})
        message, _ = await say(service, "Do it", model=first)
        await say(service, "Do it", assistant(*wires(message)), answered(wires(message)), model=then)

    assert service.violations == []
    assert service.calls[1].dummies == 0


async def test_from_and_to_a_model_that_signs_nothing():
    async with SimulatedGemini() as service:
        service.reply({"parts": SCRIPT}, {"parts": SCRIPT}, {"text": "Done."})
        old, _ = await say(service, "Do it", model=OLD)
        history = ["Do it", assistant(*wires(old)), answered(wires(old))]
        new, notes = await say(service, *history)
        assert notes == ["dummy_signature"]
        history += [assistant(*wires(new)), answered(wires(new))]
        _, notes = await say(service, *history, model=OLD)

    assert service.violations == []
    assert notes == []
    assert [one.dummies for one in service.calls] == [0, 1, 0]


async def test_a_fork_and_a_resumed_conversation_send_the_same_beginning():
    async with SimulatedGemini() as service:
        service.reply({"parts": SCRIPT}, {"text": "One."}, {"text": "Two."}, {"text": "Three."})
        first, _ = await say(service, "Do it")
        history = ["Do it", assistant(*wires(first)), answered(wires(first))]
        await say(service, *history)
        await say(service, *history[:2], user(*answered(wires(first))["content"], "Otherwise"))
        await say(service, *history, assistant("One."), "Go on")

    _, one, two, three = (call_.body["contents"] for call_ in service.calls)
    assert one[:2] == two[:2] == three[:2]
    assert one == three[: len(one)]
    assert service.violations == []


async def test_streamed_and_whole_answers_carry_the_same():
    async with SimulatedGemini() as service:
        service.reply({"parts": SCRIPT}, {"text": "Done."})
        whole, _ = await say(service, "Do it", unstreamed=True)
        await say(service, "Do it", assistant(*wires(whole)), answered(wires(whole)))

    assert service.violations == []
    signed = [part for part in told(service.calls[1]) if "thoughtSignature" in part]
    assert [signatures.kind_of(part) for part in signed] == ["thought", "text", "text", "call"]


async def test_a_long_tool_loop_in_a_worst_client():
    """Ten steps by ten bridges: never a dummy."""
    history = ["Do it"]
    async with SimulatedGemini() as service:
        service.reply(*[{"parts": SCRIPT}] * 10, {"text": "Done."})
        for _ in range(10):
            message, notes = await say(service, *history)
            assert notes == []
            blocks = shaped(wires(message), "the poorest")
            history += [assistant(*blocks), answered(blocks)]
        message, _ = await say(service, *history)

    assert message.stop_reason == "end_turn"
    assert service.violations == []
    assert {one.dummies for one in service.calls} == {0}


# In process: any answer of parts, through any shape

S = {"thoughtSignature": "c2ln"}
WORDS = st.text("ab\u00fc", min_size=1, max_size=4)
FLAG = st.sampled_from([{}, S])
PARTS = st.lists(
    st.one_of(
        st.builds(lambda words, more: text(words, **more), WORDS, FLAG),
        st.just(text("", **S)),
        st.builds(lambda words, more: thought(words, **more), WORDS, FLAG),
        st.builds(lambda more: {**CALL, **more}, FLAG),
    ),
    min_size=1,
    max_size=9,
)


def joined(parts):
    """Parts with unsigned texts that follow each other as one; what says nothing is not said."""
    found = []
    for part in parts:
        if part.get("thought") and "thoughtSignature" not in part:
            continue
        before = found[-1] if found else {}
        if "text" in part and part.keys() == {"text"} == before.keys():
            found[-1] = {"text": before["text"] + part["text"]}
        else:
            found.append(part)
    return found


@for_all(PARTS, st.sampled_from(["fields kept", "forked", "ids rewritten"]))
def test_what_was_signed_comes_back_on_exactly_that_part(parts, shape):
    request = request_of(**THINKS)
    parts = [*parts, text("x"), CALL]  # so that it is an answer, and every signature has a place
    blocks = shaped(wires(answer(*map(frame, parts), frame(finish="STOP"), request=request)), shape)

    sent = joined({**part, **CALL} if "functionCall" in part else part for part in sent_of(blocks))

    expected = joined(parts)
    first = next(place for place, part in enumerate(expected) if "functionCall" in part)
    if "thoughtSignature" not in expected[first]:
        assert sent[first].pop("thoughtSignature") == "skip_thought_signature_validator"
    assert sent == expected


@for_all(PARTS, st.sampled_from(sorted(SHAPES)))
def test_a_call_s_own_signature_survives_every_shape(parts, shape):
    parts = [*parts, text("x"), CALL]
    blocks = shaped(wires(answer(*map(frame, parts), frame(finish="STOP"), request=request_of(**THINKS))), shape)

    body = [part for part in sent_of(blocks) if "functionCall" in part]

    own = [part.get("thoughtSignature") for part in parts if "functionCall" in part]
    sent = [part.get("thoughtSignature") for part in body]
    assert sent[1:] == own[1:]
    assert sent[0] == (own[0] or "skip_thought_signature_validator")
    said = "".join(part["text"] for part in parts if "text" in part and not part.get("thought"))
    assert "".join(part["text"] for part in sent_of(blocks) if "text" in part and not part.get("thought")) == said


def sent_of(blocks):
    """The model's parts; the signatures are no real ones, so nobody checks them."""
    history = ["Do it", assistant(*blocks), answered(blocks)]
    return [
        part
        for content in convert(request_of(*history, **THINKS)).contents
        if content["role"] == "model"
        for part in content["parts"]
    ]
