"""All validation of a request, in the order the service goes through it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from cgb.testing.gemini_server import (
    config_rules,
    content_rules,
    payload,
    signatures,
    tool_rules,
    turn_rules,
)
from cgb.testing.gemini_server.calls import Json, Violation
from cgb.testing.gemini_server.errors import GoogleError
from cgb.testing.gemini_server.findings import Findings
from cgb.testing.gemini_server.request import Request

if TYPE_CHECKING:
    from cgb.testing.gemini_server.catalog import Model

FIELD_RULES = (content_rules.check_fields, tool_rules.check_fields, config_rules.check_fields)
STAGES = (
    FIELD_RULES,
    (
        content_rules.check_meaning,
        tool_rules.check_meaning,
        tool_rules.check_cache,
        config_rules.check_meaning,
        config_rules.check_thinking,
    ),
    (turn_rules.check,),
    (signatures.check,),
)


def parse(raw: bytes) -> Json:
    """The body as JSON, or 400."""
    try:
        body: Any = orjson.loads(raw or b"{}")
    except orjson.JSONDecodeError as error:
        text = f"Invalid JSON payload received. {error}"
        raise GoogleError(400, text, violations=[Violation("json", "", text)]) from error
    if not isinstance(body, dict):
        text = "Invalid JSON payload received. Root element must be a message."
        raise GoogleError(400, text, violations=[Violation("json", "", text)])
    return body


def read(model: Model, body: Json) -> Request:
    """A generate request whose every name and value is known to the service."""
    return Request(model, payload.read("GenerateContentRequest", body))


def check(request: Request) -> None:
    """All other rules of a generate request, stage by stage."""
    for stage in STAGES:
        found = Findings()
        for rule in stage:
            rule(request, found)
        found.stop()
    if "cachedContent" in request.body:
        raise GoogleError(403, "CachedContent not found (or permission denied)")


def count(model: Model, body: Json) -> Request:
    """A count request that broke no rule: either `contents` or a whole `generateContentRequest`."""
    canonical = payload.read("CountTokensRequest", body)
    inner = canonical.get("generateContentRequest")
    found = Findings("CountTokensRequest")
    if inner is not None and "contents" in canonical:
        text = "only one of contents and generate_content_request may be set."
        found.field("count-both", "generate_content_request", text)
    found.stop()
    found = Findings()
    if inner is not None and not str(inner.get("model", "")).startswith("models/"):
        found.field("count-model", "model", "unexpected model name format")
    request = Request(model, canonical if inner is None else inner)
    for rule in FIELD_RULES:
        rule(request, found)
    found.stop()
    return request
