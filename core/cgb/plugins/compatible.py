"""Whether a plugin was made for this cgb."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING

from .. import API_VERSION
from ..errors import PluginError

if TYPE_CHECKING:
    from types import ModuleType

    from .found import Found

OWN = "claude-gemini-bridge"
_MARK = "CGB_API_VERSION"


def demand_version(found: Found) -> None:
    """See that a plugin's distribution takes the cgb that is installed; pip warns of that, and no more.

    Raises:
        PluginError: it does not.
    """
    if found.distribution == OWN:
        return
    try:
        present, wanted = version(OWN), requires(found.distribution) or ()
    except PackageNotFoundError:
        return  # the one or the other runs from its source tree, uninstalled
    for spelt in wanted:
        if not _is_met(spelt, present):
            raise PluginError(
                f"plugin {found.name!r}: {found.origin} requires {spelt.replace(' ', '')}, and {present} is installed. "
                f"Install versions that fit (pip install --upgrade {OWN} {found.distribution}), "
                "or leave the plugin out of the list."
            )


def _is_met(spelt: str, present: str) -> bool:
    """Whether a requirement is met, or is about something else."""
    # A start with bundled plugins alone should not pay for it.
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415
    from packaging.utils import canonicalize_name  # noqa: PLC0415

    try:
        wanted = Requirement(spelt)
    except InvalidRequirement:
        return True  # whoever installed it read that, or did not
    is_ours = canonicalize_name(wanted.name) == OWN
    if not is_ours or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
        return True
    return wanted.specifier.contains(present, prereleases=True)


def demand_api(module: ModuleType, what: str, distribution: str) -> None:
    """See that a plugin that says for which API it was written was written for this one: `CGB_API_VERSION = 1`.

    That is for plugins without metadata, such as files; those with a distribution say it there.

    Raises:
        PluginError: it was written for another.
    """
    wanted = getattr(module, _MARK, API_VERSION)
    if wanted == API_VERSION:
        return
    is_ahead = isinstance(wanted, int) and wanted > API_VERSION
    fix = f"Upgrade {OWN}" if is_ahead else f"Upgrade {distribution}, or see the changelog for what changed"
    raise PluginError(f"{what} has {_MARK} = {wanted!r}, and this cgb has API_VERSION {API_VERSION}. {fix}.")
