"""The bridge that `cgb code` talks to: one that runs already, or one of its own."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import ProxyHandler, Request, build_opener

from cgb.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .start import Start

NAME = "claude-gemini-bridge"
ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""The signals that end a program, besides Ctrl-C."""

_PATIENCE_S = 30.0
_STOP_S = 5.0
_POLL_S = 0.05
# A proxy that is meant for the outside would be asked for loopback too.
_open = build_opener(ProxyHandler({})).open


def ask(url: str, token: str = "") -> Any:
    """The JSON that a bridge answers there; None where none does."""
    try:
        with _open(Request(url, headers={"x-api-key": token}), timeout=2) as response:  # noqa: S310 - http(s) only
            return json.load(response)
    except (OSError, ValueError, HTTPException):
        return None


def answers(url: str) -> bool:
    """Whether a bridge runs at this address."""
    said = ask(f"{url}/api/hello")
    return isinstance(said, dict) and said.get("name") == NAME


def context_tokens(url: str, model: str, token: str) -> int | None:
    """The context window that a running bridge tells for a model."""
    said = ask(f"{url}/v1/models/{model}", token)
    tokens = said.get("max_input_tokens") if isinstance(said, dict) else None
    return tokens if isinstance(tokens, int) else None


class Bridge:
    """A bridge of our own: a process, its address and its log."""

    def __init__(self, start: Start) -> None:
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        with tempfile.NamedTemporaryFile(prefix="cgb-", suffix=".log", delete=False) as log:
            self.log = Path(log.name)
            # In a session of its own, so that Ctrl-C reaches claude alone.
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                start.command(port), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def wait(self) -> None:
        """Wait until it answers.

        Raises:
            ConfigError: it ended, or took too long; says what it said last.
        """
        deadline = time.monotonic() + _PATIENCE_S
        while not answers(self.url):
            if self._process.poll() is not None or time.monotonic() > deadline:
                lines = self.log.read_text(encoding="utf-8", errors="replace").split("\n")
                last = next((line for line in reversed(lines) if line.strip()), "it said nothing")
                raise ConfigError(f"the bridge did not start: {last.removeprefix('cgb: ')} (its log: {self.log})")
            time.sleep(_POLL_S)

    def stop(self) -> None:
        """End it; what it is still doing, nobody waits for."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def started(start: Start) -> Iterator[Bridge]:
    """A bridge of our own, which ends with the context, also when a signal ends us; it may not answer yet."""
    before = {number: signal.signal(number, _leave) for number in ENDING}
    bridge = Bridge(start)
    try:
        yield bridge
    finally:
        bridge.stop()
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, _: object) -> None:
    sys.exit(128 + number)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
