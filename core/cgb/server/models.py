"""GET /v1/models: what the client may pick."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..transport import Model

if TYPE_CHECKING:
    from ..pipeline import Pipeline

_CREATED_AT = "2026-01-01T00:00:00Z"


def discoverable(name: str) -> bool:
    """Whether Claude Code's discovery keeps an id (Claude Code contract, models)."""
    return "claude" in name.lower() or name.lower().startswith("anthropic")


def listing(pipeline: Pipeline) -> list[dict[str, Any]]:
    """The models, Claude Code's names before bare ones."""
    entries = [_entry(model, pipeline) for model in pipeline.models()]
    return sorted(entries, key=lambda entry: not discoverable(entry["id"]))


async def entry(pipeline: Pipeline, name: str) -> dict[str, Any]:
    """One model: a listed one, or any name that a request could bear, with the facts of where it would go.

    Raises:
        NotFound: no plugin has a route for it.
    """
    route = await pipeline.route_of(name)
    listed = {model.id: model for model in pipeline.models()}
    return _entry(listed.get(name) or Model(name, route), pipeline)


def page(entries: list[dict[str, Any]], limit: int, after_id: str | None, before_id: str | None) -> dict[str, Any]:
    """One page of the list, in Anthropic's shape: those next after one id, or the last before another."""
    ids = [entry["id"] for entry in entries]
    first = ids.index(after_id) + 1 if after_id in ids else 0
    last = ids.index(before_id) if before_id in ids else len(ids)
    within = entries[first:last]
    chosen = within[-limit:] if before_id in ids else within[:limit]
    return {
        "data": chosen,
        "has_more": len(chosen) < len(within),
        "first_id": chosen[0]["id"] if chosen else None,
        "last_id": chosen[-1]["id"] if chosen else None,
    }


def _entry(model: Model, pipeline: Pipeline) -> dict[str, Any]:
    target = pipeline.target(model.route)
    return {
        "type": "model",
        "id": model.id,
        "display_name": model.display_name or model.id,
        "description": model.description or f"{model.route.model} by the transport {model.route.transport}",
        "created_at": _CREATED_AT,
        "max_input_tokens": target.context_tokens,
        "max_tokens": target.output_tokens,
    }
