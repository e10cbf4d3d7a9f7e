"""Quotas: how long, and whether waiting helps (Gemini API contract, errors)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgb import RateLimited
from cgb_plugins.gemini.quota import details_of, quota_error, retry_after

GOOGLE = "type.googleapis.com/google.rpc."
QUOTA = "You exceeded your current quota, please check your plan and billing details."
METRIC = "* Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests"


def retry_info(delay):
    return {"@type": f"{GOOGLE}RetryInfo", "retryDelay": delay}


def failure(*identities):
    return {"@type": f"{GOOGLE}QuotaFailure", "violations": [{"quotaId": one} for one in identities]}


def limited(said, *details):
    return quota_error(said, {"code": 429, "message": said, "details": list(details)})


@pytest.mark.parametrize(
    ("delay", "seconds", "header"),
    [
        ("46s", 46.0, "46"),
        ("45.837906927s", 45.837906927, "46"),  # dcdpr/jp#1061, vercel/ai#18627: fractions
        ("0.5s", 0.5, "1"),
        ("0s", 0.0, "0"),
        ("0.000000001s", 1e-9, "1"),
    ],
)
def test_a_minute_s_quota_is_back_exactly_when_gemini_says(delay, seconds, header):
    error = limited(QUOTA, failure("GenerateRequestsPerMinutePerProjectPerModel-FreeTier"), retry_info(delay))

    assert (type(error), error.retry_after, error.should_retry) == (RateLimited, seconds, None)
    assert error.headers == {"retry-after": header}


@pytest.mark.parametrize(
    "delay", ["", "s", "46", "1.5e1s", "-3s", "soon", "1.s", ".5s", "\u0663s", "1h", "46s ", "nans"]
)
def test_what_is_no_duration_of_google_s_is_none(delay):
    assert limited(QUOTA, retry_info(delay)).retry_after is None


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("Please retry in 46.153412518s.", 46.153412518),
        ("Please retry in 869.5ms.", 0.8695),
        ("Please retry in 6h56m59.5s.", 25019.5),
        ("Please retry in a while.", None),
        ("Please retry.", None),
    ],
)
def test_a_delay_that_only_the_words_name(words, seconds):
    assert limited(f"{QUOTA} {words}").retry_after == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("said", "detail"),
    [
        # google-gemini/api-examples#98, google-gemini/gemini-cli#22988
        (QUOTA, failure("GenerateRequestsPerDayPerProjectPerModel-FreeTier")),
        (QUOTA, failure("GenerateContentInputTokensPerModelPerMinute", "GenerateRequestsPerDayPerProjectPerModel")),
        # google-gemini/gemini-cli#10925
        ("Quota exceeded for quota metric 'x' and limit 'Gemini 2.5 Pro Requests per day per user per tier'", {}),
        (QUOTA, {"@type": f"{GOOGLE}ErrorInfo", "metadata": {"quota_limit": "Gemini25ProRequestsPerDay"}}),
        (f"{QUOTA}\n* Quota exceeded for metric: x/generate_requests_per_model_per_day, limit: 250", {}),
    ],
)
def test_a_day_s_quota_is_not_asked_for_again(said, detail):
    """Its delay of seconds is no help: dcdpr/jp#1061, vercel/ai#18627."""
    error = limited(said, detail, retry_info("43s"))

    assert (type(error), error.retry_after) == (RateLimited, None)
    assert error.headers == {"x-should-retry": "false"}
    assert "the day's" in error.message
    assert said in error.message


def test_a_model_without_any_quota_is_not_asked_for_again():
    """google-gemini/gemini-cli#22486, continuedev/continue#9570."""
    said = f"{QUOTA}\n{METRIC}, limit: 0, model: gemini-3.1-pro\nPlease retry in 25.4s."
    error = limited(said, retry_info("25s"))

    assert error.headers == {"x-should-retry": "false"}
    assert "no quota for this model" in error.message


@pytest.mark.parametrize("limit", ["limit: 20", "limit: 0.5", "limit: 05", "unlimited: 0"])
def test_a_limit_that_is_not_zero(limit):
    assert limited(f"{METRIC}, {limit}, model: x", retry_info("3s")).retry_after == 3


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["violations", "quotaId", "metadata", "retryDelay", "details"]), inner)
    ),
    max_leaves=10,
)


@given(JSON)
def test_any_details_are_read(details):
    assert isinstance(quota_error("x", {"details": details}), RateLimited)
    assert all(isinstance(one, dict) for one in details_of({"details": details}))


@given(st.integers(0, 10**9), st.integers(0, 10**9 - 1))
def test_any_duration_is_read_exactly(seconds, nanos):
    assert retry_after("", {"details": [retry_info(f"{seconds}.{nanos:09}s")]}) == float(f"{seconds}.{nanos:09}")
