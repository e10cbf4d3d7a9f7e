import json

import pytest

from cgb.lenient_json import dumps, loads

LONE = "\ud83d"


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        (LONE, "\ufffd"),
        (f"a{LONE}b", "a\ufffdb"),
        (LONE + LONE, "\ufffd\ufffd"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("\ufeffa" + LONE, "\ufeffa\ufffd"),
        ("\U0001f600" + LONE, "\U0001f600\ufffd"),
    ],
)
def test_a_lone_surrogate_becomes_a_replacement_character(text, mended):
    assert json.loads(dumps({text: [text, (text,)]})) == {mended: [mended, [mended]]}
    assert loads(json.dumps({text: [text]}).encode()) == {mended: [mended]}


def test_json_goes_out_and_comes_in_unchanged():
    data = {"a": [1, -1, 1.5, True, None, "ä\n\0\U0001f600"], "": {}}
    assert loads(dumps(data)) == data


@pytest.mark.parametrize(
    "text", [b"", b"{", b"NaN", b'["\\u0041", Infinity]', b'["\\u00"]', b'"\\ud83d', b"\xff\\u0041"]
)
def test_what_is_not_json_is_a_value_error(text):
    with pytest.raises(ValueError, match=r"."):
        loads(text)


def test_bottomless_json_is_a_value_error():
    with pytest.raises(ValueError, match="depth"):
        loads(b'["\\u0041",' + b"[" * 200_000)


def test_what_json_cannot_say_is_a_type_error():
    with pytest.raises(TypeError):
        dumps({"a": object()})
