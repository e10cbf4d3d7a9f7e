"""Characters that are broken in two (Gemini API contract, stream failures: surrogates)."""

from itertools import pairwise

import orjson
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from cgb import UnusableAnswer
from cgb_plugins.gemini.halves import Halves, loads

HIGH, LOW, WHOLE = "\ud83d", "\ude00", "\U0001f600"


def frame(*parts, **candidate):
    return {"candidates": [{"content": {"parts": list(parts)}, **candidate}]}


def stop():
    return {"candidates": [{"finishReason": "STOP"}]}


def text(said, **fields):
    return {"text": said, **fields}


def read(*frames):
    """The parts that come of these frames, all of which can be encoded."""
    halves = Halves()
    found = [halves.read(one) for one in frames]
    assert orjson.dumps(found)
    content = [one["candidates"][0].get("content", {}) for one in found if one.get("candidates")]
    return [part for one in content for part in one.get("parts", [])]


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        ([frame(text("a" + HIGH)), frame(text(LOW + "b"))], [text("a"), text(WHOLE + "b")]),
        ([frame(text("a" + HIGH)), {"usageMetadata": {}}, frame(text(LOW))], [text("a"), text(WHOLE)]),
        ([frame(text("a" + HIGH)), frame(text("")), frame(text(LOW))], [text("a"), text(""), text(WHOLE)]),
        ([frame(text("a" + HIGH)), frame(text("b"))], [text("a"), text("\ufffdb")]),
        ([frame(text("a" + HIGH)), stop()], [text("a"), text("\ufffd")]),
        ([frame(text("a" + HIGH), finishReason="STOP"), stop()], [text("a\ufffd")]),
        ([frame(text(HIGH)), frame({"functionCall": {}})], [text(""), text("\ufffd"), {"functionCall": {}}]),
        (
            [frame(text(HIGH, thought=True)), frame(text(LOW))],
            [text("", thought=True), text("\ufffd", thought=True), text("\ufffd")],
        ),
        (
            [frame(text(HIGH, thought=True)), frame(text(LOW, thought=True))],
            [text("", thought=True), text(WHOLE, thought=True)],
        ),
        ([frame(text(HIGH + HIGH)), frame(text(LOW))], [text("\ufffd"), text(WHOLE)]),
    ],
)
def test_halves_of_neighbours_are_joined_and_others_replaced(frames, said):
    assert read(*frames) == said


@for_all(st.text(st.characters(codec="utf-8")), st.lists(st.integers(0, 100), max_size=6))
def test_a_text_cut_between_any_two_of_its_utf16_units_is_whole_again(said, cuts):
    units = [bytes(pair) for pair in zip(*[iter(said.encode("utf-16-le"))] * 2, strict=True)]
    places = [0, *sorted(min(cut, len(units)) for cut in cuts), len(units)]
    pieces = [b"".join(units[a:b]).decode("utf-16-le", "surrogatepass") for a, b in pairwise(places)]

    parts = read(*(frame(text(piece)) for piece in pieces), stop())

    assert "".join(part["text"] for part in parts) == said


def test_args_are_mended_as_text_is():
    broken = loads(b'{"candidates":[{"content":{"parts":[{"functionCall":{"name":"x","args":{"a":"\\ud83d"}}}]}}]}')

    assert read(broken) == [{"functionCall": {"name": "x", "args": {"a": "\ufffd"}}}]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"thoughtSignature": "c2ln\\ud83d"}',
        b'{"functionCall": {"name": "Ba\\ud83dsh"}}',
        b'{"functionCall": {"name": "Bash", "id": "\\ude00"}}',
        b'{"functionCall": {"args": {"a\\ud83d": 1}}}',
    ],
)
def test_what_goes_back_to_gemini_to_the_letter_is_not_mended(raw):
    with pytest.raises(UnusableAnswer):
        loads(raw)


@pytest.mark.parametrize("raw", [b"", b"{", b'"\xff"', b'"\xed\xa0\xbd"', b"[" * 100_000])
def test_what_is_no_json_is_an_unusable_answer(raw):
    with pytest.raises(UnusableAnswer):
        loads(raw)


@pytest.mark.parametrize("raw", [b'{"a": NaN}', b'{"a": 1e999}', b'{"a": -Infinity}'])
def test_python_takes_more_for_json_than_it_is(raw):
    with pytest.raises(UnusableAnswer):
        Halves().read(loads(raw))
