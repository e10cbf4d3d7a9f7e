"""A name of one's own in Claude Code's /model, and where picking it leads."""

from collections.abc import Iterable

from cgb import Model, Route, hookimpl


@hookimpl
def list_models() -> Iterable[Model]:
    route = Route("gemini", "gemini-4-neon", why="picked as claude-at-night")
    return [Model("claude-at-night", route, "Night shift", "slow, thorough and paid by the project")]
