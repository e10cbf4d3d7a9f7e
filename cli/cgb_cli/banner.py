"""What `cgb serve` says when it starts."""

from __future__ import annotations

import sys
from importlib.metadata import version
from ipaddress import ip_address
from typing import TYPE_CHECKING

from typer import echo, style

from .console import has_colours

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cgb.config import ServerSettings

    from .preflight import Preflight


def show(found: Preflight, settings: ServerSettings, port: int, *, demo: bool) -> None:
    """Print the banner; without rich, whose import takes 25 ms."""
    for line in lines(found, settings, port, demo=demo):
        echo(line, color=has_colours(sys.stdout))


def lines(found: Preflight, settings: ServerSettings, port: int, *, demo: bool) -> Iterator[str]:
    """The banner, line by line, coloured."""
    url = address(settings.host, port)
    ours = style(f"cgb {version('claude-gemini-bridge')}", bold=True)
    yield f"{ours}  listens on {style(url, 'cyan', bold=True)}"
    if demo:
        told = "a simulated Gemini answers, not the real one: what it says comes from no model"
        yield _line("demo", style(told, "yellow"))
    for label, (family, way) in zip(("models", *[""] * len(found.ways)), found.ways.items(), strict=False):
        yield _line(label, f"{family:<7} → {style(str(way), 'cyan' if way.route else 'red')}")
    yield _line("plugins", " → ".join(plugin.name for plugin in found.plugins))
    # A key is a secret, so the line names the variable instead.
    token = '"one of CGB_SERVER_API_KEYS"' if settings.api_keys else "cgb"
    yield _line("start", style(f"ANTHROPIC_BASE_URL={url} ANTHROPIC_AUTH_TOKEN={token} claude", "green"))
    yield _line("", "or, with everything set for you: cgb code")
    if not settings.api_keys and not is_loopback(settings.host):
        yield _line("warning", style(_OPEN.format(host=settings.host), "red", bold=True))


_OPEN = (
    "whoever reaches this machine's address {host} can use the bridge and spend your quota. "
    "Set CGB_SERVER_API_KEYS, or listen on 127.0.0.1."
)


def address(host: str, port: int) -> str:
    """The URL by which a client on this machine reaches the bridge."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - not bound here
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _line(label: str, text: str) -> str:
    return style(f"  {label:<8}", dim=True) + text
