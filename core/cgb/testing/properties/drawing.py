"""The examples on which all properties are tried: the same each time, as long as the same modules are loaded."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

from .example import Example, examples, ordinary

if TYPE_CHECKING:
    from collections.abc import Callable


@cache
def drawn(count: int, *, with_answers: bool) -> tuple[Example, ...]:
    """So many examples, ordinary ones first; drawn once, since drawing costs more than trying.

    What hypothesis draws depends on the modules that are loaded, since it takes constants out of their code: it may be
    sixty answers without a word.
    """
    found = [*ordinary()[:count]]
    if count > len(found):
        _each(found.append, count - len(found), Phase.generate, with_answers=with_answers)
    return tuple(found)


def shrink(fails: Callable[[Example], None], count: int, *, with_answers: bool) -> None:
    """Hand the same examples to what fails for some of them, and then ever smaller ones.

    Raises:
        Exception: what it failed with.
    """
    _each(fails, count, Phase.generate, Phase.shrink, with_answers=with_answers)


def _each(look: Callable[[Example], None], count: int, *phases: Phase, with_answers: bool) -> None:
    @seed(0)
    @settings(
        max_examples=count,
        phases=phases,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    @given(examples(with_answers=with_answers))
    def looked_at(example: Example) -> None:
        look(example)

    looked_at()
