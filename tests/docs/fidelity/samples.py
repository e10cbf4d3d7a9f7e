"""Values for probes: for each type two that differ, and requests in which an object can stand."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args, get_origin

from cgb.messages import carry

from .bridge import PIXEL, Json
from .sdk import Shape, bare, elements, is_object, literals, shapes

Embed = Callable[[Json | None], Json]
"""A request in which an object stands; without it, for None."""

SIGNATURES = ("c2lnbmVkMQ==", "c2lnbmVkMg==")
_TRIED = 3
_NUMBERS: Mapping[type, tuple[Any, Any]] = {int: (2_000, 20_000), float: (0.25, 0.75), bool: (False, True)}


def marker(place: int) -> str:
    """A word that stands nowhere else; one of two of the same length."""
    return f"marker{place + 1}"


def tool(name: str) -> Json:
    return {"name": name, "input_schema": {"type": "object", "properties": {}}}


def request(*messages: Json, **fields: Any) -> Json:
    """The request round a probe."""
    return {
        "model": "",
        "max_tokens": 9_000,
        "messages": list(messages) or [user("Hi")],
        "thinking": {"type": "adaptive"},
        "tools": [tool(marker(0)), tool(marker(1))],
        **fields,
    }


def user(content: Any) -> Json:
    return {"role": "user", "content": content}


def assistant(content: Any) -> Json:
    return {"role": "assistant", "content": content}


def _call(tool_id: str) -> Json:
    return {"type": "tool_use", "id": tool_id, "name": marker(0), "input": {}}


def _tool_id(place: int) -> str:
    return carry("toolu_1", SIGNATURES[place], id=f"call{place}")


# Where a block can stand

_SAID = {"type": "text", "text": "So."}


def in_user(block: Json | None) -> Json:
    blocks = [block] if block else []
    if block and block["type"] == "tool_result":
        return request(user("Hi"), assistant([_call(block["tool_use_id"])]), user(blocks))
    return request(user("Hi"), assistant("Yes?"), user([*blocks, _SAID]))


def in_assistant(block: Json | None) -> Json:
    blocks = [_SAID, *([block] if block else [])]
    if block and block["type"] == "tool_use":
        done = {"type": "tool_result", "tool_use_id": block["id"], "content": "done"}
        return request(user("Hi"), assistant(blocks), user([done]))
    return request(user("Hi"), assistant(blocks), user("Go on"))


def in_system_message(block: Json | None) -> Json:
    return request(user("Hi"), {"role": "system", "content": [block] if block else []})


def in_system(block: Json | None) -> Json:
    return request(user("Hi"), **({"system": [block]} if block else {}))


def in_tool_result(block: Json | None) -> Json:
    tool_id = _tool_id(0)
    result = {"type": "tool_result", "tool_use_id": tool_id, "content": [block] if block else []}
    return request(user("Hi"), assistant([_call(tool_id)]), user([result]))


POSITIONS: Mapping[str, Embed] = {
    "user": in_user,
    "assistant": in_assistant,
    "tool_result": in_tool_result,
    "role system": in_system_message,
    "`system`": in_system,
}
_NATURAL = {
    in_user: ("text", "image", "document", "search_result", "tool_result", "container_upload"),
    in_tool_result: ("tool_reference", "browser_state"),
    in_system_message: ("tool_addition", "tool_removal"),
}


def natural(tag: str) -> Embed:
    """Where a block of that type stands by rights."""
    return next((embed for embed, tags in _NATURAL.items() if tag in tags), in_assistant)


# Values


def base(shape: Shape, place: int = 0) -> Json:
    """An object with the fields that it must have, or its first where it must have none."""
    names = [name for name in shape.members if _needed(shape, name)]
    names = names or [name for name in shape.members if name != "type" and not shape.tag][:1]
    made = {name: _nth(values(shape, name), 0 if name == "media_type" else place) for name in names}
    return {**made, **({"type": shape.tag} if shape.tag else {})}


def _nth(found: list[Any], place: int) -> Any:
    return found[min(place, len(found) - 1)]


def _needed(shape: Shape, name: str) -> bool:
    return name != "type" and (shape.members[name].is_required or (shape.name, name) in _ALWAYS)


def values(shape: Shape, name: str) -> list[Any]:
    """What a field is given in turn."""
    special = _SPECIAL.get((shape.name, name)) or _BY_NAME.get(name)
    if special:
        return list(special)
    member = shape.members[name]
    listed = literals(member)
    if listed:
        return listed[:_TRIED] if len(listed) > 1 else [*listed, marker(0)]
    kinds = [kind for kind in member.types if is_object(kind)]
    if len(kinds) == len(member.types):
        return [base(shapes()[one], place) for one in dict.fromkeys(map(bare, kinds)) for place in (0, 1)]
    return [_sample(member.types, name, place) for place in (0, 1)]


def _sample(kinds: list[Any], name: str, place: int) -> Any:
    """The simplest value of any of these types."""
    if str in kinds or object in kinds or Any in kinds:
        return marker(place)
    number = next((kind for kind in (bool, int, float) if kind in kinds), None)
    if number is not None:
        return _NUMBERS[number][place]
    kind = kinds[0]
    if is_object(kind):
        return base(shapes()[bare(kind)], place)
    inner = elements(kind)
    if inner:
        return [_sample(inner, name, place)]
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    return {marker(0): marker(place)}


def wrapped(inner: Json, how: str) -> Any:
    """An object as a field holds it: alone, in a list, or in a mapping."""
    return [inner] if how == "list" else {marker(0): inner} if how == "map" else inner


_SCHEMAS = [{"type": "object", "properties": {marker(place): {"type": "string"}}} for place in (0, 1)]
_ALWAYS = {
    ("InputSchemaTyped", "properties"),
    ("SystemMessage", "content"),
    ("MCPToolResultBlock", "content"),
    ("ThinkingBlock", "signature"),
    ("CompactionBlock", "content"),
    ("ToolResultBlock", "content"),
}
_BY_NAME: Mapping[str, tuple[Any, ...]] = {
    "url": ("https://example.com/1", "https://example.com/2"),
    "input_schema": tuple(_SCHEMAS),
    "schema": tuple(_SCHEMAS),
    "input": ({"marker": 1}, {"marker": 2}),
    "stop_sequences": ([marker(0)], [marker(1)]),
}
_PDFS = ("JVBERi0xLjQKMQ==", "JVBERi0xLjQKMg==")
_SIGNED = [tuple(carry(prefix, one, n=7) for one in SIGNATURES) for prefix in ("thought", "text")]
_SPECIAL: Mapping[tuple[str, str], tuple[Any, ...]] = {
    ("request", "model"): ("claude-haiku-5-5", "claude-opus-5-5"),
    ("request", "messages"): ([user("Hi")], [user("Hi"), assistant("Yes?"), user("No")]),
    ("request", "max_tokens"): (2_000, 20_000),
    ("UserMessage", "role"): ("user", "assistant"),
    ("AssistantMessage", "role"): ("assistant", "user"),
    ("SystemMessage", "role"): ("system", "assistant"),
    ("request", "tools"): ([tool("one")], [tool("two")]),
    ("Base64ImageSource", "data"): (PIXEL, PIXEL[:-4] + "AAAA"),
    ("Base64PDFSource", "data"): _PDFS,
    ("URLPDFSource", "url"): ("https://example.com/1.pdf", "https://example.com/2.pdf"),
    ("ThinkingBlock", "signature"): _SIGNED[0],
    ("RedactedThinkingBlock", "data"): _SIGNED[1],
    ("ToolUseBlock", "id"): (_tool_id(0), _tool_id(1)),
    ("ToolResultBlock", "tool_use_id"): (_tool_id(0), _tool_id(1)),
    ("InputSchemaTyped", "properties"): tuple(one["properties"] for one in _SCHEMAS),
    ("InputSchemaTyped", "required"): ([], [marker(0)]),
}
