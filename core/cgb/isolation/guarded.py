"""A plugin's transport, as the core holds it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from typing_extensions import override

from ..errors import ApiError
from ..transport import Finding, Model, Route, Target, Transport, TransportWrapper

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from ..context import Context
    from ..messages import Event, MessagesRequest
    from ..steps import Step

_GIVEN = ("request", "route", "ctx")


class GuardedTransport(TransportWrapper):
    """A transport or a wrapper that bears its plugin's name: in what it notes, and in what goes wrong.

    Args:
        inner: the plugin's own.
        step: the hook that it came from.
    """

    def __init__(self, inner: Transport, step: Step) -> None:
        super().__init__(inner)
        self._step = step
        self._steps: dict[str, Step] = {}
        self._listed: Sequence[Model] = []
        self.sending, self._listing = self._of("send"), self._of("models")

    @override
    def send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        own = ctx.for_plugin(self._step.plugin)
        ctx.plugin_s.setdefault(self._step.plugin, 0.0)
        events: AsyncGenerator[Event] = self.sending.ask(object, request, route, own)
        return ctx.layers.add(events, self.sending)

    @override
    async def count_tokens(self, request: MessagesRequest, route: Route, ctx: Context) -> int:
        given = {"request": request, "route": route, "ctx": ctx}
        counted: int = await self._of("count_tokens").answer((int,), given)
        return counted

    @override
    def models(self) -> Sequence[Model]:
        found: Sequence[Model] = self._listing.ask(object)
        if found is not self._listed:
            for model in self._listing.expect((Sequence,), found):
                self._listing.expect((Model,), model)
            self._listed = found if isinstance(found, tuple) else []  # a list may have others the next time
        return found

    @override
    def refresh(self) -> None:
        with suppress(ApiError):  # logged; nobody waits for it
            self._of("refresh").ask(object)

    @override
    def target(self, model: str) -> Target:
        found: Target = self._of("target").ask(Target, model)
        return found

    @override
    def target_of(self, route: Route) -> Target:
        found: Target = self._of("target_of").ask(Target, route)
        return found

    @override
    def missing(self) -> Sequence[Finding]:
        try:
            found: Sequence[Finding] = self._of("missing").ask(Sequence)
        except ApiError as error:
            return (Finding(ok=False, text=error.message),)
        return found

    @override
    async def check(self) -> Sequence[Finding]:
        step = self._of("check")
        try:
            found: Sequence[Finding] = step.expect((Sequence,), await step.awaited(self.inner.check()))
        except ApiError as error:
            return (Finding(ok=False, text=error.message),)
        except Exception as error:  # noqa: BLE001 - a plugin's own
            return (Finding(ok=False, text=step.failed(error).message),)
        return found

    def _of(self, method: str) -> Step:
        """One of its methods as a step; a wrapper's are known by its hook."""
        if method not in self._steps:
            hook = f"Transport.{method}" if self._step.hook == "open_transport" else self._step.hook
            self._steps[method] = replace(self._step, hook=hook, function=getattr(self.inner, method), arguments=_GIVEN)
        return self._steps[method]
