"""The command `cgb`: one module a subcommand."""

from typing import Annotated, Any, ClassVar

import typer
from typing_extensions import override

from .lazy import LazyGroup


class Commands(LazyGroup):
    """Tells what cgb refuses to do in one line and exits with 2; a traceback is for bugs only."""

    functions: ClassVar = {
        "serve": "serve:serve",
        "code": "code:code",
        "check": "check:check",
        "config": "config:config",
        "explain": "explain:explain",
        "route": "route:route",
        "init": "init:init",
        "plugins": "plugins:plugins",
    }

    @override
    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            from cgb.errors import CgbError

            if not isinstance(error, CgbError):
                raise
            typer.echo(f"cgb: {' '.join(str(error).split())}", err=True)
            raise typer.Exit(2) from None


app = typer.Typer(cls=Commands, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer hands the value over so
    if wanted:
        from importlib.metadata import version

        typer.echo(f"cgb {version('claude-gemini-bridge')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def cgb(
    ctx: typer.Context,
    *,
    _wants_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Claude Code on Google Gemini: an Anthropic Messages API server whose every stage is a plugin."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())
