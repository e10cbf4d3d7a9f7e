"""What exceptions say."""

from types import SimpleNamespace

import pytest

from cgb_plugins.litellm.said import said_by

GOOGLE = (
    'litellm.RateLimitError: Vertex_ai_betaException - b\'{\\n  "error": {\\n    "code": 429,\\n    "message": '
    '"It\\\'s full.",\\n    "details": [{"retryDelay": "3.5s"}, {"reason": "FULL"}]}}\\n\''
)


def said(message, **fields):
    error = Exception(message)
    for name, value in fields.items():
        setattr(error, name, value)
    return said_by(error, "hidden")


def test_google_s_own_words_out_of_bytes():
    found = said(GOOGLE, status_code=429)

    assert (found.status, found.text, found.retry_after, found.reason) == (429, "It's full.", 3.5, "FULL")


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("litellm.BadRequestError: OpenAIException - No", "No."),
        ('x {"error": {"message": "Inner"}} y', "Inner."),
        ("x {not json", "x {not json."),
        ("key hidden, AIzaSyabc, sk-1234567890, https://x/?key=abc", "key [key], [key], [key], https://x/?key=[key]."),
        ("<html>no</html>", "a web page in place of an explanation, as a proxy or gateway on the way sends it."),
        ("b'\\xff {}'", "b'\\xff {}'."),
        ("", "Exception."),
    ],
)
def test_words(message, text):
    assert said(message).text == text


def test_it_is_short():
    assert len(said("x" * 9_000).text) < 1_600


@pytest.mark.parametrize(
    ("message", "headers", "seconds"),
    [
        ("Please retry in 1m3.5s.", {}, 63.5),
        ("Please try again in 20ms", {}, 0.02),
        ("No", {"retry-after": "7"}, 7.0),
        ("No", {"retry-after": "tomorrow"}, None),
    ],
)
def test_how_long_to_wait(message, headers, seconds):
    for fields in ({"response": SimpleNamespace(headers=headers)}, {"headers": headers}):
        assert said(message, **fields).retry_after == seconds
    made_up = SimpleNamespace(headers={})
    assert said(message, response=made_up, litellm_response_headers=headers).retry_after == seconds
