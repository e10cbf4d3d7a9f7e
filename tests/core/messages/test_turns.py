"""Any history as turns (Gemini API contract, history rules; known failures, turn structure)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgb.messages import AssistantTurn, MessageParam, ThinkingBlock, UserTurn, turns


def messages_of(*given):
    """A history; a string is a message of the user's."""
    return [MessageParam.model_validate(user(one) if isinstance(one, str) else one) for one in given]


def said(role, *content):
    blocks = [{"type": "text", "text": one} if isinstance(one, str) else one for one in content]
    return {"role": role, "content": blocks}


def user(*content):
    return said("user", *content)


def assistant(*content):
    return said("assistant", *content)


def system(*content):
    return said("system", *content)


def call(tool_id):
    return {"type": "tool_use", "id": tool_id, "name": "Bash", "input": {}}


def result(tool_id, content="done"):
    return {"type": "tool_result", "tool_use_id": tool_id, "content": content}


def image():
    return {"type": "image", "source": {"type": "url", "url": "https://x.example/a.png"}}


def thought():
    return {"type": "thinking", "thinking": "hm", "signature": "s"}


def shape(*messages):
    """Turns in short: `M` with its calls' ids, `U` with the results' ids (`-` for none), each with its texts."""
    return [_shape(turn) for turn in turns(messages_of(*messages))]


def _shape(turn):
    texts = [block.text for block in turn.blocks if block.type == "text"]
    others = [block.type for block in turn.blocks if block.type not in {"text", "tool_use"}]
    match turn:
        case AssistantTurn():
            return ("M", [one.id for one in turn.calls], texts + others)
        case UserTurn():
            return ("U", [one.result.blocks[0].text if one.result else "-" for one in turn.results], texts + others)


NOTHING = ("U", [], [])
CASES = {
    "a plain conversation": (
        ["Hi", assistant("Hello"), "Bye"],
        [("U", [], ["Hi"]), ("M", [], ["Hello"]), ("U", [], ["Bye"])],
    ),
    "a tool call and its result": (
        ["Hi", assistant(call("a")), user(result("a", "A"), "and now?")],
        [("U", [], ["Hi"]), ("M", ["a"], []), ("U", ["A"], ["and now?"])],
    ),
    "an interrupted tool gets a result: google-gemini/gemini-cli#4217": (
        ["Hi", assistant(call("a")), user("stop")],
        [("U", [], ["Hi"]), ("M", ["a"], []), ("U", ["-"], ["stop"])],
    ),
    "a call at the very end gets a result: router-for-me/CLIProxyAPI, trailing calls": (
        ["Hi", assistant("I will", call("a"))],
        [("U", [], ["Hi"]), ("M", ["a"], ["I will"]), ("U", ["-"], [])],
    ),
    "parallel results are put in the calls' order: google-gemini/gemini-cli#16415": (
        ["Hi", assistant(call("a"), call("b")), user(result("b", "B"), result("a", "A"))],
        [("U", [], ["Hi"]), ("M", ["a", "b"], []), ("U", ["A", "B"], [])],
    ),
    "parallel results that come in several messages: google-gemini/gemini-cli#14590": (
        ["Hi", assistant(call("a"), call("b")), user(result("a", "A")), user(result("b", "B"))],
        [("U", [], ["Hi"]), ("M", ["a", "b"], []), ("U", ["A", "B"], [])],
    ),
    "one of two results is missing: google-gemini/gemini-cli#16216": (
        ["Hi", assistant(call("a"), call("b")), user(result("b", "B"))],
        [("U", [], ["Hi"]), ("M", ["a", "b"], []), ("U", ["-", "B"], [])],
    ),
    "a second result for a call is no answer: google-gemini/gemini-cli#13292": (
        ["Hi", assistant(call("a")), user(result("a", "A"), result("a", "again"))],
        [("U", [], ["Hi"]), ("M", ["a"], []), ("U", ["A"], ["tool_result"])],
    ),
    "a result nobody asked for stays where it is": (
        [user(result("x", "X"), "Hi"), assistant("Hello"), "Bye"],
        [("U", [], ["Hi", "tool_result"]), ("M", [], ["Hello"]), ("U", [], ["Bye"])],
    ),
    "a result before its call is no answer to it": (
        [user(result("a", "early"), "Hi"), assistant(call("a")), user("well?")],
        [("U", [], ["Hi", "tool_result"]), ("M", ["a"], []), ("U", ["-"], ["well?"])],
    ),
    "a late result is fetched to its call": (
        ["Hi", assistant(call("a")), "wait", assistant("Waiting"), user(result("a", "A"), "there")],
        [("U", [], ["Hi"]), ("M", ["a"], []), ("U", ["A"], ["wait"]), ("M", [], ["Waiting"]), ("U", [], ["there"])],
    ),
    "an id used twice is answered in order": (
        ["Hi", assistant(call("a")), user(result("a", "1")), assistant(call("a")), user(result("a", "2"))],
        [("U", [], ["Hi"]), ("M", ["a"], []), ("U", ["1"], []), ("M", ["a"], []), ("U", ["2"], [])],
    ),
    "an id used twice in one turn is answered twice": (
        ["Hi", assistant(call("a"), call("a")), user(result("a", "1"), result("a", "2"))],
        [("U", [], ["Hi"]), ("M", ["a", "a"], []), ("U", ["1", "2"], [])],
    ),
    "assistant messages in a row are one turn: router-for-me/CLIProxyAPI#4959": (
        ["Hi", assistant("I will", call("a")), assistant(call("b")), user(result("a", "A"), result("b", "B"))],
        [("U", [], ["Hi"]), ("M", ["a", "b"], ["I will"]), ("U", ["A", "B"], [])],
    ),
    "the system's words are the user's, and come after results": (
        ["Hi", assistant(call("a")), system("Mind the gap"), user(result("a", "A")), system()],
        [("U", [], ["Hi"]), ("M", ["a"], []), ("U", ["A"], ["Mind the gap"])],
    ),
    "what only the model says is only its turn": (
        [assistant("Hello")],
        [NOTHING, ("M", [], ["Hello"]), NOTHING],
    ),
    "nothing at all": ([user(), assistant(), system()], [NOTHING]),
    "images stay with their turn": (
        ["Hi", assistant(call("a")), user(image(), result("a", "A"))],
        [("U", [], ["Hi"]), ("M", ["a"], []), ("U", ["A"], ["image"])],
    ),
    "a user's turn that was only a late result is empty": (
        ["Hi", assistant(call("a")), "wait", assistant("Waiting"), user(result("a", "A")), assistant("Done")],
        [
            ("U", [], ["Hi"]),
            ("M", ["a"], []),
            ("U", ["A"], ["wait"]),
            ("M", [], ["Waiting"]),
            NOTHING,
            ("M", [], ["Done"]),
            NOTHING,
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_turns(case):
    messages, expected = CASES[case]

    found = shape(*messages)

    # Which of a turn's loose blocks comes first is a matter of its messages' order, seen in test_request.
    assert [(kind, ids, sorted(rest)) for kind, ids, rest in found] == [
        (kind, ids, sorted(rest)) for kind, ids, rest in expected
    ]


def test_the_blocks_of_a_turn_keep_their_order():
    [turn] = turns(messages_of(user("one", image(), "two"), user("three")))

    assert [block.get("text") for block in turn.blocks] == ["one", None, "two", "three"]


def test_what_is_not_said_makes_no_turn():
    history = ["Hi", assistant(thought()), "Bye", assistant(thought(), "Hello")]

    found = turns(messages_of(*history), lambda block: not isinstance(block, ThinkingBlock))

    assert [_shape(turn) for turn in found] == [("U", [], ["Hi", "Bye"]), ("M", [], ["Hello"]), NOTHING]


IDS = st.sampled_from("abc")
SAID = st.lists(st.just("word") | IDS.map(call), max_size=3).map(lambda blocks: assistant(*blocks))
TOLD = st.lists(st.just("word") | IDS.map(result), max_size=3).map(lambda blocks: user(*blocks))


@given(st.lists(SAID | TOLD, max_size=8))
def test_any_history_alternates_with_a_result_for_each_call_and_nothing_lost(history):
    messages = messages_of(*history)
    found = turns(messages)

    assert isinstance(found[0], UserTurn)
    assert isinstance(found[-1], UserTurn)
    assert found[0].results == []
    for turn, following in pairwise(found):
        assert type(turn) is not type(following)
        if isinstance(turn, AssistantTurn):
            assert [answered.call for answered in following.results] == turn.calls
    answers = [one for turn in found if isinstance(turn, UserTurn) for one in turn.results]
    assert all(one.result is None or one.result.tool_use_id == one.call.id for one in answers)
    kept = [block for turn in found for block in turn.blocks] + [one.result for one in answers if one.result]
    assert sorted(map(id, kept)) == sorted(id(block) for one in messages for block in one.blocks)
