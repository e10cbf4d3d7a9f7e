"""The one place where pluggy's hooks meet `await`."""

from __future__ import annotations

import asyncio
import inspect
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CoroutineType, MappingProxyType
from typing import TYPE_CHECKING, Any

from .errors import ApiError, CgbError, Internal, PluginError
from .isolation.owners import Owner
from .isolation.stretches import NOT_BEGUN, Abandoned, Begun, forgotten
from .log import log

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from pluggy import PluginManager

    from .settings import Settings


@dataclass(frozen=True, slots=True)
class Step:
    """One plugin's implementation of one hook, with the plugin's settings."""

    plugin: str
    hook: str
    function: Callable[..., Any]
    arguments: tuple[str, ...]
    settings: Settings | None
    owner: Owner = field(default_factory=Owner)

    def call(self, given: Mapping[str, Any]) -> Any:
        """Call it with those of the arguments it takes."""
        own: dict[str, Any] = {}
        for name in self.arguments:  # a comprehension would take half as long again, seven times a request
            own[name] = self.settings if name == "settings" else given[name]
        if "ctx" in own:
            own["ctx"] = own["ctx"].for_plugin(self.plugin)
        return self.function(**own)

    def begin(self, expected: type, **given: Any) -> Any:
        """Call it at start, and see that it returns what the hook promises.

        Raises:
            PluginError: the plugin failed, or returned something else; names plugin and hook.
        """
        with self.starting():
            result = self.call(given)
        if not isinstance(result, expected):
            raise self.stops(_returned(result, (expected,)))
        return result

    async def answer(self, expected: tuple[type, ...], given: Mapping[str, Any]) -> Any:
        """Call it, await what it returns if need be, and see that it is what the hook promises.

        Raises:
            ApiError: the plugin refused the request.
            Internal: the plugin failed, took too long, or returned something else; names plugin and hook.
        """
        spent: dict[str, float] = given["ctx"].plugin_s
        begin = time.perf_counter()
        try:
            result = self.call(given)
            # Nearly all are coroutines; to ask first whether one is a pydantic value costs more than to await it.
            if type(result) is CoroutineType or (not isinstance(result, expected) and inspect.isawaitable(result)):
                result = await self.awaited(result, begin)
            else:
                self.held(time.perf_counter() - begin)
        except ApiError:
            raise
        except BaseException as error:
            if comes_from_outside(error):
                raise
            raise self.failed(error) from error
        finally:
            took = time.perf_counter() - begin
            spent[self.plugin] = spent.get(self.plugin, 0.0) + took
            self.owner.stats.seconds += took
        return self.expect(expected, result)

    async def awaited(self, result: Awaitable[Any], since: float | None = None) -> Any:
        """What it comes to.

        Args:
            result: what the step returned.
            since: when its code began to run, if it has.

        Raises:
            Internal: that takes too long.
        """
        waits_for = NOT_BEGUN
        if type(result) is CoroutineType:
            since = since or time.perf_counter()
            try:
                waits_for = result.send(None)
            except StopIteration as end:  # it never waits, as nearly none does
                return end.value
            finally:
                self.held(time.perf_counter() - since)
        begun = Begun(result, _Stretch(self), waits_for)
        longest = self.owner.limits.timeout_s
        try:
            async with asyncio.timeout(longest) as limit:
                return await begun
        except TimeoutError:
            if not limit.expired():
                raise
            raise self.broken(f"did not return within {longest:g} s") from None

    def ask(self, expected: type, *given: Any) -> Any:
        """Call it while a request waits, where there is nothing to await.

        Raises:
            ApiError: the plugin refused.
            Internal: the plugin failed, or returned something else; names plugin and hook.
        """
        try:
            result = self.function(*given)
        except ApiError:
            raise
        except BaseException as error:
            raise self.failed(error) from error
        return self.expect((expected,), result)

    def expect(self, expected: tuple[type, ...], result: Any) -> Any:
        """What it returned, if that is what the hook promises.

        Raises:
            Internal: it is something else.
        """
        if not isinstance(result, expected):
            raise self.broken(_returned(result, expected))
        return result

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Whatever goes wrong inside stops the start, as this step's fault."""
        try:
            yield
        except CgbError:
            raise
        except (Exception, SystemExit) as error:
            raise self.stops(f"raised {type(error).__name__}: {error}") from error

    def stops(self, how: str) -> PluginError:
        """The error that stops the start when this step did not do what it should."""
        return PluginError(f"{self.named}: its {self.hook} {how}.")

    def failed(self, error: BaseException) -> Internal:
        """The error a client sees when this step raised `error`: what was raised is in the log only."""
        log.error("%s failed in %s", self.named, self.hook, exc_info=error)
        return self._fault(f"raised {type(error).__name__}; the bridge's log has the traceback")

    def broken(self, how: str) -> Internal:
        """The error a client sees when this step did not do what its hook promises."""
        log.error("%s is at fault: its %s %s", self.named, self.hook, how)
        return self._fault(how)

    def _fault(self, how: str) -> Internal:
        self.owner.stats.errors[self.hook] += 1
        return Internal(f"cgb's {self.named} is at fault: its {self.hook} {how}.")

    def held(self, seconds: float) -> None:
        """Its code ran for so long without a wait, and nobody else's could: too long is counted and said."""
        if seconds <= self.owner.limits.slow_s:
            return
        self.owner.stats.slow[self.hook] += 1
        if self.owner.stats.may_say(self.hook):
            log.warning(
                "%s is slow: its %s held up all requests for %.0f ms. What takes long should be awaited, "
                "or run in a thread (asyncio.to_thread).",
                self.named,
                self.hook,
                seconds * 1000,
            )

    @property
    def named(self) -> str:
        """The plugin and where it comes from: `plugin 'split' (cgb-split 0.1.0)`."""
        return f"plugin {self.plugin!r} ({self.owner.origin})" if self.owner.origin else f"plugin {self.plugin!r}"


class _Stretch:
    """One stretch of a step's own code after the other."""

    __slots__ = ("_begin", "_step")

    def __init__(self, step: Step) -> None:
        self._step = step

    def enter(self) -> None:
        self._begin = time.perf_counter()

    def leave(self) -> None:
        self._step.held(time.perf_counter() - self._begin)


def steps(
    manager: PluginManager,
    hook: str,
    settings: Mapping[str, Settings | None],
    owners: Mapping[str, Owner] = MappingProxyType({}),
) -> tuple[Step, ...]:
    """The steps of a hook, in the order of the list of plugins."""
    found = ((impl.plugin_name, impl.function) for impl in getattr(manager.hook, hook).get_hookimpls())
    return tuple(
        Step(name, hook, function, _arguments(function), settings.get(name), owners.get(name) or Owner())
        for name, function in found
    )


def _arguments(function: Callable[..., Any]) -> tuple[str, ...]:
    """The arguments it takes, also those with a default, which pluggy would leave at that."""
    return tuple(inspect.signature(function).parameters)


async def chain(steps: tuple[Step, ...], name: str, value: Any, **given: Any) -> Any:
    """Hand a value from step to step: each gets, as argument `name`, what the one before returned."""
    kind = type(value)
    for step in steps:
        given[name] = value
        value = await step.answer((kind,), given)
    return value


def comes_from_outside(error: BaseException) -> bool:
    """Whether a plugin was told to stop, rather than that it failed.

    A plugin may raise CancelledError, or close a coroutine, by itself: then nobody has cancelled the task.
    """
    task = asyncio.current_task()
    cancelled = isinstance(error, Abandoned) or (task is not None and task.cancelling() > 0)
    return isinstance(error, asyncio.CancelledError) and cancelled


def _returned(result: object, expected: tuple[type, ...]) -> str:
    """How to say that it returned something else than it should."""
    names = " or ".join("None" if kind is type(None) else kind.__name__ for kind in expected)
    return f"returned {type(result).__name__} where {names} was due{forgotten(result)}"
