"""Serving in processes of their own, for `--workers` and `--reload`."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import override
from uvicorn.supervisors import Multiprocess

if TYPE_CHECKING:
    from collections.abc import Iterable

    from uvicorn import Config

    from cgb.plugins import Plugin
    from cgb.server.app import App

    from .start import Start

_VARIABLE = "_CGB_START"


def announce(start: Start) -> None:
    """Tell the processes to come how to start."""
    os.environ[_VARIABLE] = start.to_json()


def app() -> App:
    """The application of one worker, made in its own process."""
    from .garbage import postpone, settle

    postpone()
    from cgb.errors import CgbError
    from cgb.server import create_app

    from . import log
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


class Workers(Multiprocess):
    """Processes that share an address, each with a listener of its own, so that the kernel deals connections out.

    Of one listener's, whoever is awake first takes nearly all. Only Linux deals out; elsewhere they have one.

    Args:
        config: uvicorn's.
        listener: the first process's; others may listen beside it.
    """

    def __init__(self, config: Config, listener: socket.socket) -> None:
        self._first, self._address = listener, listener.getsockname()[:2]
        self._handed: list[socket.socket] = []
        super().__init__(config, [])

    @property
    def sockets(self) -> list[socket.socket]:
        """What the next process listens on; asked for once by each."""
        self._handed.append(self._listener() if self.processes and sys.platform == "linux" else self._first)
        return self._handed[-1:]

    @sockets.setter
    def sockets(self, _: list[socket.socket]) -> None: ...

    def _listener(self) -> socket.socket:
        family, backlog = self._first.family, self.config.backlog
        return socket.create_server(self._address, family=family, backlog=backlog, reuse_port=True)

    @override
    def keep_subprocess_alive(self) -> None:
        super().keep_subprocess_alive()
        while self._handed and sys.platform == "linux":  # an open one takes connections after its process closed it
            self._handed.pop().close()


def watched(plugins: Iterable[Plugin]) -> list[str]:
    """The folders of the plugins in use, where a change means a restart."""
    files = [Path(plugin.module.__file__).resolve() for plugin in plugins if plugin.module.__file__]
    # A plugin that is one module in site-packages is not being worked on, and its folder holds everything.
    folders = {file.parent for file in files if file.parent.name != "site-packages"}
    return sorted(map(str, folders))
