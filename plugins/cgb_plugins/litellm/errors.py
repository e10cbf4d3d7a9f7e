"""What LiteLLM's errors mean to a client of the Messages API (Gemini API contract, errors and LiteLLM)."""

import re
from http import HTTPStatus

from cgb import (
    ApiError,
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

from .overflow import overflow
from .said import Said, said_by

_BAD_KEY = re.compile(
    r"API[_ ]key not (valid|found)|API[_ ]key expired|API_KEY_INVALID|reported as leaked|unregistered callers"
    r"|incorrect api key|invalid (x-)?api[ -_]key|api_key client option must be set|missing credentials",
    re.IGNORECASE,
)
_SPENT = re.compile(r"insufficient_quota|credits are depleted|spend(ing)? cap|billing hard limit", re.IGNORECASE)
_NO_QUOTA = re.compile(r"per[ _]?day|\blimit: 0(?![.\d])", re.IGNORECASE)
_BUSY = re.compile(r"model is overloaded|high demand|no capacity available|overloaded_error", re.IGNORECASE)
_SIGNATURE = re.compile(r"thought[_ ]?signature", re.IGNORECASE)
_ADVICE = re.compile(r"\bagain\b|\bretry\b", re.IGNORECASE)

_LOST = {"APIConnectionError", "ReadError", "RemoteProtocolError", "ClientError", "ConnectError"}
_UNREACHED = re.compile(r"Connection error\.?")
"""All that LiteLLM says, with status 500, where OpenAI's own client found nobody."""
_SLOW = {"Timeout", "APITimeoutError", "TimeoutException"}
_EMPTY_HANDED = {"IndexError", "KeyError", "APIResponseValidationError"}
"""What LiteLLM meets when an answer lacks what it takes for granted."""


def error_of(error: BaseException, model: str, *, begun: bool = False, secret: str = "") -> ApiError:
    """The error that an exception of LiteLLM's comes to.

    Args:
        error: what LiteLLM raised; also the envelope round what went wrong in a stream.
        model: LiteLLM's name for the model.
        begun: whether the answer had begun, so that a lost connection cut it.
        secret: the key, which some explanations repeat.
    """
    error = _unwrapped(error)
    said, kinds = said_by(error, secret), {kind.__name__ for kind in type(error).__mro__}
    if found := overflow(said.text, is_known="ContextWindowExceededError" in kinds):
        return found
    if kinds & _SLOW:
        return _slow(model, said, begun=begun)
    if kinds & _LOST or _UNREACHED.fullmatch(said.text):
        return _lost(model, said, begun=begun)
    if kinds & _EMPTY_HANDED:
        return UnusableAnswer(
            f"{model}'s answer had no content that LiteLLM could read ({said.text}) Ask again.", kind="no_candidates"
        )
    if "LiteLLMUnknownProvider" in kinds or "LLM Provider NOT provided" in said.text:
        return NotFound(f"LiteLLM knows no provider for {model}: name one, as in `openai/gpt-5` or `gemini/…`.")
    if said.status is None:
        return Internal(f"LiteLLM failed before it asked {model} ({type(error).__name__}): {said.text}")
    return _by_content(model, said) or _by_status(model, said, begun=begun)


def _unwrapped(error: BaseException) -> BaseException:
    """What went wrong in a stream, without the envelopes of LiteLLM's router."""
    inner = getattr(error, "original_exception", None)
    return _unwrapped(inner) if isinstance(inner, BaseException) and inner is not error else error


def _slow(model: str, said: Said, *, begun: bool) -> ApiError:
    if begun:
        return stalled(f"{model} fell silent in the middle of its answer. Ask again.")
    return Timeout(f"{model} took too long: {said.text}{_again(said)}")


def stalled(text: str) -> UnusableAnswer:
    """The failure of an answer that fell silent; where it cannot be asked again, it is a timeout."""
    return UnusableAnswer(text, kind="stall", status=Timeout.status, type=Timeout.type)


def _lost(model: str, said: Said, *, begun: bool) -> ApiError:
    if begun:
        return UnusableAnswer(
            f"the connection to {model} broke in the middle of its answer. Ask again.", kind="cut", detail=said.text
        )
    return UpstreamFailed(
        f"{model} could not be reached, or broke off before it answered: {said.text} "
        "Ask again; if this comes often, check the network and plugin.litellm.api_base."
    )


def _by_content(model: str, said: Said) -> ApiError | None:
    """What the words say more exactly than the status."""
    key_status = said.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.INTERNAL_SERVER_ERROR}
    if said.status == HTTPStatus.UNAUTHORIZED or (key_status and _BAD_KEY.search(f"{said.reason} {said.text}")):
        return Unauthenticated(
            f"{model} does not accept the bridge's key: {said.text} "
            "Set the provider's own variable (GEMINI_API_KEY, OPENAI_API_KEY, …) or plugin.litellm.api_key."
        )
    if said.status in {429, 500, 503} and _BUSY.search(said.text):
        return _overloaded(model, said)
    if said.status == HTTPStatus.BAD_REQUEST and "payload size" in said.text:
        return _too_large(model, said)
    if said.status == HTTPStatus.BAD_REQUEST and _SIGNATURE.search(said.text) and "Unknown name" not in said.text:
        return UnusableAnswer(
            f"{model} did not accept a thought signature of the conversation's earlier tool calls: {said.text}",
            kind="missing_signature", upstream_reason="INVALID_ARGUMENT", detail=said.text,
            remedy={"signatures": "dummy"}, status=400, type="invalid_request_error",
        )  # fmt: skip
    return None


def _by_status(model: str, said: Said, *, begun: bool) -> ApiError:
    match said.status:
        case 400 | 422:
            return InvalidRequest(f"{model} refused the request: {said.text}")
        case 402:
            return _unpaid(model, said)
        case 403:
            return Forbidden(f"the bridge's key may not use {model}: {said.text}")
        case 404:
            return NotFound(f"there is no {model}, or nothing at plugin.litellm.api_base: {said.text}")
        case 408 | 504:
            return _slow(model, said, begun=begun)
        case 413:
            return _too_large(model, said)
        case 429:
            return _rate_limited(model, said)
        case 503 | 529:
            return _overloaded(model, said)
        case 500:
            return UpstreamFailed(f"{model} failed, by a fault of its own: {said.text}{_again(said)}", status=500)
        case _:
            return UpstreamFailed(f"{model} failed: HTTP {said.status}: {said.text}{_again(said)}")


def _rate_limited(model: str, said: Said) -> ApiError:
    """A rate that waiting mends, or a quota that it does not: dcdpr/jp#1061, google-gemini/gemini-cli#22486."""
    if _SPENT.search(f"{said.reason} {said.text}"):
        return _unpaid(model, said)
    if _NO_QUOTA.search("\n".join((said.text, *said.quotas))):
        return RateLimited(
            f"the quota for {model} is used up, and the next minute brings none: {said.text} Use another model or key.",
            should_retry=False,
        )
    return RateLimited(f"the rate limit of {model} is reached: {said.text}", retry_after=said.retry_after)


def _unpaid(model: str, said: Said) -> Billing:
    return Billing(f"the provider of {model} wants to be paid: {said.text}", should_retry=False)


def _overloaded(model: str, said: Said) -> Overloaded:
    return Overloaded(f"{model} is overloaded: {said.text}{_again(said)}", retry_after=said.retry_after)


def _too_large(model: str, said: Said) -> TooLarge:
    return TooLarge(f"the request is larger than {model} takes: {said.text} Send fewer or smaller files and images.")


def _again(said: Said) -> str:
    """What to do, unless the provider says so itself."""
    return "" if _ADVICE.search(said.text) else " Ask again."
