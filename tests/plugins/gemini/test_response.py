"""Gemini's frames as events, by the response and finishReason rules of the Gemini API contract."""

import asyncio
import contextlib
from base64 import b64encode
from itertools import pairwise

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from cgb import ApiError, MessageStart, TextDelta, UnusableAnswer
from cgb.messages import Grammar, carried, carry, legal_name, without_carried
from cgb.testing import assert_stream
from cgb.testing.gemini_server.wire import compact, sse
from cgb_plugins.gemini.frames import Frames

from .kit import (
    MODELS,
    NEW,
    PIXEL,
    Arrived,
    answer,
    asked,
    assistant,
    call,
    convert,
    frame,
    function,
    given,
    made,
    plain,
    request_of,
    result,
    streamed,
    text,
    thought,
    tool,
    usage,
    user,
)


def words(message):
    return [block.get("text", block.get("thinking")) for block in message.content]


# Content


def test_text():
    message = answer(frame(text("Hel")), frame(text("lo"), finish="STOP"))

    assert plain(message) == [{"type": "text", "text": "Hello"}]
    assert message.stop_reason == "end_turn"


def test_the_answer_bears_the_model_name_that_the_client_asked_for():
    frames = frame(text("Hi"), finish="STOP", modelVersion="gemini-3.8-flash")

    message = answer(frames, request=request_of(model="claude-opus-5-5"))

    assert message.model == "claude-opus-5-5"


def test_thoughts_come_first_and_are_blocks_of_their_own():
    message = answer(frame(thought("hm")), frame(thought("m")), frame(text("Hi")), frame(thought("oh"), finish="STOP"))

    assert [block.type for block in message.content] == ["thinking", "text", "thinking"]
    assert words(message) == ["hmm", "Hi", "oh"]


def test_a_call_and_what_gemini_sends_after_it():
    """The last frame is an empty text with STOP: the stop reason comes from what was said. BerriAI/litellm#10485."""
    message = answer(
        frame(text("I will.")),
        frame(function("Bash", {"command": "ls"}, id="abcd1234", signature="c2ln")),
        frame(text(""), finish="STOP", candidate={"finishMessage": "Model generated function call(s)."}),
    )

    assert plain(message) == [
        {"type": "text", "text": "I will."},
        {"type": "tool_use", "id": ("c2ln", {"at": 7, "id": "abcd1234"}), "name": "Bash", "input": {"command": "ls"}},
    ]
    assert message.stop_reason == "tool_use"


def test_parallel_calls_in_one_frame_and_in_several():
    message = answer(frame(function("A"), function("B")), frame(function("A")), frame(text("…"), finish="STOP"))

    assert [block.get("name") for block in message.content] == ["A", "B", "A", None]
    assert message.stop_reason == "tool_use"
    ids = [block.id for block in message.content if block.type == "tool_use"]
    assert len(set(ids)) == 3


def test_ids_are_new_in_every_answer():
    """A client erases what repeats an id (Claude Code contract); Gemini before 3 sends none at all."""
    frames = [frame(function("A", id="same"), finish="STOP")]

    assert answer(*frames).content[0].id != answer(*frames).content[0].id
    assert answer(*frames).id != answer(*frames).id


@pytest.mark.parametrize("tool_id", ["", "abcd1234", "ü", "x" * 300])
@pytest.mark.parametrize("signature", ["", "c2ln", "not base64!", "skip_thought_signature_validator"])
def test_an_id_is_of_the_alphabet_of_anthropics_own(tool_id, signature):
    message = answer(frame(function("A", id=tool_id, signature=signature), finish="STOP"))

    assert set(message.content[0].id) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


@pytest.mark.parametrize(
    ("declared", "called", "known"),
    [
        ("Bash", "Bash", "Bash"),
        ("Bash", "default_api:Bash", "Bash"),
        ("Bash", "default_api.Bash", "Bash"),
        ("do it", legal_name("do it"), "do it"),
        ("do it", f"default_api:{legal_name('do it')}", "do it"),
        ("Bash", "Unheard_of", "Unheard_of"),
        ("Bash", "default_api:Unheard_of", "default_api:Unheard_of"),
        ("mcp__" + "x" * 80, legal_name("mcp__" + "x" * 80), "mcp__" + "x" * 80),
    ],
)
def test_names_are_the_clients_own_again(declared, called, known):
    message = answer(frame(function(called), finish="STOP"), request=request_of(tools=[tool(declared)]))

    assert message.content[0].name == known


@pytest.mark.parametrize("args", [None, {}])
def test_a_call_without_arguments(args):
    part = {"functionCall": {"name": "A", **({} if args is None else {"args": args})}}

    assert answer(frame(part, finish="STOP")).content[0].input == {}


def test_arguments_stay_as_they_are():
    args = {"z": 1, "a": {"ü": [1.5, None, True, "\u2028", "\U0001f600"]}, "n": 2**53 + 1}

    block = answer(frame(function("A", args), finish="STOP")).content[0]

    assert block.input == args
    assert list(block.input) == list(args)


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        ({"executableCode": {"language": "PYTHON", "code": "print(1)"}}, "\n```python\nprint(1)\n```\n"),
        ({"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}}, "\n```\n1\n```\n"),
        ({"inlineData": {"mimeType": "image/png", "data": PIXEL}}, "image/png made by the model"),
        ({"brandNew": {"x": 1}}, '{"brandNew":{"x":1}}'),
        ({"brandNew": {"x": 1}, "thoughtSignature": "c2ln"}, '{"brandNew":{"x":1}}'),
    ],
)
def test_what_the_messages_api_has_no_block_for_is_shown_as_words(part, shown):
    message = answer(frame(part, finish="STOP"))

    assert shown in words(message)[0]
    assert "c2ln" not in words(message)[0]
    assert message.stop_reason == "end_turn"


NOTHING = [
    {"text": ""},
    {"text": None},
    {},
    {"text": "", "thoughtSignature": "c2ln"},
    {"thoughtSignature": "c2ln"},
    {"text": None, "functionCall": None, "thoughtSignature": "c2ln"},
    {"text": "", "thought": True},
]


@pytest.mark.parametrize("part", NOTHING)
def test_a_part_that_says_nothing_opens_no_block(part):
    """A signature at the end of an answer comes in an empty text (known failures, thought signatures)."""
    message = answer(frame(text("Hi")), frame(part, finish="STOP"))

    assert plain(message) == [{"type": "text", "text": "Hi"}]


@pytest.mark.parametrize("part", NOTHING)
def test_an_answer_of_nothing_else_is_empty(part):
    assert unusable(frame(part, finish="STOP")).kind == "empty"


@pytest.mark.parametrize(
    "odd",
    [
        {"candidates": None, "usageMetadata": None, "promptFeedback": None},
        {"candidates": []},
        {"candidates": [{}]},
        {"candidates": [{"content": None, "finishReason": None}]},
        {"candidates": [{"content": {"parts": None}}]},
        {"candidates": [{"groundingMetadata": {"webSearchQueries": ["x"]}}]},
        {},
    ],
)
def test_frames_that_say_nothing_change_nothing(odd):
    message = answer(odd, frame(text("Hi")), odd, frame(finish="STOP"), odd)

    assert plain(message) == [{"type": "text", "text": "Hi"}]
    assert message.stop_reason == "end_turn"


def test_text_after_the_finish_reason_is_no_part_of_the_answer():
    message = answer(
        frame(text("Hi"), finish="STOP"), frame(text(" again"), finish="STOP", usage={"promptTokenCount": 9})
    )

    assert words(message) == ["Hi"]
    assert message.usage.input_tokens == 9


# The end


def unusable(*frames):
    with pytest.raises(UnusableAnswer) as caught:
        answer(*frames)
    return caught.value


@pytest.mark.parametrize(
    ("reason", "ours"),
    [
        ("STOP", "end_turn"),
        ("MAX_TOKENS", "max_tokens"),
        ("CONTINUATION", "max_tokens"),
        ("TOO_MANY_TOOL_CALLS", "end_turn"),
        ("FINISH_REASON_UNSPECIFIED", "end_turn"),
        ("PUP_LIMITED_DISABLED", "end_turn"),
        ("BRAND_NEW", "end_turn"),
    ],
)
def test_a_finish_reason_after_text(reason, ours):
    message = answer(frame(text("Hi"), finish=reason))

    assert message.stop_reason == ours
    assert words(message) == ["Hi"]


@pytest.mark.parametrize("reason", ["STOP", "MAX_TOKENS", "TOO_MANY_TOOL_CALLS", "BRAND_NEW"])
def test_a_call_is_to_be_answered_whatever_the_finish_reason(reason):
    assert answer(frame(text("Hi"), function("A"), finish=reason)).stop_reason == "tool_use"


REFUSALS = [
    "SAFETY",
    "RECITATION",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "LANGUAGE",
    "OTHER",
    "ESCALATION",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_OTHER",
    "IMAGE_RECITATION",
    "NO_IMAGE",
    "MODEL_ARMOR",
]


PASSING = {"RECITATION": "recitation", "OTHER": "other"}
CASES = [
    (reason, before) for reason in REFUSALS for before in ("", "I was about to") if before or reason not in PASSING
]


@pytest.mark.parametrize(("reason", "before"), CASES)
def test_a_refusal_says_which_and_keeps_the_text(reason, before):
    """ggcode#232; as an empty end_turn it would be taken for an answer: BerriAI/litellm#40477."""
    message = answer(frame(text(before), finish=reason, candidate={"finishMessage": "because"}))

    whole = "".join(words(message))
    assert message.stop_reason == "refusal"
    assert whole.startswith(before)
    assert reason in whole
    assert "because" in whole
    assert reason in message.get("stop_details")["explanation"]


@pytest.mark.parametrize("reason", PASSING)
@pytest.mark.parametrize("parts", [[], [thought("hm")]])
def test_a_refusal_before_the_first_word_is_worth_another_try(reason, parts):
    error = unusable(frame(*parts, finish=reason, candidate={"finishMessage": "because"}))

    assert (error.kind, error.upstream_reason, error.stop_reason) == (PASSING[reason], reason, "refusal")
    assert error.message == f"Gemini refused to answer: {reason} because."


@pytest.mark.parametrize("reason", PASSING)
def test_a_refusal_after_a_call_is_one(reason):
    assert answer(frame(function("A"), finish=reason)).stop_reason == "refusal"


@pytest.mark.parametrize(
    "feedback", [{"blockReason": "PROHIBITED_CONTENT"}, {"blockReason": "OTHER", "blockReasonMessage": "no"}]
)
def test_a_blocked_prompt_is_a_refusal(feedback):
    message = answer({"promptFeedback": feedback, "usageMetadata": {"promptTokenCount": 5}})

    assert message.stop_reason == "refusal"
    assert all(word in words(message)[0] for word in feedback.values())
    assert message.usage.input_tokens == 5


def test_a_prompt_that_is_blocked_beside_words_is_a_refusal():
    late = {**frame(text("world")), "promptFeedback": {"blockReason": "OTHER"}}

    message = answer(frame(text("Hello, ")), late, frame(text("."), finish="STOP"))

    assert message.stop_reason == "refusal"
    assert words(message)[0].startswith("Hello, world.")


SPOILT = {
    "MALFORMED_FUNCTION_CALL": "malformed_call",  # BerriAI/litellm#16651, langchain-ai/langgraph#6574
    "UNEXPECTED_TOOL_CALL": "unexpected_tool_call",  # tensorzero/tensorzero#2329
    "MALFORMED_RESPONSE": "malformed",
    "MISSING_THOUGHT_SIGNATURE": "missing_signature",
}


@pytest.mark.parametrize("reason", SPOILT)
@pytest.mark.parametrize("parts", [[], [text("Hi")], [function("A")]])
def test_a_spoilt_answer_is_an_error_and_no_silent_end(reason, parts):
    error = unusable(frame(*parts, finish=reason, candidate={"finishMessage": "print(default_api.Bash())"}))

    assert (error.kind, error.upstream_reason) == (SPOILT[reason], reason)
    assert error.detail == "print(default_api.Bash())"
    assert reason in error.message


def test_a_spoilt_call_that_can_be_read_is_proposed():
    request = request_of(tools=[tool("Bash")])
    message = "Malformed function call: print(default_api.Bash(command='ls'))"
    with pytest.raises(UnusableAnswer) as caught:
        answer(frame(finish="MALFORMED_FUNCTION_CALL", candidate={"finishMessage": message}), request=request)

    assert caught.value.calls == ({"name": "Bash", "input": {"command": "ls"}},)


UNDECLARED = {"finishMessage": "Unexpected tool call: Model tried to call an undeclared function: X"}


def test_an_unexpected_call_of_a_tool_that_is_there_in_another_spelling_is_made():
    request = request_of(tools=[tool("Bash")])
    part = function("default_api:bash", {"command": "ls"}, signature="c2ln")
    message = answer(frame(part, finish="UNEXPECTED_TOOL_CALL", candidate=UNDECLARED), request=request)

    assert (message.content[0].name, message.content[0].input) == ("Bash", {"command": "ls"})
    assert message.stop_reason == "tool_use"


def test_an_unexpected_call_of_no_tool_there_is_is_only_proposed():
    request = request_of(tools=[tool("Bash")])
    parts = [text("I will."), function("Bush", {"a": 1}), function("Bash")]
    with pytest.raises(UnusableAnswer) as caught:
        answer(frame(*parts, finish="UNEXPECTED_TOOL_CALL", candidate=UNDECLARED), request=request)

    assert caught.value.calls == ({"name": "Bush", "input": {"a": 1}},)


@pytest.mark.parametrize(
    ("frames", "kind"),
    [
        ([], "no_candidates"),
        ([{}], "cut"),
        ([frame(finish="STOP")], "empty"),  # BerriAI/litellm#24442, livekit/agents#4066
        ([frame(thought("hm"), finish="STOP")], "empty"),
        ([frame(finish="MAX_TOKENS")], "no_room"),  # BerriAI/litellm#36881
        ([frame(thought("hm")), frame(finish="MAX_TOKENS")], "no_room"),
        ([frame(finish="BRAND_NEW")], "empty"),
        ([frame(finish="TOO_MANY_TOOL_CALLS")], "empty"),
        ([frame(text("Hi"))], "cut"),
        ([frame(function("A"))], "cut"),
        ([{"candidates": [], "usageMetadata": {"promptTokenCount": 5}}], "cut"),
    ],
)
def test_an_answer_that_came_to_nothing_or_has_no_end(frames, kind):
    assert unusable(*frames).kind == kind


def test_nothing_is_begun_before_gemini_has_answered():
    """So that an error before the first frame is a real HTTP status."""

    async def failing():
        raise ApiError("No.")
        yield [{}]

    async def first():
        seen = 0
        with contextlib.suppress(ApiError):
            async for _ in streamed(lambda _: contextlib.aclosing(failing()), {}, asked()):
                seen += 1
        return seen

    assert asyncio.run(first()) == 0


# Usage


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ([{"promptTokenCount": 10, "candidatesTokenCount": 3}], usage(10, 3)),
        (
            [{"promptTokenCount": 10, "candidatesTokenCount": 3, "thoughtsTokenCount": 4}],
            usage(10, 7).with_(output_tokens_details={"thinking_tokens": 4}),
        ),
        ([{"promptTokenCount": 10, "cachedContentTokenCount": 8, "candidatesTokenCount": 1}], usage(2, 1, 8)),
        ([{"promptTokenCount": 10, "toolUsePromptTokenCount": 5, "candidatesTokenCount": 1}], usage(15, 1)),
        ([{"promptTokenCount": 10, "cachedContentTokenCount": 10, "candidatesTokenCount": 1}], usage(1, 1, 10)),
        ([{"promptTokenCount": 10}, {"candidatesTokenCount": 3}], usage(10, 3)),
        ([{"promptTokenCount": 10, "candidatesTokenCount": 9}, {"candidatesTokenCount": 3}], usage(10, 3)),
        ([{"promptTokenCount": 10, "candidatesTokenCount": 3}, {}], usage(10, 3)),
        ([{"promptTokenCount": 10, "serviceTier": "standard", "candidatesTokenCount": 2}], usage(10, 2)),
    ],
)
def test_usage_is_the_last_figure_that_is_there(figures, expected):
    frames = [frame(text("Hi"), usage=one) for one in figures]

    assert answer(*frames, frame(finish="STOP")).usage == expected


@pytest.mark.parametrize(
    ("window", "reason"),
    [(1_000, "max_tokens"), (13, "model_context_window_exceeded"), (12, "model_context_window_exceeded")],
)
def test_an_answer_that_fills_the_whole_window_says_so(window, reason):
    full = frame(text("Hi"), usage={"promptTokenCount": 10, "candidatesTokenCount": 3}, finish="MAX_TOKENS")
    assert answer(full, context_tokens=window).stop_reason == reason


def test_code_that_failed_says_so():
    result = {"codeExecutionResult": {"outcome": "OUTCOME_FAILED", "output": "no"}}
    assert "no\nOUTCOME_FAILED" in answer(frame(result, finish="STOP")).content[0].text


def test_usage_in_a_last_frame_of_its_own():
    trailing = {"candidates": [], "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 3}}

    assert answer(frame(text("Hi"), finish="STOP"), trailing).usage == usage(10, 3)


def test_without_figures_the_prompt_is_estimated():
    """0 would never compact: BerriAI/litellm#41406, router-for-me/CLIProxyAPI#1700."""
    assert answer(frame(text("Hi"), finish="STOP")).usage.input_tokens == 7


def test_the_first_event_already_says_what_the_prompt_cost():
    async def first():
        frames = given(frame(text("Hi"), usage={"promptTokenCount": 10}), frame(finish="STOP"))
        return await anext(streamed(lambda _: contextlib.nullcontext(frames), {}, asked()))

    event = asyncio.run(first())
    assert isinstance(event, MessageStart)
    assert event.message.usage.input_tokens == 10


# Any answer, in any pieces

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | WORDS,
    lambda of: st.lists(of, max_size=3) | st.dictionaries(WORDS, of, max_size=3),
    max_leaves=6,
)
PARTS = st.one_of(
    st.builds(text, WORDS),
    st.builds(text, WORDS, thoughtSignature=st.just("c2ln")),
    st.builds(thought, WORDS),
    st.builds(
        function,
        st.sampled_from(["Bash", "default_api:Bash", "odd"]),
        st.dictionaries(WORDS, JSON, max_size=2),
        st.sampled_from(["", "c2ln"]),
    ),
    st.builds(function, id=st.sampled_from(["", "abcd1234"])),
    st.sampled_from(
        [{}, {"text": None}, {"executableCode": {"code": "1"}}, {"brandNew": 1}, {"thoughtSignature": "c2ln"}]
    ),
)
FIGURES = st.dictionaries(
    st.sampled_from(["promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "cachedContentTokenCount"]),
    st.integers(0, 10**6),
)
FRAMES = st.one_of(
    st.builds(lambda parts, figures: frame(*parts, usage=figures), st.lists(PARTS, max_size=3), FIGURES),
    st.builds(lambda parts: frame(*parts), st.lists(PARTS, max_size=3)),
    st.sampled_from([{}, {"candidates": []}, {"candidates": [{"finishReason": None}]}]),
)
REASONS = ["STOP", "MAX_TOKENS", "SAFETY", "MALFORMED_FUNCTION_CALL", "CONTINUATION", "BRAND_NEW"]
LASTS = st.builds(
    lambda parts, reason: frame(*parts, finish=reason), st.lists(PARTS, max_size=2), st.sampled_from(REASONS)
)
TRAILING = st.lists(st.builds(lambda figures: {"candidates": [], "usageMetadata": figures}, FIGURES), max_size=1)
ANSWERS = st.builds(
    lambda first, last, trailing: [*first, last, *trailing], st.lists(FRAMES, max_size=4), LASTS, TRAILING
)


def encoded(frames):
    return b"".join(sse(compact(one)) for one in frames)


def outcome(chunks, stops=None, **fields):
    """The answer's blocks and end, or the error; the grammar is checked along the way, also before an error."""

    async def collect():
        request, events, grammar = request_of(tools=[tool()], stop_sequences=stops), [], Grammar()
        frames = Frames(Arrived(*chunks), "m")
        try:
            async for event in streamed(lambda _: contextlib.nullcontext(frames), {}, asked(request, **fields)):
                grammar.read(event)
                events.append(event)
        except ApiError as error:
            return type(error), getattr(error, "kind", "")
        message = assert_stream(events)
        return plain(message), message.stop_reason, message.usage

    return asyncio.run(collect())


def split(data, edges):
    places = [0, *sorted(edge % (len(data) + 1) for edge in edges), len(data)]
    return [data[start:end] for start, end in pairwise(places)]


@for_all(ANSWERS, st.lists(st.integers(0, 10**6), max_size=12))
def test_any_split_into_chunks_gives_the_same_answer(frames, edges):
    data = encoded(frames)

    whole = outcome([data])

    assert outcome(split(data, edges)) == whole
    assert outcome([data[place : place + 1] for place in range(len(data))]) == whole
    assert outcome([data.replace(b"\r\n", b"\n")]) == whole


@for_all(ANSWERS, st.sampled_from([None, 1, 1_000, 500_000]), st.sampled_from([None, ["a"], ["ab"]]))
def test_frames_that_come_together_give_the_answer_of_those_that_do_not(frames, limit, stops):
    together = outcome([encoded(frames)], stops, visible_tokens=limit)

    assert outcome([encoded([one]) for one in frames], stops, visible_tokens=limit) == together


def test_nothing_is_said_beyond_the_clients_own_limit_where_it_comes_together():
    """Not even where Gemini's figures go back."""
    counted = [frame(text("ab"), usage={"candidatesTokenCount": tokens}) for tokens in (2, 6, 1)]

    assert outcome([encoded(counted)], visible_tokens=3)[:2] == ([{"type": "text", "text": "ab"}], "max_tokens")


def test_words_that_come_together_are_one_delta():
    """What one read brought is written in one piece all the same; a piece for each frame is only more to read."""

    async def deltas(*pieces):
        async def given():
            for frames in pieces:
                yield frames

        events = [event async for event in streamed(lambda _: contextlib.aclosing(given()), {}, asked())]
        return [event.text for event in events if isinstance(event, TextDelta)]

    one, two, signed = frame(text("one ")), frame(text("two ")), frame(text("three", thoughtSignature="c2ln"))
    last = frame(text("."), finish="STOP")
    assert asyncio.run(deltas([one, two], [one], [two, last])) == ["one two ", "one ", "two ", "."]
    assert asyncio.run(deltas([one, one, signed, two, last])) == ["one one ", "three", "two ", "."]
    unended = frame(text("on "), candidate={"finishReason": None, "safetyRatings": []})
    assert asyncio.run(deltas([one, unended, two], [last])) == ["one on two ", "."]


@for_all(ANSWERS)
def test_an_answer_is_whole_or_an_error(frames):
    """No message is empty, none asks for a tool without calling one, and a call is never left without."""
    found = outcome([encoded(frames)])

    if len(found) == 3:
        blocks, reason, spent = found
        calls = [block for block in blocks if block["type"] == "tool_use"]
        assert [block for block in blocks if block["type"] != "thinking"]
        assert all(block["text"] for block in blocks if block["type"] == "text")
        assert bool(calls) == (reason == "tool_use") or reason == "refusal"
        assert spent.input_tokens >= 1


@for_all(ANSWERS, st.data())
def test_an_answer_cut_anywhere_is_an_error_or_the_whole(frames, data):
    whole = encoded(frames)
    place = data.draw(st.integers(0, len(whole) - 1))

    found, complete = outcome([whole[:place]]), outcome([whole])

    if len(found) == 3:
        assert found[:2] == complete[:2]


def test_an_answer_cut_at_each_byte():
    frames = [
        frame(thought("hm"), usage={"promptTokenCount": 3}),
        frame(text("Größe \u2028\U0001f600")),
        frame(function("Bash", {"command": "ls"}, "c2ln", id="abcd1234")),
        frame(text(""), finish="STOP", usage={"candidatesTokenCount": 5}),
    ]
    data = encoded(frames)

    found = [outcome([data[:place]]) for place in range(len(data) + 1)]

    complete = found[-1]
    assert complete[1] == "tool_use"
    assert [one for one in found if len(one) == 3] == [complete] * 5  # at the last brace, CR, LF, CR, LF


# There and back again

NAMES = ["Bash", "mcp__" + "long_" * 20 + "tool", "odd name/ü"]
SIGNATURES = st.binary(min_size=1, max_size=60).map(lambda raw: b64encode(raw).decode()) | st.text(
    "abcXYZ-_./+= ", min_size=1, max_size=30
)
CALLS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.dictionaries(WORDS, JSON, max_size=3), st.text("abz019", max_size=8)),
    min_size=1,
    max_size=3,
)


def reshaped(message):
    """An answer as a client sends it back: thinking dropped, calls last, nothing but the standard fields."""
    blocks = [block.to_wire() for block in message.content if block.type not in {"thinking", "redacted_thinking"}]
    standard = [
        {name: block[name] for name in ("type", "text", "id", "name", "input") if name in block} for block in blocks
    ]
    return sorted(standard, key=lambda block: block["type"] == "tool_use")


@for_all(st.lists(st.tuples(CALLS, SIGNATURES, WORDS, WORDS), min_size=1, max_size=3), st.sampled_from(MODELS))
def test_signatures_and_ids_come_back_to_gemini_on_their_own_calls(steps, model):
    """Clients keep the standard fields only, and move calls to the end. weave-os/router#95."""
    tools = [tool(name) for name in NAMES]
    history, sent = ["Hi"], []
    for calls, signature, said, thinking in steps:
        parts = [
            function(legal_name(name), args, "" if place else signature, **({"id": identity} if identity else {}))
            for place, (name, args, identity) in enumerate(calls)
        ]
        sent.append(parts)
        message = answer(
            frame(thought(thinking), parts[0]),
            frame(text(said), *parts[1:]),
            frame(text(""), finish="STOP"),
            request=request_of(tools=tools),
            model=model,
        )
        ids = [block.id for block in message.content if block.type == "tool_use"]
        history += [assistant(*reshaped(message)), user(*(result(one) for one in reversed(ids)))]

    body = convert(request_of(*history, tools=tools), model)

    turns = [content["parts"] for content in body.contents if content["role"] == "model"]
    assert [[part for part in parts if "functionCall" in part] for parts in turns] == sent
    answered = [content["parts"] for content in body.contents if "functionResponse" in content["parts"][0]]
    expected = [[(part["functionCall"]["name"], part["functionCall"].get("id")) for part in parts] for parts in sent]
    assert [
        [(part["functionResponse"]["name"], part["functionResponse"].get("id")) for part in parts] for parts in answered
    ] == expected


def test_what_is_carried_is_carried_in_the_id():
    message = answer(frame(function("A", id="abcd1234", signature="c2ln"), finish="STOP"))

    tool_id = message.content[0].id
    assert carried(tool_id).signature == "c2ln"
    assert without_carried(tool_id).startswith("toolu_")
    assert carry(without_carried(tool_id), "c2ln", at=0, model=NEW, id="abcd1234") == tool_id
    assert message.content[0].get("cgb") == tool_id


def test_an_answer_without_signature_needs_no_dummy_before_gemini_3():
    message = answer(frame(function("Bash", {"a": 1}), finish="STOP"))
    tool_id = message.content[0].id

    body = made("Hi", assistant(call(tool_id)), user(result(tool_id)), model="gemini-2.5-pro")

    assert body.notes == []


def test_reading_does_not_wait_for_the_whole_answer():
    """Each frame's events are out before the next frame is asked for."""

    async def run():
        taken = []

        async def frames():
            for place, one in enumerate([frame(text("a")), frame(text("b")), frame(finish="STOP")]):
                taken.append(place)
                yield [one]

        events = streamed(lambda _: contextlib.aclosing(frames()), {}, asked())
        return [len(taken) async for event in events if isinstance(event, TextDelta)]

    assert asyncio.run(run()) == [1, 2]
