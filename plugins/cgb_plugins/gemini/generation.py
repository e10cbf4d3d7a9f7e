"""How Gemini is to write: `generationConfig`."""

from typing import Any

from cgb import Context, MessagesRequest
from cgb.messages import estimate_tokens

from .models import GEMINI_3, Family
from .thinking import output_tokens, thinking_config
from .tools import Declared

_GEMINI_4 = 4.0
_OWN_TEMPERATURE = 1.0


def generation_config(request: MessagesRequest, family: Family, tools: Declared, ctx: Context) -> dict[str, Any]:
    """`generationConfig`; members that would be empty are left out.

    Stop sequences are not in it: the bridge matches them itself, since Gemini takes five and does not say which one
    it met.
    """
    members = {
        "maxOutputTokens": _within_window(output_tokens(request, family.target), request, family),
        "thinkingConfig": thinking_config(request, family.target),
        **_sampling(request, family),
        **_format(request, family, tools, ctx),
    }
    return {name: value for name, value in members.items() if value is not None and value != {}}


def _within_window(wanted: int | None, request: MessagesRequest, family: Family) -> int | None:
    """What Gemini 4 may write: there the prompt and the answer share one window."""
    if wanted is None or family.generation < _GEMINI_4:
        return wanted
    return max(min(wanted, family.target.context_tokens - estimate_tokens(request)), 1)


def _sampling(request: MessagesRequest, family: Family) -> dict[str, Any]:
    """Gemini 4 ignores them all; for Gemini 3 a temperature below its own is documented to risk loops."""
    if family.generation >= _GEMINI_4:
        return {}
    heat = request.temperature
    if family.generation >= GEMINI_3 and heat is not None and heat <= _OWN_TEMPERATURE:
        heat = None
    return {
        "temperature": heat if heat is None else min(max(heat, 0.0), 2.0),
        "topP": request.top_p if request.top_p is None else min(max(request.top_p, 0.0), 1.0),
        "topK": request.top_k if request.top_k is None else max(request.top_k, 1),
    }


def _format(request: MessagesRequest, family: Family, tools: Declared, ctx: Context) -> dict[str, Any]:
    form = request.output_config.format if request.output_config else None
    if not form or form.get("type") != "json_schema":
        return {}
    if tools and family.generation < GEMINI_3:
        ctx.note("dropped", "Gemini 2.5 cannot answer in JSON while it has tools; the schema was left out")
        return {}
    return {"responseMimeType": "application/json", "responseJsonSchema": form.get("schema")}
