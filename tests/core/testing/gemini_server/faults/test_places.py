import pytest

from cgb.testing.gemini_server.faults.events import Frame
from cgb.testing.gemini_server.faults.places import PLACES, divide, kind_of, places_in, rest_of, said

USAGE = {"promptTokenCount": 5, "candidatesTokenCount": 3, "totalTokenCount": 8}


def frame(part=None, **more):
    content = {"parts": [part], "role": "model"} if part else {"role": "model"}
    return Frame({"candidates": [{"content": content, "index": 0, **more}], "usageMetadata": USAGE, "responseId": "r"})


def thought(text):
    return {"text": text, "thought": True}


CALL = {"functionCall": {"name": "f", "args": {}}}
GOOD = [
    *(frame(thought(text)) for text in ("a", "b")),
    *(frame({"text": text}) for text in ("c", "d", "e")),
    frame(CALL),
    frame(CALL),
    frame({"text": ""}, finishReason="STOP"),
]


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({"at": "first"}, 0),
        ({"at": "thinking"}, 1),
        ({"at": "text"}, 4),
        ({"at": "call"}, 6),
        ({"at": "last"}, 7),
        ({"after": 3}, 3),
        ({"after": 99}, 7),
        ({}, 0),
    ],
)
def test_divide(options, kept):
    assert divide(GOOD, options) == (GOOD[:kept], GOOD[kept:])


def test_a_single_frame_is_halved():
    signed = frame({"text": "abcde", "thoughtSignature": "s"}, finishReason="STOP")
    (first,), (second, end) = divide([signed], {"at": "text"})
    assert first == frame({"text": "abc"})
    assert second == frame({"text": "de", "thoughtSignature": "s"})
    assert end == frame(finishReason="STOP")


def test_the_end_stands_alone():
    """Where the last frame holds content, that was said before the last place."""
    last = frame({"text": "abc"}, finishReason="STOP", finishMessage="m", groundingMetadata={})
    (content,), (end,) = divide([last], {"at": "last"})
    assert content == frame({"text": "abc"})
    assert end == frame(finishReason="STOP", finishMessage="m", groundingMetadata={})


def test_the_places_of_an_answer():
    assert places_in(GOOD) == set(PLACES)
    assert places_in([frame(finishReason="STOP")]) == {"first", "last"}
    assert places_in([frame({"text": "x"})]) == {"first", "text", "last"}


@pytest.mark.parametrize(
    ("part", "kind"),
    [(thought("a"), "thinking"), ({"text": "a"}, "text"), (CALL, "call"), ({"text": ""}, ""), (None, "")],
)
def test_kinds(part, kind):
    assert kind_of(frame(part)) == kind


def test_what_is_put_in_counts_what_was_said():
    assert rest_of(GOOD, GOOD[:2]) == {"usageMetadata": USAGE, "responseId": "r"}
    assert rest_of(GOOD, [])["usageMetadata"] == {"promptTokenCount": 5, "totalTokenCount": 5}
    assert said(GOOD, GOOD[:1], None, finishReason="X").body["candidates"] == [{"finishReason": "X", "index": 0}]
