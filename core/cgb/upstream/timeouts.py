"""How long a call may take, part by part, and what is said where a part takes longer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..errors import Timeout, UnusableAnswer
from ..settings import Env

if TYPE_CHECKING:
    from .settings import UpstreamSettings


class Budget(NamedTuple):
    """How long a part of a call may take, and the setting that says so."""

    setting: str
    seconds: float


class Timeouts:
    """The budgets of each call.

    Args:
        settings: where they stand.
        plugin: whose settings they are.
        server: what people call the server.
        total: the setting that bounds the whole.

    Attributes:
        first: for the beginning of an answer, its headers and its first byte.
        connecting: for a connection to come about: the shortest of those that it is a part of.
        idle: for a silence within it.
        total: for the whole; 0: for ever.
    """

    def __init__(self, settings: UpstreamSettings, plugin: str, server: str, total: str = "total_timeout_s") -> None:
        self._settings = settings
        self._plugin = plugin
        self._server = server
        self._connect = Budget("connect_timeout_s", settings.connect_timeout_s)
        self.idle = Budget("request_timeout", settings.request_timeout)
        self.total = Budget(total, getattr(settings, total))
        first = settings.first_byte_timeout_s
        self.first = Budget("first_byte_timeout_s", first) if first else self.idle
        parts = (self._connect, self.first, self.total)
        self.connecting = min((one for one in parts if one.seconds), key=lambda one: one.seconds)

    def unconnected(self) -> Timeout:
        """The connection did not come about."""
        if self.connecting is not self._connect:
            return self.unbegun(self.connecting)
        return Timeout(self._told("could not be connected to", self._connect))

    def unbegun(self, exceeded: Budget) -> Timeout:
        """The answer did not begin."""
        return Timeout(self._told("did not begin to answer", exceeded))

    def stalled(self, exceeded: Budget) -> UnusableAnswer:
        """The answer did not go on: it may be asked for again."""
        if exceeded is self.total:
            text = self._told("did not end its answer", exceeded)
        else:
            text = self._told("fell silent in the middle of its answer: nothing came", exceeded)
        return UnusableAnswer(text, kind="stall", status=Timeout.status, type=Timeout.type)

    def broken(self, error: Exception) -> UnusableAnswer:
        """The connection was lost in the middle of the answer."""
        return UnusableAnswer(
            f"the connection to {self._server} broke in the middle of its answer ({type(error).__name__}). Ask again.",
            kind="cut",
        )

    def _told(self, what: str, budget: Budget) -> str:
        marks = type(self._settings).model_fields[budget.setting].metadata
        variable = next((f" ({mark.names[0]})" for mark in marks if isinstance(mark, Env)), "")
        return (
            f"{self._server} {what} within the {budget.seconds:g} s that "
            f"plugin.{self._plugin}.{budget.setting}{variable} allows. Ask again; if this comes often, raise it."
        )
