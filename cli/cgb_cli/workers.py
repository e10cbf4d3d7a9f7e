"""Serving in processes of their own, for `--workers` and `--reload`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastapi import FastAPI

    from cgb.plugins import Plugin

    from .start import Start

_VARIABLE = "_CGB_START"


def announce(start: Start) -> None:
    """Tell the processes to come how to start."""
    os.environ[_VARIABLE] = start.to_json()


def app() -> FastAPI:
    """The application of one worker, made in its own process."""
    from cgb.errors import CgbError
    from cgb.server import create_app

    from . import log
    from .garbage import settle
    from .start import Start

    start = Start.from_json(os.environ[_VARIABLE])
    try:
        config = start.config()
        log.setup(config.server.log_level)
        made = create_app(config, demo=start.demo, reread=start.reread)
    except CgbError as error:
        from uvicorn.config import STARTUP_FAILURE

        sys.stderr.write(f"cgb: {error}\n")
        sys.exit(STARTUP_FAILURE)
    settle()
    return made


def watched(plugins: Iterable[Plugin]) -> list[str]:
    """The folders of the plugins in use, where a change means a restart."""
    files = [Path(plugin.module.__file__).resolve() for plugin in plugins if plugin.module.__file__]
    # A plugin that is one module in site-packages is not being worked on, and its folder holds everything.
    folders = {file.parent for file in files if file.parent.name != "site-packages"}
    return sorted(map(str, folders))
