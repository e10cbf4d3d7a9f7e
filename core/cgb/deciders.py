"""Who decides where a request goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .opening import listed
from .transport import Model, Route, Transport

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .context import Context
    from .messages import MessagesRequest
    from .plugins import Plugin
    from .steps import Step


class Decider:
    """A plugin's say in where a request goes: the models that it and its transport listed, then its choose_route.

    Args:
        plugin: its name.
        models: those that it lists.
        transport: its own, which may list more.
        step: its choose_route.
        at_once: whether, of the models, those count that decide at once, or else those that only do where nobody else
            had a route.
    """

    def __init__(
        self, plugin: str, models: tuple[Model, ...], transport: Transport | None, step: Step | None, *, at_once: bool
    ) -> None:
        self.plugin = plugin
        self.step = step
        self._own = models
        self._transport = transport
        self._at_once = at_once
        self._listed: Sequence[Model] | None = None
        self._routes: dict[str, Route] = {}

    def listed(self) -> tuple[Model, ...]:
        """The models that the plugin and its transport list."""
        return (*self._own, *(self._transport.models() if self._transport else ()))

    async def decide(self, request: MessagesRequest, ctx: Context) -> Route | None:
        """The route it chooses, or None to leave that to the plugins listed before it."""
        route = self._named().get(request.model)
        if route is not None or self.step is None:
            return route
        chosen: Route | None = await self.step.answer((Route, type(None)), {"request": request, "ctx": ctx})
        return chosen

    def _named(self) -> dict[str, Route]:
        """The routes by the models' names; read anew where the transport lists others than the last time."""
        found = self._transport.models() if self._transport else ()
        if found is not self._listed:
            deciding = (one for one in (*found[::-1], *self._own[::-1]) if one.decides is self._at_once)
            self._routes = {one.id: one.route for one in deciding}
            self._listed = found if isinstance(found, tuple) else None  # a list may have others the next time
        return self._routes


def deciders(
    plugins: Sequence[Plugin], transports: Mapping[str, Transport], stages: Mapping[str, tuple[Step, ...]]
) -> tuple[Decider, ...]:
    """Those who decide, the first to be asked at the end."""
    listing = {step.plugin: step for step in stages["list_models"]}
    choosing = {step.plugin: step for step in stages["choose_route"]}
    made, last = [], []
    for plugin in plugins:
        models = listed(listing[plugin.name]) if plugin.name in listing else ()
        transport, step = transports.get(plugin.name), choosing.get(plugin.name)
        if models or transport or step:
            made.append(Decider(plugin.name, models, transport, step, at_once=True))
        if models or transport:
            last.append(Decider(plugin.name, models, transport, None, at_once=False))
    return (*last, *made)
