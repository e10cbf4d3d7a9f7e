"""The command `cgb`: one module a subcommand."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typing_extensions import override

from .check import check
from .code import code
from .explain import explain
from .plugins import plugins
from .route import route
from .serve import serve


class Commands(TyperGroup):
    """Tells what cgb refuses to do in one line and exits with 2; a traceback is for bugs only."""

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
app.command()(serve)
app.command()(code)
app.command()(check)
app.command()(explain)
app.command()(route)
app.add_typer(plugins, name="plugins")


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
