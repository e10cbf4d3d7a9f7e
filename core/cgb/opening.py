"""What plugins hand over at start, and whether it is what the hooks promise."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from .settings import Settings
from .transport import Model, Transport

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from .steps import Step


def described(step: Step) -> type[Settings]:
    """The model of a plugin's settings."""
    model: type[Settings] = step.begin(type)
    if not issubclass(model, Settings):
        raise step.stops(f"returned {model.__name__}, which is no subclass of cgb.Settings")
    return model


async def entered(stack: AsyncExitStack, step: Step) -> Transport:
    """The transport that a plugin opens, open until the stack ends."""
    opening = step.begin(AbstractAsyncContextManager)
    with step.starting():
        transport = await stack.enter_async_context(opening)
    if not isinstance(transport, Transport):
        raise step.stops(f"opened {type(transport).__name__}, which is no subclass of cgb.Transport")
    return transport


def listed(step: Step) -> tuple[Model, ...]:
    """The models that a plugin lists."""
    found = step.begin(Iterable)
    with step.starting():
        models = tuple(found)
    for model in models:
        if not isinstance(model, Model):
            raise step.stops(f"listed {type(model).__name__}, which is no cgb.Model")
    return models
