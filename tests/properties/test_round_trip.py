"""What the model said reaches it unchanged in the next turn, whatever the client does to it in between."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from cgb.messages import legal_name

from .gemini_strategies import NAMES, STOP, TOOLS, answers, cut_streams, is_signed, is_text, whole_stream
from .in_process import DUMMY, NEW, NEWEST, OLD, Habits, javascript, returned

habits = st.builds(Habits, thinking=st.booleans(), fields=st.booleans(), last=st.booleans()) | st.builds(
    Habits, thinking=st.booleans(), ids=st.just(False), last=st.booleans()
)
thinking = st.sampled_from([None, {"type": "adaptive"}, {"type": "disabled"}])


@st.composite
def exchanges(draw):
    """A model, a request, the parts of an answer to it and the bytes in which they come, and the client's habits."""
    request = {
        "model": draw(st.sampled_from([OLD, NEW, NEWEST])),
        "max_tokens": 8192,
        "messages": [{"role": "user", "content": "Go."}],
        "tools": [{"name": name, "input_schema": {"type": "object"}} for name in TOOLS],
    }
    wanted = draw(thinking)
    if wanted:
        request["thinking"] = wanted
    if draw(st.booleans()):
        request["stop_sequences"] = [STOP]
    parts = draw(answers)
    return request, parts, draw(cut_streams(parts)), draw(habits)


def grown(request, blocks, order):
    """The next request: the answer as the client returns it, and a result for each call, in any order."""
    tools = [block["id"] for block in blocks if block["type"] == "tool_use"]
    results = [{"type": "tool_result", "tool_use_id": one, "content": f"result {n}"} for n, one in enumerate(tools)]
    content = order(results) if results else "Go on."
    messages = [*request["messages"], {"role": "assistant", "content": blocks}, {"role": "user", "content": content}]
    return {**request, "messages": messages}


def replayed(bridge, request, chunks, how, order):
    """What Gemini gets back: the model's contents, and what came after them."""
    answer = bridge.ask(request, chunks, signed=False)
    blocks = returned([block.to_wire() for block in answer.message.content], how)
    again = bridge.ask(grown(request, blocks, order), [whole_stream([{"text": "Done."}])], signed=False)
    _, *model, user = again.body["contents"]
    assert [content["role"] for content in model] == ["model"]
    return model[0]["parts"], user["parts"]


def said(parts, *, needs_signature):
    """The calls, exactly, and the text between them."""
    found = []
    for part in parts:
        if "functionCall" in part:
            call = part["functionCall"]
            name = legal_name(NAMES.to_client(call["name"]))
            signature = part.get("thoughtSignature") or (DUMMY if needs_signature else "")
            needs_signature = False
            found.append((name, orjson.dumps(javascript(call.get("args") or {})), call.get("id") or None, signature))
        elif is_text(part) and part["text"]:
            if found and isinstance(found[-1], str):
                found[-1] += part["text"]
            else:
                found.append(part["text"])
    return found


def signed(parts, kind):
    found = [part for part in parts if "text" in part and is_signed(part) and kind(part)]
    return [(part["text"], part["thoughtSignature"]) for part in found]


def is_thought(part):
    return bool(part.get("thought"))


def is_within(some, every):
    rest = iter(every)
    return all(one in rest for one in some)


def with_a_place(parts):
    """The signed texts but those at the very end: the client takes nothing behind the answer's last words."""
    parts = [part for part in parts if part.get("text") != "" or is_signed(part)]
    while parts and is_text(parts[-1]) and not begins_block(parts, len(parts) - 1):
        parts.pop()
    return signed(parts, is_text)


def begins_block(parts, place):
    return parts[place]["text"] and not (place and is_text(parts[place - 1]))


@given(exchange=exchanges(), random=st.randoms(use_true_random=False))
def test_what_gemini_said_comes_back_to_it(bridge, exchange, random):
    request, parts, chunks, how = exchange
    thinks = request.get("thinking", {}).get("type") == "adaptive"
    again, after = replayed(bridge, request, chunks, how, lambda results: random.sample(results, len(results)))
    expected = said(parts, needs_signature=request["model"] != OLD)
    assert said(again, needs_signature=False) == expected

    thoughts = [one for one in signed(parts, is_thought) if one[0] or thinks]
    assert signed(again, is_thought) == (thoughts if how.thinking else [])
    assert not [part for part in again if is_thought(part) and not is_signed(part)]

    texts = signed(again, is_text)
    assert is_within(texts, signed(parts, is_text)), "a signature moved to another part"
    if how.thinking and how.fields and thinks:
        assert is_within(with_a_place(parts), texts)

    responses = [part["functionResponse"] for part in after if "functionResponse" in part]
    calls = [one for one in expected if isinstance(one, tuple)]
    assert [(one["name"], one.get("id")) for one in responses] == [(name, call_id) for name, _, call_id, _ in calls]
    assert [one["response"] for one in responses] == [{"output": f"result {n}"} for n in range(len(calls))]
