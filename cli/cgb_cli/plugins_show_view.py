"""What there is to tell of a plugin, as lines and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rich.text import Text

from .settings_view import toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .plugin_facts import Facts
    from .settings_view import Setting

_INDENT = "  "


def lines(told: Facts) -> Iterator[Text]:
    """What people read."""
    plugin = told.plugin
    yield Text.assemble((plugin.name, "bold"), f"  {told.summary}" if told.summary else "")
    yield from _pairs(
        ("from", f"{plugin.distribution} {told.version}".strip()),
        ("home page", told.home_page),
        ("module", plugin.module.__name__),
    )
    yield from _section("hooks", (_hook(*one) for one in told.hooks.items()))
    yield from _section("settings", (line for one in told.settings or () for line in _setting(one)))
    if told.transport:
        yield from _section("transport", [Text(plugin.name)])
        yield from (Text(f"{_INDENT}✗ {one.text}: {one.fix}", "yellow") for one in told.missing)
    yield from _section("models", (Text(f"{one.id} → {one.route}") for one in told.models))


def _pairs(*pairs: tuple[str, str]) -> Iterator[Text]:
    width = max(len(name) for name, _ in pairs)
    return (Text.assemble(_INDENT, (name.ljust(width), "dim"), f"  {value}") for name, value in pairs if value)


def _section(title: str, content: Iterable[Text]) -> Iterator[Text]:
    """A title and what stands below it; nothing, if that is nothing."""
    for place, line in enumerate(content):
        if not place:
            yield Text()
            yield Text(title, "bold")
        yield Text(_INDENT).append_text(line)


def _hook(name: str, facts: tuple[bool, str]) -> Text:
    is_async, place = facts
    remarks = [f"{place} in the list" if place else "not enabled", *(["async"] if is_async else [])]
    return Text.assemble(name.ljust(17), (f"  {', '.join(remarks)}", "dim"))


def _setting(setting: Setting) -> Iterator[Text]:
    is_set = setting.value is not None
    value = (f" = {toml(setting.value)}", (f"  # {setting.origin}", "dim")) if is_set else (" is not set",)
    yield Text.assemble((setting.name, "green"), *value)
    if setting.description:
        yield Text(f"{_INDENT}{' '.join(setting.description.split())}")
    default = "" if setting.default is None or setting.origin == "default" else f"; default {toml(setting.default)}"
    yield Text(f"{_INDENT}{setting.type}{default}; {', '.join(setting.variables)}", "dim")


def as_json(told: Facts) -> str:
    """What programs read."""
    plugin = told.plugin
    content = {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": told.version,
        "home_page": told.home_page,
        "module": plugin.module.__name__,
        "summary": told.summary,
        "hooks": {name: {"async": is_async, "place": place} for name, (is_async, place) in told.hooks.items()},
        "settings": None if told.settings is None else {one.name: one.to_json() for one in told.settings},
        "transport": told.transport,
        "missing": [{"text": one.text, "fix": one.fix} for one in told.missing],
        "models": [{"id": one.id, "route": str(one.route), "display_name": one.display_name} for one in told.models],
        "problems": [str(problem) for problem in told.problems],
    }
    return json.dumps(content, indent=2)
