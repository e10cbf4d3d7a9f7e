"""JSON, as clients and models write it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from hypothesis.strategies import SearchStrategy

Json: TypeAlias = dict[str, Any]

_AWKWARD = (
    *("copy", "json", "schema", "blocks", "model_config", "model_dump", "self", "get", "cache_control", "_private"),
)
"""Names that a value's own methods and fields bear in Python."""

_LARGEST = 3.4028234663852886e38
"""The largest float of 32 bits: hypothesis now and then draws a larger one, and says so in an error."""


@cache
def texts(*, min_size: int = 0) -> SearchStrategy[str]:
    """Any text that has a UTF-8 form, of 20 characters at most."""
    return st.text(st.characters(exclude_categories=["Cs"]), min_size=min_size, max_size=20)


@cache
def words() -> SearchStrategy[str]:
    """Texts that are not blank: the Messages API refuses those that are."""
    return texts().map(lambda text: text if text.strip() else f"{text}x")


@cache
def json_values() -> SearchStrategy[Any]:
    """Any JSON value, small; integers as far as every reader of JSON takes them."""
    leaves = (
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-_LARGEST, _LARGEST, width=32) | texts()
    )
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts(), inner, max_size=3), max_leaves=6
    )


@cache
def objects() -> SearchStrategy[Json]:
    """Any JSON object, small."""
    return st.dictionaries(texts(), json_values(), max_size=3)


@cache
def names() -> SearchStrategy[str]:
    """Names of members and of types, also such as a Python class might trip over."""
    return st.sampled_from(_AWKWARD) | st.from_regex(r"\A[a-z][a-z_]{0,8}\Z")


def with_extras(known: SearchStrategy[Json], reserved: Collection[str] = ()) -> SearchStrategy[Json]:
    """JSON objects with members that nobody knows yet besides the known ones; never one of a reserved name."""

    def joined(fields: Json, more: Json) -> Json:
        return {**{name: value for name, value in more.items() if name not in reserved}, **fields}

    return st.builds(joined, known, st.just({}) | st.dictionaries(names(), json_values(), max_size=2))


def wire(
    required: Mapping[str, SearchStrategy[Any]], optional: Mapping[str, SearchStrategy[Any]] | None = None
) -> SearchStrategy[Json]:
    """JSON objects of a known shape, with any of its optional members and any unknown ones."""
    optional = optional or {}
    known = st.fixed_dictionaries(dict(required), optional=dict(optional))
    return with_extras(known, {*required, *optional})
