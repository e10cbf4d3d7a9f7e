"""`cgb code`: run Claude Code on the bridge."""

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from .options import ConfigFile, Demo, Plugins
from .start import Start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cgb.config import Config


def code(
    args: Annotated[list[str] | None, typer.Argument(metavar="[-- ARGUMENTS OF CLAUDE]", show_default=False)] = None,
    *,
    plugins: Plugins = None,
    config: ConfigFile = None,
    demo: Demo = False,
) -> None:
    """Run Claude Code on the bridge: the one that runs already, or one of its own that ends with it.

    What you have set in the environment wins. An ANTHROPIC_API_KEY that is no key of the bridge is kept from
    Claude Code, which would send it besides the bridge's own. With --demo or --plugins, the bridge is always its own.
    """
    raise typer.Exit(_code(Start(config, {"plugins": plugins}, demo), args or []))


def _code(start: Start, args: list[str]) -> int:
    from . import claude

    program = claude.find()
    config = start.config()
    keys = [key.get_secret_value() for key in config.server.api_keys]
    arguments, told = claude.arguments(args)
    with _bridge(start, config, claude.model(args, os.environ), keys) as (url, tokens):
        environ, more = claude.environment(os.environ, url, keys, tokens)
        for line in (*told, *more):
            _tell(line)
        return claude.run([program, *arguments], environ)


@contextmanager
def _bridge(start: Start, config: "Config", model: str, keys: list[str]) -> "Iterator[tuple[str, int | None]]":
    """A bridge that answers: its address, and the context window of the model that Claude Code will use."""
    from .bridge import context_tokens, started
    from .preflight import FAMILIES

    model = FAMILIES.get(model, model) or FAMILIES["opus"]
    if url := _running(start, config):
        _tell(f"Claude Code uses the bridge that runs at {url}.")
        yield url, context_tokens(url, model, keys[0] if keys else "") or _context_tokens(config, model)
        return
    with started(start) as bridge:
        tokens = _context_tokens(config, model, demands=not start.demo)
        bridge.wait()
        _tell(f"the bridge runs at {bridge.url} until Claude Code ends; its log: {bridge.log}")
        yield bridge.url, tokens


def _running(start: Start, config: "Config") -> str:
    """The bridge that runs already, where the user's environment says or where ours would listen; "" if there is none.

    Raises:
        ConfigError: the user's environment sends Claude Code to where the bridge that is wanted cannot be.
    """
    from cgb.errors import ConfigError

    from .banner import address
    from .bridge import answers

    own = start.demo or start.options["plugins"] is not None
    said = os.environ.get("ANTHROPIC_BASE_URL", "").rstrip("/")
    if said and own:
        raise ConfigError(f"ANTHROPIC_BASE_URL is {said}, but --demo and --plugins start another bridge. Unset it.")
    if said and not answers(said):
        raise ConfigError(f"ANTHROPIC_BASE_URL is {said}, where no bridge answers. Start one there, or unset it.")
    if said:
        return said
    configured = address(config.server.host, config.server.port)
    return configured if not own and answers(configured) else ""


def _context_tokens(config: "Config", model: str, *, demands: bool = False) -> int | None:
    """The context window of the model that requests for `model` reach, as configured here.

    Raises:
        ConfigError: the transports on the way lack something, and `demands` that they do not.
    """
    from .preflight import FAMILIES, preflight

    found = preflight(config, {**FAMILIES, "main": model})
    if demands:
        found.demand_nothing()
    target = found.ways["main"].target
    return target.context_tokens if target else None


def _tell(line: str) -> None:
    typer.echo(f"cgb: {line}", err=True)
