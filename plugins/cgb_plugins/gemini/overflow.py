"""Gemini's words for "too long", in those that Claude Code acts upon (Claude Code contract, errors)."""

import re

from cgb import InvalidRequest

_PROMPT = re.compile(
    r"(?:input|prompt) (?:token count|tokens?)\s*(?:\((?P<given>\d+)\))?\s*"
    r"exceeds? the maximum (?:number of tokens|token count) allowed\s*\(?(?P<limit>\d+)"
    r"|token count is (?P<vertex_given>\d+) but (?:the )?model only supports up to (?P<vertex_limit>\d+)"
    r"|prompt is too long: (?P<said_given>\d+) tokens > (?P<said_limit>\d+)",
    re.IGNORECASE,
)
_WINDOW = re.compile(r"exceeds? (?:the )?(?:model's )?context (?:limit|window)", re.IGNORECASE)
_SUM = re.compile(r"(?P<given>\d+)\)?\s*\+\s*\D{0,60}?(?P<room>\d+)\)?\s*(?:>|=|is greater than)\s*(?P<limit>\d+)")


def overflow(said: str) -> InvalidRequest | None:
    """The error that makes the client compact, or ask for less, by itself; None where nothing is too long.

    Where Gemini does not say how long the prompt is, the least it can be is said: one token more than the limit
    (google-gemini/gemini-cli#15184).
    """
    if found := _PROMPT.search(said):
        numbers = found.groupdict()
        limit = int(numbers["limit"] or numbers["vertex_limit"] or numbers["said_limit"])
        given = numbers["given"] or numbers["vertex_given"] or numbers["said_given"] or limit + 1
        return InvalidRequest(f"prompt is too long: {given} tokens > {limit} maximum")
    if _WINDOW.search(said) and (found := _SUM.search(said)):
        return InvalidRequest(
            "input length and `max_tokens` exceed context limit: "
            f"{found['given']} + {found['room']} > {found['limit']}, "
            "decrease input length or `max_tokens` and try again"
        )
    return None
