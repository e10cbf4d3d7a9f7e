"""What plugins hand over at start, and whether it is what the hooks promise."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from pydantic import ValidationError

from .log import log
from .plugins import manager
from .settings import Settings
from .steps import comes_from_outside, steps
from .transport import Model, Transport

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from pydantic_core import ErrorDetails

    from .plugins import Plugin
    from .steps import Step

_CLOSING_S = 10.0


def models_of(plugins: Iterable[Plugin]) -> dict[str, type[Settings] | None]:
    """The model of each plugin's settings, by the plugin's name; None for one that describes none.

    Raises:
        PluginError: a plugin describes them wrongly.
    """
    asked = list(plugins)
    models = {step.plugin: described(step) for step in steps(manager(asked), "describe_settings", {})}
    return {plugin.name: models.get(plugin.name) for plugin in asked}


def described(step: Step) -> type[Settings]:
    """The model of a plugin's settings."""
    model = step.begin(object)
    if isinstance(model, Settings):
        raise step.stops(f"returned an instance of {type(model).__name__}, where the class itself is due")
    if not (isinstance(model, type) and issubclass(model, Settings)):
        name = model.__name__ if isinstance(model, type) else type(model).__name__
        raise step.stops(f"returned {name}, which is no subclass of cgb.Settings")
    _check_defaults(model, step)
    return model


def _check_defaults(model: type[Settings], step: Step) -> None:
    """See that the settings' defaults are such as users may set: a wrong one is no fault of the users'."""
    found: list[ErrorDetails] = []
    with step.starting():
        try:
            model.model_validate({})
        except ValidationError as error:
            found = error.errors(include_input=False, include_url=False)
    for one in found:
        # What is lacking, or true of the table as a whole, may still come from the users.
        if one["loc"] and (len(one["loc"]) > 1 or one["type"] != "missing"):
            where = ".".join(map(str, one["loc"]))
            raise step.stops(f"returned {model.__name__}, whose default of {where} does not fit: {one['msg']}")


async def entered(stack: AsyncExitStack, step: Step) -> Transport:
    """The transport that a plugin opens, open until the stack ends.

    Raises:
        PluginError: it does not open, not in time, or is none.
    """
    opening = step.begin(object)
    if not isinstance(opening, AbstractAsyncContextManager):
        name = type(opening).__name__
        raise step.stops(f"returned {name}, no async context manager: use @asynccontextmanager and `yield` a transport")
    longest = step.owner.limits.timeout_s
    with step.starting():
        try:
            async with asyncio.timeout(longest) as limit:
                transport = await opening.__aenter__()
        except TimeoutError:
            if limit.expired():
                raise step.stops(f"did not open a transport within {longest:g} s") from None
            raise
    stack.push_async_callback(_closed, opening, step)
    if not isinstance(transport, Transport):
        raise step.stops(f"opened {type(transport).__name__}, which is no subclass of cgb.Transport")
    return transport


async def _closed(opening: AbstractAsyncContextManager[Transport], step: Step) -> None:
    """Close it; one that fails then, or hangs, keeps neither the others nor the server from ending."""
    try:
        async with asyncio.timeout(_CLOSING_S):
            await opening.__aexit__(None, None, None)
    except BaseException as error:
        if comes_from_outside(error):
            raise
        log.error("%s failed in %s when it was closed", step.named, step.hook, exc_info=error)


def listed(step: Step) -> tuple[Model, ...]:
    """The models that a plugin lists."""
    found = step.begin(Iterable)
    with step.starting():
        models = tuple(found)
    for model in models:
        if not isinstance(model, Model):
            raise step.stops(f"listed {type(model).__name__}, which is no cgb.Model")
    return models
