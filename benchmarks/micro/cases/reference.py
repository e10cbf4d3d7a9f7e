"""What other counts are told by: work that is like the bridge's, and does not change with it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import orjson

from .bodies import claude_code
from .case import Case, Once


def copying() -> AbstractContextManager[Once]:
    """A request of Claude Code's size is read, copied value by value, and written."""
    body = claude_code()
    return nullcontext(lambda: orjson.dumps(_copied(orjson.loads(body))))


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(member) for name, member in value.items()}
    if isinstance(value, list):
        return [*map(_copied, value)]
    return value


REFERENCE = Case("reference: read, copy, write", copying)
