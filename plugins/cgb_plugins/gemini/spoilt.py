"""Calls that Gemini spoilt: those it wrote as Python into `finishMessage`, and those of tools that do not exist."""

import ast
import math
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import orjson

from .asked import Asked

Call: TypeAlias = dict[str, Any]
"""`{"name": …, "input": {…}}`"""

_LONGEST = 1_000_000
_ANNOUNCED = re.compile(r"\A\s*Malformed function call:\s*", re.IGNORECASE)
_FENCE = re.compile(r"\A```\w*\s*\n?(.*?)\n?\s*```\s*\Z", re.DOTALL)
_NAMES = {"true": True, "false": False, "null": None}


class _NoCallError(ValueError):
    """Something that cannot be read as a call."""


def calls_of(message: str, asked: Asked) -> tuple[Call, ...]:
    """The calls in `Malformed function call: print(default_api.Bash(command='ls'))`.

    Nothing is evaluated. It is all or nothing: each call must be of a declared tool, with named arguments that are
    literals, so that no call is made that the model did not mean. A nested `default_api.Type(…)` is an object.
    """
    source = _ANNOUNCED.sub("", message).replace("\r\n", "\n").replace("\r", "\n").strip()
    if fenced := _FENCE.match(source):
        source = fenced[1].strip()
    if len(source) > _LONGEST:
        return ()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's opinion of an escape in the model's words
            tree = ast.parse(source)
        found = tuple(_call(node, source, asked) for node in _statements(tree))
        orjson.dumps(found)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return ()
    return found


def declared_name(name: str, asked: Asked) -> str | None:
    """The declared tool that a name means: it itself, without a prefix, or in the one other spelling there is."""
    name = asked.names.to_client(name)
    declared = [tool.name for tool in asked.request.tools if tool.is_custom]
    if name in declared:
        return name
    bare = name.rpartition(":")[2].removeprefix("default_api.").casefold()
    alike = {one for one in declared if bare in {one.casefold(), asked.names.to_upstream(one).casefold()}}
    return alike.pop() if len(alike) == 1 else None


def mended(parts: Iterable[Mapping[str, Any]], asked: Asked) -> tuple[list[dict[str, Any]], tuple[Call, ...]]:
    """An unexpected call's parts: with names as they are declared, and apart the calls of what may not be called."""
    choice = asked.request.tool_choice
    is_free = choice is None or choice.type != "none"
    kept: list[dict[str, Any]] = []
    unknown: list[Call] = []
    for part in parts:
        match part:
            case {"functionCall": dict(call)}:
                called = str(call.get("name", ""))
                name = declared_name(called, asked) if is_free else None
                if name is None:
                    unknown.append({"name": called, "input": call.get("args") or {}})
                    continue
                if name != called:
                    asked.ctx.note("mended", f"Gemini called {called}, which can only be {name}", tool=name)
                kept.append({**part, "functionCall": {**call, "name": asked.names.to_upstream(name)}})
            case _:
                kept.append(dict(part))
    return kept, tuple(call for call in unknown if call["name"])


def _statements(tree: ast.Module) -> Iterator[ast.expr]:
    """The expressions that should be calls: lines, members of a list, and what is printed."""
    for statement in tree.body:
        if not isinstance(statement, ast.Expr):
            raise _NoCallError
        yield from _printed(statement.value)


def _printed(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Call(func=ast.Name("print"), args=[*printed], keywords=[]):
            for one in printed:
                yield from _printed(one)
        case ast.List(elts) | ast.Tuple(elts):
            for one in elts:
                yield from _printed(one)
        case _:
            yield node


def _call(node: ast.expr, source: str, asked: Asked) -> Call:
    call = node
    while isinstance(call, ast.BinOp) and isinstance(call.op, ast.Sub):
        call = call.right  # a name with hyphens
    if not isinstance(call, ast.Call):
        raise _NoCallError
    name = declared_name(_between(source, node, call.func), asked)
    if name is None:
        raise _NoCallError
    return {"name": name, "input": _arguments(call)}


def _between(source: str, first: ast.expr, last: ast.expr) -> str:
    """The source from the beginning of one expression to the end of another, on one line."""
    line = source.split("\n")[first.lineno - 1].encode()
    return line[first.col_offset : last.end_col_offset].decode() if last.end_lineno == first.lineno else ""


def _arguments(call: ast.Call) -> dict[str, Any]:
    names = {keyword.arg for keyword in call.keywords}
    if call.args or len(names) < len(call.keywords):
        raise _NoCallError
    return {_named(keyword.arg): _value(keyword.value) for keyword in call.keywords}


def _named(name: object) -> str:
    if not isinstance(name, str):
        raise _NoCallError
    return name


def _value(node: ast.expr | None) -> Any:
    """The JSON value of a literal."""
    match node:
        case ast.Constant(None | bool() | int() | str() as value):
            return value
        case ast.Constant(float(value)) if math.isfinite(value):
            return value
        case ast.UnaryOp(ast.USub(), ast.Constant(int() | float() as value)) if not isinstance(value, bool):
            return -value
        case ast.Name(name) if name in _NAMES:
            return _NAMES[name]
        case ast.List(elts) | ast.Tuple(elts):
            return [_value(one) for one in elts]
        case ast.Dict(keys, values):
            return {_named(_value(key)): _value(value) for key, value in zip(keys, values, strict=True)}
        case ast.Call(func=ast.Attribute(ast.Name("default_api"))):
            return _arguments(node)
        case _:
            raise _NoCallError
