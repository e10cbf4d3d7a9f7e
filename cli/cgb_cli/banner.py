"""What `cgb serve` says when it starts."""

from __future__ import annotations

from importlib.metadata import version
from ipaddress import ip_address
from typing import TYPE_CHECKING

from rich.text import Text

from .console import stdout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cgb.config import ServerSettings

    from .preflight import Preflight


def show(found: Preflight, settings: ServerSettings, port: int, *, demo: bool) -> None:
    """Print the banner."""
    console = stdout()
    for line in lines(found, settings, port, demo=demo):
        # The line to copy must stay one line, however narrow the terminal.
        console.print(line, soft_wrap=True)


def lines(found: Preflight, settings: ServerSettings, port: int, *, demo: bool) -> Iterator[Text]:
    """The banner, line by line."""
    url = address(settings.host, port)
    yield Text.assemble((f"cgb {version('claude-gemini-bridge')}", "bold"), "  listens on ", (url, "bold cyan"))
    if demo:
        yield _line(
            "demo", Text("a simulated Gemini answers, not the real one: what it says comes from no model", "yellow")
        )
    for label, (family, way) in zip(("models", *[""] * len(found.ways)), found.ways.items(), strict=False):
        yield _line(label, Text.assemble(f"{family:<7} → ", (str(way), "cyan" if way.route else "red")))
    yield _line("plugins", Text(" → ".join(plugin.name for plugin in found.plugins)))
    # A key is a secret, so the line names the variable instead.
    token = '"one of CGB_SERVER_API_KEYS"' if settings.api_keys else "cgb"
    yield _line("start", Text(f"ANTHROPIC_BASE_URL={url} ANTHROPIC_AUTH_TOKEN={token} claude", "green"))
    yield _line("", Text("or, with everything set for you: cgb code"))
    if not settings.api_keys and not is_loopback(settings.host):
        yield _line("warning", Text(_OPEN.format(host=settings.host), "bold red"))


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


def _line(label: str, text: Text) -> Text:
    return Text.assemble((f"  {label:<8}", "dim"), text)
