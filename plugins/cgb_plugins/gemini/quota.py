"""A quota that is used up: for how long, and whether waiting helps (Gemini API contract, errors)."""

import re
from collections.abc import Mapping
from typing import Any

from cgb import RateLimited

_DURATION = re.compile(r"\d{1,12}(?:\.\d{1,9})?s", re.ASCII)
"""Google's JSON form of a duration that has not passed yet."""
_SAID = re.compile(r"retry in ((?:\d+(?:\.\d+)?(?:ms|h|m|s))+)", re.IGNORECASE | re.ASCII)
_UNIT = re.compile(r"([\d.]+)(ms|h|m|s)", re.IGNORECASE)
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_PER_DAY = re.compile(r"per[ _]?day", re.IGNORECASE)
_NONE_AT_ALL = re.compile(r"\blimit: 0(?![.\d])")


def quota_error(said: str, error: Mapping[str, Any]) -> RateLimited:
    """What a 429 means: no quota at all, the day's quota, or a rate that the next minute mends.

    The first two name a delay of seconds that would mend nothing: dcdpr/jp#1061, google-gemini/gemini-cli#22486.
    """
    limits = "\n".join((said, *_violated(error)))
    if _NONE_AT_ALL.search(said):
        return RateLimited(
            f"the plan of the bridge's key has no quota for this model, so waiting does not help: {said} "
            "Set up billing for the key's project, or map the request to another model.",
            should_retry=False,
        )
    if _PER_DAY.search(limits):
        return RateLimited(
            f"the day's Gemini quota is used up: {said} It is renewed at midnight Pacific time; until then, "
            "use another model or key (GEMINI_API_KEYS), or set up billing.",
            should_retry=False,
        )
    return RateLimited(
        f"Gemini's rate limit is reached: {said} Wait, or give the bridge further keys (GEMINI_API_KEYS).",
        retry_after=retry_after(said, error),
    )


def retry_after(said: str, error: Mapping[str, Any]) -> float | None:
    """The seconds that Gemini asks to wait, exactly: by its RetryInfo, else by its words."""
    for detail in details_of(error):
        delay = str(detail.get("retryDelay", ""))
        if _DURATION.fullmatch(delay):
            return float(delay[:-1])
    found = _SAID.search(said)
    return sum(float(number) * _SECONDS[unit.lower()] for number, unit in _UNIT.findall(found[1])) if found else None


def details_of(error: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The typed details of an error object."""
    details = error.get("details")
    return [detail for detail in details if isinstance(detail, dict)] if isinstance(details, list) else []


def _violated(error: Mapping[str, Any]) -> list[str]:
    """The names of the quotas: of a QuotaFailure's violations, or of an ErrorInfo."""
    names = []
    for detail in details_of(error):
        violations, metadata = detail.get("violations"), detail.get("metadata")
        listed = violations if isinstance(violations, list) else []
        names += [str(one.get("quotaId", "")) for one in listed if isinstance(one, dict)]
        if isinstance(metadata, dict):
            names.append(str(metadata.get("quota_limit", "")))
    return names
