"""What LiteLLM's errors come to."""

import pytest

from cgb import (
    Billing,
    Forbidden,
    Internal,
    InvalidRequest,
    NotFound,
    Overloaded,
    RateLimited,
    Timeout,
    TooLarge,
    Unauthenticated,
    UnusableAnswer,
    UpstreamFailed,
)
from cgb_plugins.litellm.errors import error_of


def raised(kind="BadRequestError", status=400, message="No.", **fields):
    """An exception of LiteLLM's, as far as it is looked at."""
    error = type(kind, (Exception,), {})(message)
    error.message = message
    if status is not None:
        error.status_code = status
    for name, value in fields.items():
        setattr(error, name, value)
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (raised(), InvalidRequest),
        (raised("AuthenticationError", 401), Unauthenticated),
        (raised(message="API key not valid. Please pass a valid API key."), Unauthenticated),
        (raised("PaymentRequiredError", 402), Billing),
        (raised("BadRequestError", 403), Forbidden),
        (raised("NotFoundError", 404), NotFound),
        (raised("LiteLLMUnknownProvider", 400), NotFound),
        (raised("Timeout", 408), Timeout),
        (raised("VertexAIError", 504), Timeout),
        (raised("APIError", 413), TooLarge),
        (raised(message="Request payload size exceeds the limit"), TooLarge),
        (raised("RateLimitError", 429), RateLimited),
        (raised("RateLimitError", 429, "You exceeded your quota: insufficient_quota"), Billing),
        (raised("InternalServerError", 500), UpstreamFailed),
        (raised("InternalServerError", 500, "The model is overloaded."), Overloaded),
        (raised("ServiceUnavailableError", 503), Overloaded),
        (raised("APIError", 529), Overloaded),
        (raised("BadGatewayError", 502), UpstreamFailed),
        (raised("APIConnectionError", 500), UpstreamFailed),
        (raised("IndexError", None), UnusableAnswer),
        (raised("ValueError", None), Internal),
        (raised("ContextWindowExceededError", 400, "too much"), InvalidRequest),
    ],
)
def test_each_kind(error, kind):
    assert type(error_of(error, "openai/x")) is kind


def test_the_envelope_of_a_stream_is_taken_off():
    inner = raised("RateLimitError", 429, "Please retry in 3.5s.")
    error = error_of(raised("MidStreamFallbackError", 503, original_exception=inner), "m")

    assert (type(error), error.retry_after) == (RateLimited, 3.5)


def test_nobody_there():
    """OpenAI's client says so little that LiteLLM takes it for the provider's own fault."""
    error = error_of(raised("InternalServerError", 500, "litellm.InternalServerError: Connection error."), "m")

    assert (type(error), error.status) == (UpstreamFailed, 502)


@pytest.mark.parametrize(("kind", "found"), [("APIConnectionError", "cut"), ("ReadError", "cut"), ("Timeout", "stall")])
def test_a_connection_lost_in_an_answer(kind, found):
    error = error_of(raised(kind, 500), "m", begun=True)

    assert isinstance(error, UnusableAnswer)
    assert error.kind == found


def test_a_day_s_quota_is_not_waited_for():
    body = (
        '{"error": {"code": 429, "message": "Quota.", "details": [{"violations": [{"quotaId": "RequestsPerDay"}]}, '
        '{"retryDelay": "3s"}]}}'
    )

    assert error_of(raised("RateLimitError", 429, body), "m").should_retry is False


def test_a_signature_that_was_refused():
    error = error_of(raised(message="Function call is missing a thought_signature."), "m")

    assert isinstance(error, UnusableAnswer)
    assert (error.kind, error.status, error.remedy) == ("missing_signature", 400, {"signatures": "dummy"})


def test_too_long():
    said = "The input token count (12) exceeds the maximum number of tokens allowed (10)."
    error = error_of(raised("ContextWindowExceededError", 400, said), "m")

    assert error.message == "prompt is too long: 12 tokens > 10 maximum"


def test_the_key_is_not_told():
    error = error_of(raised(message="the key secret-1 and sk-abcdefgh12"), "m", secret="secret-1")

    assert "secret-1" not in error.message
    assert "sk-abc" not in error.message
