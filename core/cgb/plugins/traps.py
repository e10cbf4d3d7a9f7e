"""The traps of pluggy and of Python, where a stage would be ignored in silence or fail at its first request."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from ..errors import PluginError
from ..hooks import HOOKS, Hooks
from ..nearest import nearest
from .found import GROUP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .loading import Plugin

_AT_START = ("describe_settings", "wrap_transport", "list_models")
_MANY = ("list_models", "transform_stream", "open_transport")
"""The hooks whose functions may be generators, of one kind or another."""


def check(plugin: Plugin) -> None:
    """See that a plugin's stages are such as will be called, and give what their hooks promise.

    Raises:
        PluginError: naming the plugin, what is wrong with it and what was probably meant.
    """
    marked = dict(_marked(plugin))
    for name, (member, options) in marked.items():
        if problem := _problem(name, member, options):
            raise PluginError(f"{plugin.named}: {problem}")
    if not marked:
        raise PluginError(f"{plugin.named} implements no hook: mark its functions @hookimpl.")
    _check_once(plugin, {name: _hook(name, options) for name, (_, options) in marked.items()})


def _marked(plugin: Plugin) -> Iterator[tuple[str, tuple[Any, dict[str, Any]]]]:
    """What is marked as a hook's implementation, with the mark's options."""
    for name, member in vars(plugin.module).items():
        options = getattr(member, f"{GROUP}_impl", None)
        if isinstance(options, dict):
            yield name, (member, options)
        elif name in HOOKS and callable(member):
            raise PluginError(f"{plugin.named}: {name} is not marked @hookimpl, so it would never be called.")


def _hook(name: str, options: dict[str, Any]) -> str:
    return options.get("specname") or name


def _problem(name: str, member: Any, options: dict[str, Any]) -> str:
    """What is wrong with a marked member; "" if nothing is."""
    if not inspect.isfunction(member):
        return f"{name} is marked @hookimpl but is no function, so it would never be called."
    hook = _hook(name, options)
    if hook not in HOOKS:
        return f"{name} is no hook.{nearest(hook, HOOKS)}"
    if any(options.get(option) for option in ("tryfirst", "trylast", "wrapper", "hookwrapper")):
        return f"{name} asks for tryfirst, trylast or a wrapper: the list of plugins is the only order."
    wrong = _arguments(hook, member) or _kind(hook, member)
    return f"{name} {wrong}" if wrong else ""


def _arguments(hook: str, function: Callable[..., Any]) -> str:
    """What is wrong with the arguments it takes."""
    allowed = set(inspect.signature(getattr(Hooks, hook)).parameters) - {"self"}
    for argument, parameter in inspect.signature(function).parameters.items():
        if argument not in allowed:
            return f"has no argument {argument!r}.{nearest(argument, allowed)}"
        if parameter.kind is parameter.POSITIONAL_ONLY:
            return f"takes {argument!r} by place only: arguments come by name."
    return ""


def _kind(hook: str, function: Callable[..., Any]) -> str:
    """What is wrong with the kind of function it is: what calls it would get something else than it expects."""
    if hook == "transform_stream":
        is_other = inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function)
        return "must be an async generator: `async def` with a `yield` in it." if is_other else ""
    if hook == "open_transport":
        return _opening(function)
    if hook in _AT_START and (inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)):
        return "must be a plain `def`: it is called at start, where nothing is awaited."
    if hook not in _MANY and (inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)):
        return "has a `yield` in it, so calling it would do nothing: let it `return`."
    return ""


def _opening(function: Callable[..., Any]) -> str:
    """What is wrong with an open_transport, whose decorator hides the function that was written."""
    written = inspect.unwrap(function)
    is_bare = written is function
    if inspect.iscoroutinefunction(written) or inspect.isgeneratorfunction(written):
        return "must be an async context manager: `@asynccontextmanager`, `async def`, and `yield` the transport."
    if is_bare and inspect.isasyncgenfunction(written):
        return "lacks `@asynccontextmanager` between @hookimpl and `async def`."
    return ""


def _check_once(plugin: Plugin, hooks: Mapping[str, str]) -> None:
    """See that a plugin implements each hook once; `hooks` are those of its functions, by their names."""
    functions: dict[str, str] = {}
    for name, hook in hooks.items():
        first = functions.setdefault(hook, name)
        if first != name:
            raise PluginError(f"{plugin.named} implements {hook} twice: as {first} and as {name}.")
