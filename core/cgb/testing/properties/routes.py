"""What must hold for hooks that say where requests go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...opening import listed
from ...transport import Model, Route
from .trial import Trial, must

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@must("choose_route", shows=("request",))
async def chooses(trial: Trial) -> None:
    """Any request gets a route or None."""
    route = await trial.called(Route, type(None))
    if route is not None:
        _see(route)


@must("list_models")
async def lists(trial: Trial) -> None:
    """Each model has an id of its own and a route."""
    assert_models(listed(trial.step))


def assert_models(models: Iterable[Model]) -> None:
    """See that a client can pick from these models.

    Raises:
        AssertionError: it cannot.
    """
    seen: set[str] = set()
    for model in models:
        if not isinstance(model, Model):
            raise AssertionError(f"it lists {model!r}, which is no cgb.Model")  # noqa: TRY004 - it is a test that fails
        if not model.id or model.id in seen:
            raise AssertionError(f"it lists the id {model.id!r}{' twice' * (model.id in seen)}")
        seen.add(model.id)
        _see(model.route)


def _see(route: object) -> None:
    for one in _all(route):
        if not isinstance(one, Route) or not one.transport or not one.model:
            raise AssertionError(f"it chose {one!r}: a route needs the name of a transport and of a model")


def _all(route: object) -> Iterator[object]:
    yield route
    for fallback in getattr(route, "fallbacks", ()):
        yield from _all(fallback)


PROPERTIES = (*chooses, *lists)
