"""Token counts, by the usual estimate of four characters to a token."""

from __future__ import annotations

from typing import Any

PER_TOKEN = 4
IMAGE = 258 * PER_TOKEN


def estimate(text: str) -> int:
    """Tokens of a text."""
    return (len(text) + PER_TOKEN - 1) // PER_TOKEN


def count(value: Any) -> int:
    """Tokens of any part of a request; media counts by the piece, signatures not at all."""
    return (_characters(value) + PER_TOKEN - 1) // PER_TOKEN


def _characters(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list):
        return sum(map(_characters, value))
    if not isinstance(value, dict):
        return PER_TOKEN
    if "data" in value and "mimeType" in value:
        return IMAGE
    return sum(len(key) + _characters(item) for key, item in value.items() if key != "thoughtSignature")


def count_prompt(body: dict[str, Any]) -> int:
    """Tokens of what a request feeds to the model."""
    return count([body[name] for name in ("systemInstruction", "tools", "contents") if name in body])
