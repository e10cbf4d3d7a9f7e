"""The property suite against a stranger's plugin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..errors import ConfigError, PluginError
from .subject import Subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ..settings import Settings
    from .ask import Pluggable

EXAMPLES = 100
"""How many requests and answers each property is tried on."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A property of a plugin's hook, and what broke it, if anything did.

    Attributes:
        failure: what happened, and the smallest example it happened with; "" where the property holds.
        error: what was raised, with its traceback.
    """

    plugin: str
    hook: str
    name: str
    failure: str = ""
    error: BaseException | None = None

    def __str__(self) -> str:
        what = f"plugin {self.plugin!r}: {self.hook}: {self.name}"
        return f"{what}: does not hold.\n{self.failure}" if self.failure else what


def check_plugin(
    plugin: Pluggable | str | Path,
    *,
    transparent: bool = False,
    keeps_prefix: bool = True,
    settings: Settings | Mapping[str, Any] | None = None,
    examples: int = EXAMPLES,
) -> None:
    """See that whatever a client may ask and a model may answer, a plugin breaks neither.

    The examples are the same each time, and no network is needed. Needs hypothesis, which the extra `testing`
    installs.

    Args:
        plugin: a module, a namespace of hooks, the name of an installed plugin, or the path of a `.py` file.
        transparent: whether it claims to leave alone whatever it has no business with; then requests and answers
            must come through as they are.
        keeps_prefix: whether what it makes of a conversation's beginning must stay as the conversation grows, as
            the caches of providers need it; False for a plugin that shortens the history on purpose.
        settings: what its users would set; its defaults, unless given.
        examples: how many requests and answers each property is tried on.

    Raises:
        AssertionError: a property does not hold; names plugin, hook and property, with the smallest example found.
    """
    try:
        subject = Subject.of(plugin, settings, transparent=transparent, keeps_prefix=keeps_prefix)
    except ConfigError as error:
        raise AssertionError(f"{error} Say in `settings` how the plugin is set where it is tried.") from error
    except PluginError as error:
        raise AssertionError(str(error)) from error
    broken = [one for one in checks(subject, examples) if one.failure]
    if broken:
        raise AssertionError("\n\n".join(map(str, broken))) from broken[0].error


def checks(subject: Subject, examples: int = EXAMPLES) -> Iterator[Checked]:
    """Each property that applies to a plugin, as soon as it is tried.

    Raises:
        ModuleNotFoundError: hypothesis is not installed.
    """
    try:
        from .properties.suite import Suite  # noqa: PLC0415 - hypothesis is imported by those who use it only
    except ModuleNotFoundError as error:
        if error.name != "hypothesis":
            raise
        raise ModuleNotFoundError(
            "the property suite needs hypothesis: pip install 'claude-gemini-bridge[testing]'", name="hypothesis"
        ) from None
    for prop, broken in Suite(subject, examples).results():
        found = Checked(subject.name, prop.hook, prop.name)
        yield replace(found, failure=broken.text, error=broken.error) if broken else found
