"""What a provider refuses, as the client hears of it: class, status, type, and how long to wait."""

from .carriers import ALL, CONVERTED, GOOGLE
from .kit import KEY, Said, failure, raised, reached, states

STATUSES = {
    400: ("InvalidRequest", 400, "invalid_request_error", ""),
    403: ("Forbidden", 403, "permission_error", ""),
    404: ("NotFound", 404, "not_found_error", ""),
    413: ("TooLarge", 413, "request_too_large", ""),
    429: ("RateLimited", 429, "rate_limit_error", ""),
    500: ("UpstreamFailed", 500, "api_error", ""),
    503: ("Overloaded", 529, "overloaded_error", ""),
    504: ("Timeout", 504, "timeout_error", ""),
}


@states("errors by their status", STATUSES, ALL)
async def test_each_status_has_its_class(carrier):
    found = {}
    async with reached(carrier) as way:
        for status in STATUSES:
            way.reply(Said(status=status))
            found[status] = await failure(way.ask())
        assert len(way.bodies) == len(STATUSES)
    return found


@states("a stated delay", 3.0, ALL)
async def test_how_long_to_wait(carrier):
    async with reached(carrier) as way:
        way.reply(Said(status=429, wait=3))
        return (await raised(way.ask())).retry_after


@states("a wrong key", ("Unauthenticated", "false", False))
async def test_a_wrong_key(carrier):
    async with reached(carrier, key="another") as way:
        error = await raised(way.ask())
    return type(error).__name__, error.headers.get("x-should-retry"), KEY in error.message


TOO_LONG = {
    "gemini": "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
    "openai": "This model's maximum context length is 1048576 tokens. Your messages resulted in 1200000 tokens.",
}


@states("a prompt that is too long", "prompt is too long: 1200000 tokens > 1048576 maximum", CONVERTED)
async def test_a_prompt_that_is_too_long(carrier):
    """Claude Code compacts at exactly these words."""
    async with reached(carrier) as way:
        way.reply(Said(status=400, message=TOO_LONG[carrier.service]))
        return (await raised(way.ask())).message


@states("a lost signature", ("missing_signature", 400, {"signatures": "dummy"}), GOOGLE)
async def test_a_lost_signature_says_how_to_go_on(carrier):
    """Function call is missing a thought_signature: musistudio/claude-code-router#1032."""
    said = "Function call is missing a thought_signature in functionCall parts."
    async with reached(carrier) as way:
        way.reply(Said(status=400, message=said))
        error = await raised(way.ask())
    return error.kind, error.status, error.remedy


@states("a daily quota", (None, "false"), GOOGLE)
async def test_a_quota_that_waiting_does_not_bring_back(carrier):
    """dcdpr/jp#1061, google-gemini/gemini-cli#22486."""
    said = "Quota exceeded for metric: generate_requests_per_model_per_day, limit: 0"
    async with reached(carrier) as way:
        way.reply(Said(status=429, message=said))
        error = await raised(way.ask())
    return error.retry_after, error.headers.get("x-should-retry")
