"""The same in other pieces."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, overload

from hypothesis import strategies as st

from ...messages import Event, InputJsonDelta, TextDelta, ThinkingDelta

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hypothesis.strategies import SearchStrategy

_MOST_CUTS = 20
_MOST_CUTS_OF_A_DELTA = 3


@overload
def cuttings(whole: bytes) -> SearchStrategy[list[bytes]]: ...
@overload
def cuttings(whole: Iterable[Event]) -> SearchStrategy[list[Event]]: ...
def cuttings(whole: bytes | Iterable[Event]) -> SearchStrategy[Any]:
    """Bytes in pieces, cut anywhere; or the events of an answer, its texts, thoughts and arguments cut anywhere.

    Some pieces are empty, as they are on a wire.
    """
    return _cut_bytes(whole) if isinstance(whole, bytes) else _cut_events(tuple(whole))


@st.composite
def _cut_bytes(draw: st.DrawFn, whole: bytes) -> list[bytes]:
    return _pieces(whole, draw(st.lists(st.integers(0, len(whole)), max_size=_MOST_CUTS)))


def letter_by_letter(whole: Iterable[Event]) -> list[Event]:
    """The events of an answer in the smallest pieces that there are."""
    return [piece for event in whole for piece in _cut(event, list)]


@st.composite
def _cut_events(draw: st.DrawFn, whole: tuple[Event, ...]) -> list[Event]:
    def cut(text: str) -> list[str]:
        return _pieces(text, draw(st.lists(st.integers(0, len(text)), max_size=_MOST_CUTS_OF_A_DELTA)))

    return [piece for event in whole for piece in _cut(event, cut)]


def _cut(event: Event, cut: Callable[[str], list[str]]) -> list[Event]:
    match event:
        case TextDelta(text=text):
            return [replace(event, text=piece) for piece in cut(text)]
        case ThinkingDelta(thinking=text):
            return [replace(event, thinking=piece) for piece in cut(text)]
        case InputJsonDelta(partial_json=text):
            return [replace(event, partial_json=piece) for piece in cut(text)]
        case _:
            return [event]


@overload
def _pieces(whole: bytes, cuts: list[int]) -> list[bytes]: ...
@overload
def _pieces(whole: str, cuts: list[int]) -> list[str]: ...
def _pieces(whole: Any, cuts: list[int]) -> list[Any]:
    places = [0, *sorted(cuts), len(whole)]
    return [whole[begin:end] for begin, end in pairwise(places)]
