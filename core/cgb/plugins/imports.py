"""What others wrote is imported, and what goes wrong is told in one line."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from traceback import walk_tb
from typing import TYPE_CHECKING

from ..errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

_FILES = "cgb_file"
"""Before the names of modules made from files, so that none hides a module of the same name."""

_IMPORTING = ("cgb.plugins", "importlib", "_frozen_importlib")


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Whatever goes wrong inside is an error that says what does not load, why, and on which line.

    Raises:
        PluginError: it went wrong, be it that a module ends the process.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise PluginError(f"{what} does not load: {type(error).__name__}: {error}{_place(error)}") from error


def import_file(path: Path) -> ModuleType:
    """The module that a file holds; executed anew each time."""
    own = f"{_FILES}.{path.stem.replace('-', '_')}"
    spec = spec_from_file_location(own, path)
    if spec is None or spec.loader is None:
        raise ImportError("it is no Python file")
    module = module_from_spec(spec)
    # Dataclasses and pydantic look annotations up there.
    sys.modules[own] = module
    spec.loader.exec_module(module)
    return module


def import_value(value: str) -> ModuleType:
    """The module that an entry point names, which may also be an object in one."""
    module, _, attribute = value.partition(":")
    loaded = import_module(module)
    return getattr(loaded, attribute) if attribute else loaded


def _place(error: BaseException) -> str:
    """The line of a plugin's module that failed: the first after ours and those of Python's import system."""
    for frame, line in walk_tb(error.__traceback__):
        if not frame.f_globals.get("__name__", "").startswith(_IMPORTING):
            return f" ({Path(frame.f_code.co_filename).name}, line {line})"
    return ""
