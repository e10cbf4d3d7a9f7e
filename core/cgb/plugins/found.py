"""What is installed, by the metadata of distributions; nothing is imported."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.metadata import Distribution, EntryPoint

GROUP = "cgb"
SETS_GROUP = "cgb.sets"


@dataclass(frozen=True, slots=True)
class Found:
    """An installed plugin or set, not imported: what its distribution's metadata says."""

    name: str
    module: str
    distribution: str
    version: str
    rivals: tuple[str, ...] = ()
    """Other distributions that use the name for something else: which one is meant cannot be told."""

    @property
    def origin(self) -> str:
        """Whose it is, for errors: `cgb-hello 0.1.0`."""
        return f"{self.distribution} {self.version}"


def installed(group: str = GROUP) -> dict[str, Found]:
    """The installed plugins, or sets, by name and in the order of their names."""
    return dict(_read(_state())[group])


def _state() -> tuple[tuple[str, int], ...]:
    """What changes when something is installed or removed: the folders where distributions are looked for."""
    return tuple((entry, _changed(Path(entry))) for entry in sys.path)


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=1)
def _read(_state: object) -> Mapping[str, Mapping[str, Found]]:
    """Plugins and sets. Reading all metadata takes 30 ms, and a pipeline asks several times for it."""
    points, facts = entry_points(), cache(_facts)
    return {
        group: _by_name(_found(point, facts(point.dist)) for point in points.select(group=group))
        for group in (GROUP, SETS_GROUP)
    }


def _facts(dist: Distribution | None) -> tuple[str, str]:
    """A distribution's name and version; its metadata is parsed anew each time it is asked."""
    metadata = dist.metadata if dist else {"Name": "?", "Version": "?"}
    return metadata["Name"], metadata["Version"]


def _found(point: EntryPoint, facts: tuple[str, str]) -> Found:
    return Found(point.name, point.value, *facts)


def _by_name(found: Iterable[Found]) -> Mapping[str, Found]:
    named: dict[str, Found] = {}
    for one in sorted(found, key=lambda one: (one.name, one.distribution)):
        first = named.setdefault(one.name, one)
        if first.module != one.module:
            named[one.name] = replace(first, rivals=(*first.rivals, one.origin))
    return named
