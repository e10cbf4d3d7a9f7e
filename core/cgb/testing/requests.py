"""Whether a request is one that a client may send and a provider takes."""

from __future__ import annotations

import warnings
from typing import Any

from pydantic import ValidationError

from ..messages import MessagesRequest, TextBlock
from .anthropic_server.rules import of_calls


def assert_request(request: MessagesRequest) -> None:
    """See that a request holds together: its values have their types, its calls their results.

    Raises:
        AssertionError: it does not; says where.
    """
    wire = _rendered(request)
    try:
        again = MessagesRequest.model_validate(wire)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise AssertionError(f"not a request: {where}: {first['msg']}") from None
    for problem in (*_blanks(again), *of_calls(wire["messages"])):
        raise AssertionError(f"not a request: {problem}")


def _rendered(request: MessagesRequest) -> dict[str, Any]:
    """The request's JSON; whoever copied a value with members of other types is told here."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return request.to_wire()
        except Exception as error:  # noqa: BLE001 - whatever pydantic stumbles over
            said = " ".join(str(error).split())
            raise AssertionError(f"not a request: it cannot be rendered: {said}") from None


def _blanks(request: MessagesRequest) -> list[str]:
    """What is empty and must not be."""
    found = []
    for place, message in enumerate(request.messages):
        if message.role != "system" and not message.blocks:
            found.append(f"messages.{place}: all messages must have non-empty content")
        if any(isinstance(block, TextBlock) and not block.text.strip() for block in message.blocks):
            found.append(f"messages.{place}: text content blocks must contain non-whitespace text")
    return found
