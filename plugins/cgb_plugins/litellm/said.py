"""What an exception of LiteLLM's says: the provider's own words, out of all that is wrapped round them."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_LONGEST = 1500
"""How many characters of an explanation are kept: some hold the provider's whole body, or the request's."""
_PREFIX = re.compile(r"^(?:litellm\.\w+: |\w+Exception - |\w*Error: )+")
_BYTES = re.compile(r"b'(?:[^'\\]|\\.)*'|b\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_SECRETS = re.compile(
    r"AIza[\w-]+|\bAQ\.[\w.-]+|\bsk-[\w*-]{6,}|(?<=[Bb]earer )[\w.~+/-]+=*|(?<=api_key:)[\w.-]+|(?<=[?&]key=)[^\s&\"']+"
)
_RETRY = re.compile(r"(?:retry|try again) in ((?:\d+(?:\.\d+)?(?:ms|h|m|s))+)", re.IGNORECASE)
_UNIT = re.compile(r"([\d.]+)(ms|h|m|s)", re.IGNORECASE)
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_DURATION = re.compile(r"\d{1,12}(?:\.\d{1,9})?s", re.ASCII)


@dataclass(frozen=True, slots=True)
class Said:
    """An explanation: its HTTP status, words, typed reason, the seconds to wait, and the quotas it names."""

    status: int | None
    text: str
    reason: str = ""
    retry_after: float | None = None
    quotas: tuple[str, ...] = ()


def said_by(error: BaseException, secret: str = "") -> Said:
    """What an exception says, without keys and of bearable length."""
    raw = str(getattr(error, "message", "") or error)
    found = _object_in(raw)
    details = [one for one in found.get("details") or () if isinstance(one, dict)]
    words = str(found.get("message") or "") or _PREFIX.sub("", raw).strip() or type(error).__name__
    status = getattr(error, "status_code", None)
    return Said(
        status=int(status) if isinstance(status, int) else None,
        text=_masked(words, secret),
        reason=" ".join(filter(None, (_text(found.get("code")), *(_text(one.get("reason")) for one in details)))),
        retry_after=_delay(details, words, error),
        quotas=tuple(_quotas(details)),
    )


def _object_in(raw: str) -> Mapping[str, Any]:
    """The provider's error object, where the text holds one: as JSON, or as Python writes bytes of JSON."""
    quoted = _BYTES.search(raw)
    text = ast.literal_eval(quoted[0]).decode("utf-8", "replace") if quoted else raw
    start = text.find("{")
    if start < 0:
        return {}
    try:
        found, _ = json.JSONDecoder().raw_decode(text, start)
    except ValueError:
        return {}
    error = found.get("error", found) if isinstance(found, dict) else {}
    return error if isinstance(error, dict) else {}


def _masked(words: str, secret: str) -> str:
    words = words.replace(secret, "[key]") if secret else words
    words = " ".join(_SECRETS.sub("[key]", words).split())
    if "<html" in words.lower():
        return "a web page in place of an explanation, as a proxy or gateway on the way sends it."
    words = f"{words[:_LONGEST]} […]" if len(words) > _LONGEST else words
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _delay(details: list[dict[str, Any]], words: str, error: BaseException) -> float | None:
    """The seconds to wait: of Google's RetryInfo, of the words, or of the header."""
    for detail in details:
        delay = str(detail.get("retryDelay", ""))
        if _DURATION.fullmatch(delay):
            return float(delay[:-1])
    if found := _RETRY.search(words):
        return sum(float(number) * _SECONDS[unit.lower()] for number, unit in _UNIT.findall(found[1]))
    for headers in _headers(error):
        header = str(headers.get("retry-after") or "")
        if re.fullmatch(r"\d+(\.\d+)?", header):
            return float(header)
    return None


def _headers(error: BaseException) -> Iterator[Mapping[str, Any]]:
    """The answer's headers, wherever LiteLLM keeps them: its errors bear answers that it made up, too."""
    holders = (getattr(error, "response", None), error)
    listed = [getattr(holder, "headers", None) for holder in holders]
    yield from (one for one in (getattr(error, "litellm_response_headers", None), *listed) if one)


def _quotas(details: list[dict[str, Any]]) -> Iterator[str]:
    for detail in details:
        for one in detail.get("violations") or ():
            if isinstance(one, dict):
                yield str(one.get("quotaId", ""))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
