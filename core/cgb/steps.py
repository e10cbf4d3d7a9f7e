"""The one place where pluggy's hooks meet `await`."""

from __future__ import annotations

import inspect
import time
from contextlib import contextmanager
from dataclasses import dataclass
from traceback import walk_tb
from typing import TYPE_CHECKING, Any

from .errors import ApiError, CgbError, Internal, PluginError
from .log import log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import CodeType, FrameType

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

    def call(self, **given: Any) -> Any:
        """Call it with those of the arguments it takes."""
        given["settings"] = self.settings
        if "ctx" in given:
            given["ctx"] = given["ctx"].for_plugin(self.plugin)
        return self.function(**{name: given[name] for name in self.arguments})

    def begin(self, expected: type, **given: Any) -> Any:
        """Call it at start, and see that it returns what the hook promises.

        Raises:
            PluginError: the plugin failed, or returned something else; names plugin and hook.
        """
        with self.starting():
            result = self.call(**given)
        if not isinstance(result, expected):
            raise self.stops(f"returned {type(result).__name__} where {expected.__name__} was due")
        return result

    async def answer(self, expected: tuple[type, ...], **given: Any) -> Any:
        """Call it, await what it returns if need be, and see that it is what the hook promises.

        Raises:
            ApiError: the plugin refused the request.
            Internal: the plugin failed, or returned something else; names plugin and hook.
        """
        spent: dict[str, float] = given["ctx"].plugin_s
        begin = time.perf_counter()
        try:
            result = self.call(**given)
            if inspect.isawaitable(result):
                result = await result
        except ApiError:
            raise
        except Exception as error:
            raise self.failed(error) from error
        finally:
            spent[self.plugin] = spent.get(self.plugin, 0.0) + time.perf_counter() - begin
        if not isinstance(result, expected):
            names = " or ".join("None" if kind is type(None) else kind.__name__ for kind in expected)
            raise self._broken(f"returned {type(result).__name__} where {names} was due")
        return result

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Whatever goes wrong inside stops the start, as this step's fault."""
        try:
            yield
        except CgbError:
            raise
        except Exception as error:
            raise self.stops(f"raised {type(error).__name__}: {error}") from error

    def stops(self, how: str) -> PluginError:
        """The error that stops the start when this step did not do what it should."""
        return PluginError(f"plugin {self.plugin!r}: its {self.hook} {how}.")

    def failed(self, error: BaseException) -> Internal:
        """The error a client sees when this step raised `error`: what was raised is in the log only."""
        log.exception("plugin %s failed in %s", self.plugin, self.hook, exc_info=error)
        return self._broken(f"raised {type(error).__name__}; the bridge's log has the traceback")

    def _broken(self, how: str) -> Internal:
        return Internal(f"cgb's plugin {self.plugin!r} is at fault: its {self.hook} {how}.")


def steps(manager: PluginManager, hook: str, settings: Mapping[str, Settings | None]) -> tuple[Step, ...]:
    """The steps of a hook, in the order of the list of plugins."""
    found = getattr(manager.hook, hook).get_hookimpls()
    return tuple(
        Step(impl.plugin_name, hook, impl.function, _arguments(impl.function), settings.get(impl.plugin_name))
        for impl in found
    )


def _arguments(function: Callable[..., Any]) -> tuple[str, ...]:
    """The arguments it takes, also those with a default, which pluggy would leave at that."""
    return tuple(inspect.signature(function).parameters)


async def chain(steps: tuple[Step, ...], name: str, value: Any, **given: Any) -> Any:
    """Hand a value from step to step: each gets, as argument `name`, what the one before returned."""
    kind = type(value)
    for step in steps:
        value = await step.answer((kind,), **{name: value}, **given)
    return value


def blamed(error: Exception, layers: Mapping[FrameType | CodeType, Step]) -> Step | None:
    """The innermost of these layers that an error came through: found by the traceback, free until then."""
    passed = (layers.get(frame) or layers.get(frame.f_code) for frame, _ in walk_tb(error.__traceback__))
    return next(reversed([step for step in passed if step]), None)
