"""The options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Plugins = Annotated[
    str | None,
    typer.Option(
        "--plugins",
        metavar="LIST",
        help="Plugins and sets by comma, in order; `-name` drops one, a path to a .py file is one: "
        "default,-stream-repair,./rules.py",
    ),
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Configuration to read instead of ./cgb.toml.")
]
Demo = Annotated[bool, typer.Option("--demo", help="Answer from a simulated Gemini in this machine; needs no key.")]
