import json

from cgb.testing.gemini_server import wire


def test_the_service_s_spacing_and_escapes():
    assert wire.compact({"a": [{"b": "<ü>"}], "c": 3.0}) == '{"a": [{"b": "\\u003cü\\u003e"}],"c": 3.0}'.encode()


def test_line_separators_stay_raw():
    assert wire.compact("\u2028\x85") == '"\u2028\x85"'.encode()


def test_a_lone_surrogate_is_escaped():
    assert wire.compact("\ud83d") == b'"\\ud83d"'
    assert json.loads(wire.compact("\ud83d")) == "\ud83d"


def test_events_end_with_crlf():
    assert wire.sse(b"{}") == b"data: {}\r\n\r\n"


def test_single_answers_are_indented():
    assert wire.pretty({"a": 1}) == b'{\n  "a": 1\n}\n'
