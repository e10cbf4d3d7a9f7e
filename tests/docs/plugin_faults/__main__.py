"""Prints the page: `uv run python -m tests.docs.plugin_faults > docs/order-and-failure.md`."""

from .page import page

if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - that is what it is for
