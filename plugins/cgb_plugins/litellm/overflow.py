"""The providers' words for "too long", in those that Claude Code acts upon (Claude Code contract, errors)."""

import re

from cgb import InvalidRequest

_PROMPT = (
    re.compile(
        r"token count \((?P<given>\d+)\) exceeds the maximum number of tokens allowed \((?P<limit>\d+)\)", re.IGNORECASE
    ),
    re.compile(r"exceeds? the maximum (?:number of tokens|token count) allowed\s*\(?(?P<limit>\d+)", re.IGNORECASE),
    re.compile(r"token count is (?P<given>\d+) but (?:the )?model only supports up to (?P<limit>\d+)", re.IGNORECASE),
    re.compile(r"prompt is too long: (?P<given>\d+) tokens > (?P<limit>\d+)", re.IGNORECASE),
    re.compile(r"maximum context length is (?P<limit>\d+) tokens\D+resulted in (?P<given>\d+) tokens", re.IGNORECASE),
    re.compile(
        r"maximum context length is (?P<limit>\d+) tokens\D+requested (?P<given>\d+) tokens(?! \()", re.IGNORECASE
    ),
    re.compile(r"context (?:window|length|size)\D{0,40}(?P<limit>\d+)", re.IGNORECASE),
)
_SUM = re.compile(
    r"maximum context length is (?P<limit>\d+) tokens.{0,80}?requested \d+ tokens \((?P<given>\d+) in the messages, "
    r"(?P<room>\d+) in the completion\)",
    re.IGNORECASE | re.DOTALL,
)


def overflow(said: str, *, is_known: bool = False) -> InvalidRequest | None:
    """The error that makes the client compact, or ask for less, by itself; None where nothing is too long.

    Where nobody says how long the prompt is, the least it can be is said: one token more than the limit.

    Args:
        said: the provider's words.
        is_known: whether LiteLLM took them for such an error, so that they need not be understood.
    """
    if (found := _SUM.search(said)) and int(found["given"]) <= int(found["limit"]):
        return InvalidRequest(
            "input length and `max_tokens` exceed context limit: "
            f"{found['given']} + {found['room']} > {found['limit']}, "
            "decrease input length or `max_tokens` and try again"
        )
    patterns = _PROMPT if is_known else _PROMPT[:-1]
    for pattern in (_SUM, *patterns):
        if found := pattern.search(said):
            limit = int(found["limit"])
            given = int(found.groupdict().get("given") or 0) or limit + 1
            return InvalidRequest(f"prompt is too long: {given} tokens > {limit} maximum")
    return InvalidRequest(f"prompt is too long: {said}") if is_known else None
