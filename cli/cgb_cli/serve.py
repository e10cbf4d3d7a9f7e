"""`cgb serve`: run the bridge."""

import errno
import signal
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from .options import ConfigFile, Demo, Plugins
from .start import Start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cgb.config import Config, ServerSettings
    from cgb.plugins import Plugin

_BACKLOG = 2048
WatchConfig: TypeAlias = Annotated[
    bool, typer.Option("--watch-config", help="Take a changed cgb.toml over; answers under way end as they began.")
]


def serve(
    *,
    plugins: Plugins = None,
    host: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Where to listen; 127.0.0.1 by default.")] = None,
    port: Annotated[int | None, typer.Option(help="8082 by default; 0 takes a free one.", min=0, max=65535)] = None,
    config: ConfigFile = None,
    demo: Demo = False,
    reload: Annotated[bool, typer.Option("--reload", help="Start anew when a plugin's file changes.")] = False,
    watch_config: WatchConfig = False,
    workers: Annotated[int, typer.Option(help="Processes that share the port.", min=1)] = 1,
    log_level: Annotated[str | None, typer.Option(metavar="LEVEL", help="debug, info, warning or error.")] = None,
) -> None:
    """Run the bridge until it is told to stop."""
    options = {"plugins": plugins, "server.host": host, "server.port": port, "server.log_level": log_level}
    _serve(Start(config, options, demo, watch_config), workers=workers, reload=reload)


def _serve(start: Start, *, workers: int, reload: bool) -> None:
    from .garbage import postpone

    postpone()
    from . import banner, log
    from .demo import simulated_gemini
    from .preflight import preflight

    with simulated_gemini(wanted=start.demo):
        config = start.config()
        settings = config.server
        log.setup(settings.log_level)
        with listen(settings.host, settings.port, shared=workers > 1) as listener:
            found = preflight(config)
            if not start.demo:
                found.demand_nothing()
            banner.show(found, settings, listener.getsockname()[1], demo=start.demo)
            with suppress(KeyboardInterrupt):
                if reload or workers > 1:
                    _supervise(start, settings, listener, found.plugins, workers=workers, reload=reload)
                else:
                    _run(start, config, listener, found.plugins)


def listen(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A socket that listens there already, so that a client that is early waits instead of failing.

    Args:
        host: the address.
        port: the port; 0 for a free one.
        shared: whether others of this program's sockets will listen there too.

    Raises:
        ConfigError: the port is in use, or the address is not this machine's.
    """
    from cgb.errors import ConfigError

    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        alone = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        if not shared:
            return alone
        with alone:  # nobody else listened there: those who share would not notice
            port = alone.getsockname()[1]
        return socket.create_server((host, port), family=family, backlog=_BACKLOG, reuse_port=True)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ConfigError(f"port {port} of {host} is in use. Stop what listens there, or choose --port.") from None
        raise ConfigError(f"cannot listen on {host}, port {port}: {error.strerror}.") from None


def _run(start: Start, config: "Config", listener: socket.socket, plugins: "Sequence[Plugin]") -> None:
    """Serve in this process."""
    import uvicorn

    from cgb.server import create_app

    from .garbage import settle

    app = create_app(config, plugins=plugins, demo=start.demo, reread=start.reread)
    settle()
    # Uvicorn raises the signal again once all streams have ended: that is a stop as it should be, not a death.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.Server(uvicorn.Config(app, **_uvicorn_settings(config.server))).run([listener])


def _supervise(
    start: Start,
    settings: "ServerSettings",
    listener: socket.socket,
    plugins: "Sequence[Plugin]",
    *,
    workers: int,
    reload: bool,
) -> None:
    """Serve in other processes: several, or one that starts anew when a plugin changes."""
    import uvicorn
    from uvicorn.supervisors import ChangeReload

    from .garbage import settle
    from .workers import Workers, announce, watched

    settle()
    announce(start)
    config = uvicorn.Config(
        "cgb_cli.workers:app",
        factory=True,
        workers=workers,
        reload=reload,
        reload_dirs=watched(plugins) if reload else None,
        **_uvicorn_settings(settings),
    )
    if reload:
        ChangeReload(config, target=uvicorn.Server(config).run, sockets=[listener]).run()
    else:
        Workers(config, listener).run()


def _uvicorn_settings(settings: "ServerSettings") -> dict[str, Any]:
    return {
        "loop": "auto",  # uvloop, where there is one
        "http": "httptools",
        "ws": "none",
        "lifespan": "on",
        "log_config": None,  # ours, and our own line for each request
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "timeout_keep_alive": settings.keep_alive_s,
        "timeout_graceful_shutdown": settings.drain_s,
    }
