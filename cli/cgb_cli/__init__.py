"""The command line."""


def main() -> None:
    """Run `cgb`."""
    from .app import app

    app(prog_name="cgb")


__all__ = ["main"]
