"""What a failure says of another route: whether to go there, and how to tell of it."""

from cgb import ApiError, Internal, InvalidRequest, NotAllowed, TooLarge, UnusableAnswer

_TOO_LONG = ("prompt is too long", "input length and `max_tokens` exceed context limit")
"""How an overflow begins, in the words that Claude Code acts upon (Claude Code contract, errors)."""

_OF_THE_REQUEST = frozenset({"invalid_request_error", "request_too_large"})
_UPSTREAMS_FAULT = 500


def is_overflow(error: ApiError) -> bool:
    """Whether the request is too long for the model, so that one with a larger window may take it."""
    return isinstance(error, InvalidRequest) and error.message.startswith(_TOO_LONG)


def may_go_elsewhere(error: ApiError) -> bool:
    """Whether another route may answer: not where the request itself or cgb is at fault.

    Another route may have another key, model or provider, so a refused key or a used-up quota is no end.
    """
    if isinstance(error, UnusableAnswer):
        return True
    is_own = isinstance(error, Internal | InvalidRequest | NotAllowed | TooLarge)
    return not is_own and error.type not in _OF_THE_REQUEST


def is_of_the_route(error: ApiError) -> bool:
    """Whether the next request would fail there too, as far as one can tell.

    Not so where the model did not like this request: such an answer may end honestly, by its `stop_reason`.
    """
    if isinstance(error, UnusableAnswer):
        return not error.stop_reason and error.status >= _UPSTREAMS_FAULT
    return may_go_elsewhere(error)


def reason(error: ApiError) -> str:
    """A failure in a word or two."""
    if isinstance(error, UnusableAnswer):
        return error.kind.replace("_", " ")
    name = error.type.removesuffix("_error").replace("_", " ")
    return f"HTTP {error.status}" if name == "api" else name
