"""`cgb plugins`: one module a subcommand."""

from typing import ClassVar

import typer

from .lazy import LazyGroup


class Commands(LazyGroup):
    """What can be done with plugins."""

    functions: ClassVar = {
        "list": "plugins_list:list_",
        "show": "plugins_show:show",
        "hooks": "plugins_hooks:hooks",
        "check": "plugins_check:check",
        "new": "plugins_new:new",
    }


plugins = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@plugins.callback()
def _group() -> None:
    """Look at plugins, and make one."""
