"""A conversation that grew by a turn begins, for Gemini, byte for byte as it did before: so its caches serve."""

from hypothesis import given
from hypothesis import strategies as st

from .gemini_strategies import TOOLS, answers, whole_stream, words
from .in_process import DUMMY, NEW, NEWEST, OLD, PIXEL, Habits, is_prefix, returned

BILLING = "x-anthropic-billing-header: cc_version=2.1.330; cch="
DONE = [whole_stream([{"text": "Done."}])]

said_blocks = st.one_of(
    words.map(lambda text: {"type": "text", "text": text}),
    st.just({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}),
    words.map(lambda text: {"type": "document", "source": {"type": "text", "data": text}, "title": "a.txt"}),
)
result_contents = words | st.none() | st.lists(said_blocks, max_size=2)
reminders = st.one_of(
    st.just({"role": "system", "content": []}),
    words.map(lambda text: {"role": "system", "content": text}),
    words.map(lambda text: {"role": "system", "content": [{"type": "text", "text": text}]}),
)


@st.composite
def user_turns(draw, calls):
    """What follows an answer: its calls' results in any order, then anything else."""
    results = [
        {"type": "tool_result", "tool_use_id": call, "content": draw(result_contents), "is_error": draw(st.booleans())}
        for call in draw(st.permutations(calls))
    ]
    content = [*results, *draw(st.lists(said_blocks, min_size=0 if results else 1, max_size=2))]
    return [{"role": "user", "content": content}, *draw(st.lists(reminders, max_size=2))]


foreign_turns = st.lists(
    words.map(lambda text: {"type": "text", "text": text})
    | st.uuids().map(lambda one: {"type": "tool_use", "id": f"toolu_{one.hex}", "name": "Bash", "input": {"a": 1}}),
    min_size=1,
    max_size=3,
)


def called(blocks):
    return [block["id"] for block in blocks if block["type"] == "tool_use"]


def asked(model, messages, billed, thinking):
    system = [{"type": "text", "text": BILLING + billed}, {"type": "text", "text": "You are a helpful agent."}]
    tools = [{"name": name, "input_schema": {"type": "object", "properties": {"a": {}}}} for name in TOOLS]
    request = {"model": model, "max_tokens": 8192, "system": system, "tools": tools, "messages": messages}
    return {**request, "thinking": thinking} if thinking else request


@given(data=st.data(), turns=st.integers(1, 4))
def test_a_grown_conversation_begins_with_the_same_bytes(bridge, data, turns):
    model = data.draw(st.sampled_from([OLD, NEW, NEWEST]))
    habits = data.draw(st.builds(Habits, thinking=st.booleans(), fields=st.booleans(), last=st.booleans()))
    thinking = data.draw(st.sampled_from([None, {"type": "adaptive"}]))
    messages, before = data.draw(user_turns([])), None
    for turn in range(turns):
        request = asked(model, messages, f"{turn:05x};", thinking)
        if data.draw(st.booleans()):
            answer = bridge.ask(request, [whole_stream(data.draw(answers))], signed=False)
            blocks = returned([block.to_wire() for block in answer.message.content], habits)
        else:
            answer = bridge.ask(request, DONE, signed=False)
            blocks = data.draw(foreign_turns)
        assert before is None or is_prefix(before, answer.raw)
        before = answer.raw
        said = [] if not blocks else [{"role": "assistant", "content": blocks}]
        messages = [*messages, *said, *data.draw(user_turns(called(blocks)))]
    assert is_prefix(before, bridge.ask(asked(model, messages, "fffff;", thinking), DONE, signed=False).raw)


@given(data=st.data())
def test_nothing_in_a_request_is_random_and_the_billing_line_is_not_in_it(bridge, data):
    model = data.draw(st.sampled_from([OLD, NEW, NEWEST]))
    blocks = data.draw(foreign_turns)
    messages = [*data.draw(user_turns([])), {"role": "assistant", "content": blocks}]
    messages += data.draw(user_turns(called(blocks)))
    one, other = (bridge.ask(asked(model, messages, billed, None), DONE).raw for billed in ("1;", "2;"))
    assert one == other
    assert b"billing" not in one


@given(data=st.data(), history=st.lists(foreign_turns, min_size=1, max_size=4))
def test_the_first_call_of_each_turn_that_gemini_did_not_sign_bears_the_dummy(bridge, data, history):
    messages = data.draw(user_turns([]))
    for blocks in history:
        messages = [*messages, {"role": "assistant", "content": blocks}, *data.draw(user_turns(called(blocks)))]
    answer = bridge.ask(asked(data.draw(st.sampled_from([NEW, NEWEST])), messages, "1;", None), DONE)
    turns = [content["parts"] for content in answer.body["contents"] if content["role"] == "model"]
    signatures = [[part.get("thoughtSignature") for part in parts if "functionCall" in part] for parts in turns]
    assert [one for one in signatures if one] == [[DUMMY, *[None] * (len(one) - 1)] for one in signatures if one]
    assert answer.notes.count("dummy_signature") == sum(map(bool, signatures))
