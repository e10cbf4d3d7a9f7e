"""What must hold for hooks that change requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..requests import assert_request
from .differences import first_difference
from .trial import Trial, must

if TYPE_CHECKING:
    from ...messages import MessagesRequest

_HOOKS = ("rewrite_request", "fit_request")
_SHOWN = ("request", "target")
_PREFIX = ("system", "tools")
_MARK = "cache_control"
"""Says where a cache ends; it moves as the conversation grows."""


@must(*_HOOKS, shows=_SHOWN)
async def stays_valid(trial: Trial) -> None:
    """A valid request stays valid."""
    assert_request(await trial.changed(trial.example.request))


@must(*_HOOKS, "choose_route", shows=_SHOWN)
async def mutates_nothing(trial: Trial) -> None:
    """What it is handed stays as it is."""
    before = trial.example.request.to_wire()
    await trial.called(object)
    if trial.example.request.to_wire() != before:
        raise AssertionError("it changed the request in place: return request.with_(…) instead")


@must(*_HOOKS, shows=_SHOWN)
async def is_deterministic(trial: Trial) -> None:
    """The same request is changed in the same way."""
    first, second = [(await trial.changed(trial.example.request)).to_wire() for _ in range(2)]
    if difference := first_difference(first, second):
        raise AssertionError(f"asked twice, it made two requests of it: {difference}")


@must(
    *_HOOKS,
    shows=_SHOWN,
    applies=lambda subject: subject.keeps_prefix,
)
async def keeps_the_prefix(trial: Trial) -> None:
    """A turn more leaves the turns before as they were."""
    before = await trial.changed(trial.example.request)
    after = await trial.changed(trial.example.grown)
    kept = after.with_(messages=after.messages[: len(before.messages)])
    first, second = ({name: _unmarked(one).get(name) for name in ("messages", *_PREFIX)} for one in (before, kept))
    if difference := first_difference(first, second):
        raise AssertionError(
            f"providers keep in their caches what begins as it did before, and this does not: {difference}. "
            "If that is on purpose, say keeps_prefix=False"
        )


@must(
    *_HOOKS,
    shows=_SHOWN,
    applies=lambda subject: subject.transparent,
)
async def leaves_alone(trial: Trial) -> None:
    """Being transparent, it leaves requests as they are."""
    before = trial.example.request.to_wire()
    after = (await trial.changed(trial.example.request)).to_wire()
    if difference := first_difference(before, after):
        raise AssertionError(f"it changed the request: {difference}")


def _unmarked(request: MessagesRequest) -> dict[str, Any]:
    wire: dict[str, Any] = _without_marks(request.to_wire())
    return wire


def _without_marks(value: Any) -> Any:
    match value:
        case dict():
            return {name: _without_marks(member) for name, member in value.items() if name != _MARK}
        case list():
            return [_without_marks(item) for item in value]
        case _:
            return value


PROPERTIES = (*stays_valid, *mutates_nothing, *is_deterministic, *keeps_the_prefix, *leaves_alone)
