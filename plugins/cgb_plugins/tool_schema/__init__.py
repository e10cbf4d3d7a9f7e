"""Tool schemas in the dialect that the target takes: nothing it refuses, and as little lost as can be."""

from cgb import Context, MessagesRequest, Target, Tool, hookimpl

from .compile import compile_schema
from .compiled import Compiled, Weakening

__all__ = ["Compiled", "Weakening", "compile_schema", "fit_request"]


@hookimpl
def fit_request(request: MessagesRequest, target: Target, ctx: Context) -> MessagesRequest:
    if target.native or target.schema == "json-schema":
        return request
    tools = tuple(_fitted(tool, target, ctx) for tool in request.tools)
    unchanged = all(fitted is tool for fitted, tool in zip(tools, request.tools, strict=True))
    return request if unchanged else request.with_(tools=tools)


def _fitted(tool: Tool, target: Target, ctx: Context) -> Tool:
    if not tool.is_custom:
        return tool
    compiled = compile_schema(tool.input_schema, target.schema)
    if compiled.notes:
        _note_once(tool, compiled, ctx)
    return tool.with_(input_schema=compiled.schema) if compiled.changed else tool


def _note_once(tool: Tool, compiled: Compiled, ctx: Context) -> None:
    """One note a tool and request, also where several attempts are made."""
    if any(note.kind == "schema" and note.data.get("tool") == tool.name for note in ctx.notes):
        return
    keywords = ", ".join(dict.fromkeys(note.keyword for note in compiled.notes))
    ctx.note("schema", f"{tool.name}: weakened {keywords}", tool=tool.name, path=compiled.notes[0].path)
