"""The schema compiler."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from cgb_plugins.tool_schema import compile_schema

from .bodies import TOOLS, schemas
from .case import Case, Once

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

_DIALECTS = ("gemini-json-schema", "openapi")


def cold(dialect: str) -> AbstractContextManager[Once]:
    """Schemas that were never seen before."""
    given, number = schemas(), count()

    def once() -> object:
        place = next(number)
        return [compile_schema({**schema, "title": f"{place}"}, dialect) for schema in given]

    return nullcontext(once)


def warm(dialect: str) -> AbstractContextManager[Once]:
    """The same schemas as in the request before."""
    given = schemas()
    return nullcontext(lambda: [compile_schema(schema, dialect) for schema in given])


CASES = (
    *(Case(f"schema: {dialect}, cold", partial(cold, dialect), TOOLS) for dialect in _DIALECTS),
    Case("schema: warm", partial(warm, "gemini-json-schema"), TOOLS),
)
