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
    from .bridge import answers, context_tokens, started
    from .preflight import FAMILIES

    model = FAMILIES.get(model, model) or FAMILIES["opus"]
    own = start.demo or start.options["plugins"] is not None
    url = _running(config, own=own)
    if url and answers(url):
        _tell(f"Claude Code uses the bridge that runs at {url}.")
        yield url, context_tokens(url, model, keys[0] if keys else "")
        return
    _refuse_other_address()
    with started(start) as bridge:
        tokens = _context_tokens(start, config, model)
        bridge.wait()
        _tell(f"the bridge runs at {bridge.url} until Claude Code ends; its log: {bridge.log}")
        yield bridge.url, tokens


def _running(config: "Config", *, own: bool) -> str:
    """Where a bridge may be running: where the user's environment says, else where ours listens; "" to start one."""
    from .banner import address

    configured = address(config.server.host, config.server.port)
    said = os.environ.get("ANTHROPIC_BASE_URL", "").rstrip("/")
    return said or ("" if own else configured)


def _refuse_other_address() -> None:
    """See that claude will come to a bridge of our own.

    Raises:
        ConfigError: the user's environment sends claude elsewhere.
    """
    from cgb.errors import ConfigError

    said = os.environ.get("ANTHROPIC_BASE_URL")
    if said:
        raise ConfigError(f"ANTHROPIC_BASE_URL is {said}, where no bridge answers. Start one there, or unset it.")


def _context_tokens(start: Start, config: "Config", model: str) -> int | None:
    """The context window of the model that requests for `model` reach; refuses what could not work at all."""
    from .preflight import FAMILIES, preflight

    found = preflight(config, {**FAMILIES, "main": model})
    if not start.demo:
        found.demand_nothing()
    target = found.ways["main"].target
    return target.context_tokens if target else None


def _tell(line: str) -> None:
    typer.echo(f"cgb: {line}", err=True)
