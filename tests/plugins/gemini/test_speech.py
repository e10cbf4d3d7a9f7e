"""Parts as blocks: where signatures go, and where text ends."""

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from cgb.messages import carried
from cgb_plugins.gemini.speech import words_alone

from .kit import NEW, answer, asked, frame, function, plain, request_of, text, thought, tool

THINKS = request_of(tools=[tool()], thinking={"type": "adaptive"})


def said(*parts, request=THINKS, **fields):
    """The blocks of an answer of these parts, each in a frame of its own."""
    message = answer(*map(frame, parts), frame(finish="STOP"), request=request, **fields)
    return [
        {name: value for name, value in block.items() if name not in {"type", "input", "name"}}
        for block in plain(message)
    ]


def use(signature="", **facts):
    return {"id": (signature, facts)}


def words(content, **signed):
    return {"text": content, **({"cgb": ("c2ln", signed)} if signed else {})}


def thinking(content, **signed):
    return {"thinking": content, "signature": ("c2ln", signed) if signed else ""}


def redacted(**facts):
    return {"data": ("c2ln", facts)}


S = {"thoughtSignature": "c2ln"}


@pytest.mark.parametrize(
    ("candidate", "expected"),
    [
        ({"content": {"parts": [{"text": "a"}], "role": "model"}, "index": 0}, "a"),
        ({"content": {"parts": [{"text": ""}]}, "safetyRatings": []}, ""),
        ({"content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"}, None),
        ({"content": {"parts": [{"text": "a"}]}, "finishReason": None, "groundingMetadata": {}}, "a"),
        ({"content": {"parts": [{"text": "a"}]}, "groundingMetadata": {"webSearchQueries": ["b"]}}, None),
        ({"content": {"parts": [{"text": "a", "thought": True}]}}, None),
        ({"content": {"parts": [{"text": "a"}, {"text": "b"}]}}, None),
        ({"content": {"parts": [{"functionCall": {}}]}}, None),
        ({"content": {"parts": [{"text": None}]}}, None),
        ({"content": {"parts": []}}, None),
        ({"content": {"parts": None}}, None),
        ({"content": {"parts": "a"}}, None),
        ({"content": {}}, None),
        ({"content": None}, None),
        ({}, None),
    ],
)
def test_words_alone(candidate, expected):
    assert words_alone(candidate) == expected


@pytest.mark.parametrize(
    ("parts", "blocks"),
    [
        pytest.param([function(signature="c2ln")], [use("c2ln", at=0)], id="a call's signature is in its id"),
        pytest.param(
            [function(id="x", signature="c2ln"), function(id="y")],
            [use("c2ln", at=0, id="x"), use(at=0, id="y")],
            id="of parallel calls only the first is signed",
        ),
        pytest.param(
            [text("ab"), function(), text("c"), function()],
            [words("ab"), use(at=2), words("c"), use(at=3)],
            id="a call knows its place",
        ),
        pytest.param(
            [thought("hm"), thought("m", **S), text("a")], [thinking("hmm", n=1), words("a")], id="a thought's"
        ),
        pytest.param([thought("a", **S), thought("b")], "empty", id="nothing but thoughts"),
        pytest.param(
            [thought("a", **S), thought("b"), text("c")],
            [thinking("a", n=1), thinking("b"), words("c")],
            id="what was signed is not added to",
        ),
        pytest.param([thought("", **S), text("a")], [thinking("", n=0), words("a")], id="an empty thought's"),
        pytest.param([text("ab", **S), text("c")], [words("abc", n=2)], id="of a text's beginning: in its field"),
        pytest.param(
            [text("ab"), text("c", **S), function()],
            [words("abc"), redacted(n=1, since=0), use(at=3)],
            id="of a later text: before the next call",
        ),
        pytest.param(
            [text("ab"), text("", **S), function()],
            [words("ab"), redacted(n=0, since=0), use(at=2)],
            id="of an empty text",
        ),
        pytest.param(
            [text("ab"), text("c", **S), text("de"), thought("t"), text("f")],
            [words("abcde"), redacted(n=1, since=2), thinking("t"), words("f")],
            id="of a text in the middle: before the next thought",
        ),
        pytest.param(
            [text("", **S), text("ab")], [redacted(n=0, since=0), words("ab")], id="of an empty text at the beginning"
        ),
        pytest.param(
            [text("a", **S), text("b", **S), text("", **S), function()],
            [words("ab", n=1), redacted(n=1, since=0), redacted(n=0, since=0), use(at=2)],
            id="several",
        ),
        pytest.param([text("ab"), text("", **S)], [words("ab")], id="nothing may stand behind the last words"),
        pytest.param([text("ab"), text("c", **S)], [words("abc")], id="nor behind these"),
        pytest.param([{"text": "a", "thought": False, **S}], [words("a", n=1)], id="thought: false"),
    ],
)
def test_where_a_signature_goes(parts, blocks):
    if blocks == "empty":
        with pytest.raises(Exception, match="nothing"):
            said(*parts)
    else:
        assert said(*parts) == blocks


@pytest.mark.parametrize("thinks", [None, {"type": "disabled"}])
def test_a_client_that_does_not_think_gets_no_block_for_a_text_s_signature(thinks):
    parts = [thought("", **S), text("a"), text("b", **S), function(signature="c2ln")]

    assert said(*parts, request=request_of(tools=[tool()], thinking=thinks)) == [words("ab"), use("c2ln", at=2)]


STOPS = THINKS.with_(stop_sequences=("END", "E!"))


@pytest.mark.parametrize(
    ("parts", "blocks", "matched"),
    [
        ([text("abEN"), text("Dc")], [words("ab")], "END"),
        ([text("abEN"), text("x")], [words("abENx")], None),
        ([text("abEN")], [words("abEN")], None),
        ([text("a"), thought("t"), text("bE!c")], [words("a"), thinking("t"), words("b")], "E!"),
        ([text("aE"), thought("t"), text("b")], [words("aE"), thinking("t"), words("b")], None),
        ([text("aE"), function(), text("b")], [words("aE"), use(at=2), words("b")], None),
        ([text("abE", **S), function()], [words("abE"), redacted(n=3, since=0), use(at=3)], None),
        ([text("E"), text("E", **S), function()], [words("EE"), redacted(n=1, since=0), use(at=2)], None),
        ([thought("END"), text("a")], [thinking("END"), words("a")], None),
        ([text("aE!", **S), text("b")], [words("a")], "E!"),
        ([text("0"), thought("", **S), text("E", **S)], [words("0"), thinking("", n=0), words("E", n=1)], None),
        ([text("0"), thought("t"), text("E", **S)], [words("0"), thinking("t"), words("E", n=1)], None),
    ],
)
def test_nothing_is_shown_from_a_stop_sequence_on(parts, blocks, matched):
    message = answer(*map(frame, parts), frame(finish="STOP"), request=STOPS)

    assert said(*parts, request=STOPS) == blocks
    assert message.stop_sequence == matched
    has_call = any("functionCall" in part for part in parts)
    assert message.stop_reason == ("stop_sequence" if matched else "tool_use" if has_call else "end_turn")


def test_a_call_before_a_stop_sequence_is_still_to_be_answered():
    message = answer(frame(function(), text("aEND")), frame(text("b"), finish="STOP"), request=STOPS)

    assert message.stop_reason == "tool_use"
    assert [block.get("text") for block in message.content] == [None, "a"]


ONE = request_of(tools=[tool()], tool_choice={"type": "auto", "disable_parallel_tool_use": True})


def test_a_client_that_takes_one_call_gets_the_first_which_is_the_signed_one():
    ctx = asked(ONE).ctx
    parts = [text("a"), function("Bash", {"n": 1}, "c2ln"), function("Bash", {"n": 2}), text("b"), function()]

    assert said(*parts, request=ONE, ctx=ctx) == [words("a"), use("c2ln", at=1), words("b")]
    assert [note.kind for note in ctx.notes] == ["dropped"] * 2


PIECES = st.lists(st.text("abE!ND\u00fc", min_size=1, max_size=8), min_size=1, max_size=8)


@for_all(PIECES, st.lists(st.booleans(), min_size=8, max_size=8))
def test_text_is_the_same_whether_signed_or_not(pieces, signs):
    signed = [text(piece, **(S if sign else {})) for piece, sign in zip(pieces, signs, strict=False)]
    whole, _, _ = "".join(pieces).partition("END")
    expected = min((whole, "".join(pieces).partition("E!")[0]), key=len)

    blocks = answer(frame(text("x")), *map(frame, signed), frame(text("y"), finish="STOP"), request=STOPS).content

    assert "".join(block.text for block in blocks) == "x" + expected + ("y" if expected == "".join(pieces) else "")


def test_every_signature_bears_the_model_s_name():
    message = answer(
        frame(thought("a", **S), text("b", **S), function(signature="c2ln"), finish="STOP"), request=THINKS
    )

    thought_, text_, call_ = message.content
    for place in (thought_.signature, text_.get("cgb"), call_.id, call_.get("cgb")):
        assert carried(place).facts["model"] == NEW
