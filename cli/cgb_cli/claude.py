"""Claude Code: where it is, what it is told, and running it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cgb.errors import ConfigError

from .bridge import ENDING
from .proxies import has_proxy, without_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SETTINGS = {"skipWebFetchPreflight": True}
"""Before it fetches a page, Claude Code would ask Anthropic, which a user of Gemini may not reach."""


def find() -> str:
    """The program: `CGB_CLAUDE`, or `claude` on the path.

    Raises:
        ConfigError: there is none.
    """
    named = os.environ.get("CGB_CLAUDE")
    found = shutil.which(named or "claude")
    if found is None:
        where = f"CGB_CLAUDE is {named!r}, which cannot be run" if named else "Claude Code is not installed"
        raise ConfigError(f"{where}. Install it: npm install -g @anthropic-ai/claude-code")
    return found


def model(args: Sequence[str], environ: Mapping[str, str]) -> str:
    """The model that the user asks for, if any: an option of claude, or `ANTHROPIC_MODEL`."""
    return _take(args, "--model")[0] or environ.get("ANTHROPIC_MODEL", "")


def environment(
    environ: Mapping[str, str], url: str, keys: Sequence[str], context_tokens: int | None
) -> tuple[dict[str, str], list[str]]:
    """Claude's environment, and what the user should know of it.

    What the user has set wins, but for `ANTHROPIC_API_KEY`: it is meant for Anthropic, and Claude Code
    would send it besides the token. It stays where it is a key of the bridge.
    """
    ours = {
        "ANTHROPIC_BASE_URL": url,
        "CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY": "1",
        "CLAUDE_CODE_ATTRIBUTION_HEADER": "0",
        "CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS": "1",
    }
    if context_tokens:
        ours["CLAUDE_CODE_MAX_CONTEXT_TOKENS"] = str(context_tokens)
    theirs = dict(environ)
    told = []
    if theirs.get("ANTHROPIC_API_KEY") not in keys:
        ours["ANTHROPIC_AUTH_TOKEN"] = keys[0] if keys else "cgb"
        if theirs.pop("ANTHROPIC_API_KEY", None):
            told.append("ANTHROPIC_API_KEY is kept from Claude Code: it is meant for Anthropic, not for the bridge.")
    if "CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS" not in theirs:
        told.append(_AUTO_MODE)
    proxies = without_loopback(theirs) if has_proxy(theirs) else {}
    return {**ours, **theirs, **proxies}, told


_AUTO_MODE = (
    "auto mode's safety check runs in Claude Code, on the bridge's models (CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS=1)."
)


def arguments(args: Sequence[str]) -> tuple[list[str], list[str]]:
    """Claude's arguments with our settings, and what the user should know of it; the user's settings win."""
    theirs, rest = _take(args, "--settings")
    said = {} if theirs is None else _object(theirs)
    if said is None:
        return list(args), ['your --settings are left as they are; WebFetch may need "skipWebFetchPreflight": true.']
    return ["--settings", json.dumps({**SETTINGS, **said}), *rest], []


def _take(args: Sequence[str], name: str) -> tuple[str | None, list[str]]:
    """The value of an option, given as `--name value` or `--name=value`, and the other arguments."""
    for place, arg in enumerate(args):
        if arg == name and place + 1 < len(args):
            return args[place + 1], [*args[:place], *args[place + 2 :]]
        if arg.startswith(f"{name}="):
            return arg.removeprefix(f"{name}="), [*args[:place], *args[place + 1 :]]
    return None, list(args)


def _object(text: str) -> dict[str, Any] | None:
    try:
        said = json.loads(text)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def run(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run it in the foreground and hand on its exit code, as a shell does."""
    with _signals() as received:
        process = subprocess.Popen(command, env=dict(environ))  # noqa: S603 - the user's own command
        received.append(process)
        code = process.wait()
    return code if code >= 0 else 128 - code


@contextmanager
def _signals() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Meanwhile, Ctrl-C is claude's own business, and what would end us is handed on to it."""
    processes: list[subprocess.Popen[bytes]] = []

    def forward(number: int, _: object) -> None:
        for process in processes:
            process.send_signal(number)

    # A handler, unlike SIG_IGN, is not inherited by the program that is run.
    before = {number: signal.signal(number, forward) for number in ENDING}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield processes
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
