"""One property on one example."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from ...errors import ApiError
from ...messages import MessagesRequest

if TYPE_CHECKING:
    from ...context import Context
    from ...steps import Step
    from ..subject import Subject
    from .example import Example


class Refusal(Exception):
    """The plugin refused the request, as it may: nothing more is to be seen on this example."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A plugin's hook, and what it is tried on."""

    subject: Subject
    step: Step
    example: Example

    @property
    def ctx(self) -> Context:
        """The context of the request."""
        return self.example.ctx

    async def changed(self, request: MessagesRequest, step: Step | None = None) -> MessagesRequest:
        """The request as the hook leaves it."""
        changed: MessagesRequest = await self.called(MessagesRequest, step=step, request=request)
        return changed

    async def called(self, *expected: type, step: Step | None = None, **given: Any) -> Any:
        """What the hook returns, awaited if need be.

        Raises:
            AssertionError: it is not what the hook promises.
            Refusal: the hook refused the request.
        """
        own = {"request": self.example.request, "route": self.example.route, "target": self.example.target}
        try:
            result = (step or self.step).call({**own, "ctx": self.ctx, **given})
            if inspect.isawaitable(result):
                result = await result
        except ApiError as error:
            raise Refusal from error
        if not isinstance(result, expected):
            names = " or ".join("None" if kind is type(None) else kind.__name__ for kind in expected)
            raise AssertionError(f"it returned {type(result).__name__} where {names} was due")  # noqa: TRY004 - it is a test that fails
        return result

    @property
    def transparent(self) -> bool:
        """Whether the plugin claims to be."""
        return self.subject.transparent


Holds: TypeAlias = Callable[[Trial], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Property:
    """Something that must hold for a hook.

    Attributes:
        holds: raises AssertionError where it does not.
        shows: the members of an example that it depends on; none where it is tried once.
        applies: to which plugins.
    """

    hook: str
    name: str
    holds: Holds
    shows: tuple[str, ...]
    applies: Callable[[Subject], bool]

    @property
    def needs_answers(self) -> bool:
        """Whether it is about answers."""
        return "answer" in self.shows or "events" in self.shows


def must(
    *hooks: str, shows: tuple[str, ...] = (), applies: Callable[[Subject], bool] = lambda _: True
) -> Callable[[Holds], tuple[Property, ...]]:
    """Make the function a property of these hooks, called as its docstring says."""

    def made(holds: Holds) -> tuple[Property, ...]:
        said = (holds.__doc__ or "").rstrip(".")
        return tuple(Property(hook, said[:1].lower() + said[1:], holds, shows, applies) for hook in hooks)

    return made
