"""The way there: every field of a request, and what becomes of it on Gemini."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from .bridge import Bridge, Json, Outcome
from .fates import Fate, fate
from .samples import POSITIONS, Embed, base, marker, natural, tool, values, wrapped
from .sdk import ROOT, Shape, bare, blocks, objects, shapes

MODELS = {"2.5": "gemini-2.5-flash", "3": "gemini-3-flash-preview", "4": "gemini-4-argon"}
"""A model of each generation."""

DIFFER = {ROOT, "OutputConfig", "JSONOutputFormat", "Tool"} | {
    f"{kind}Block" for kind in ("Image", "Document", "Thinking", "ToolUse", "ToolResult")
}
"""The objects that not every generation takes alike; those of thinking and tool_choice besides."""

TEXTUAL = {"text", "thinking", "content", "system"}
"""Fields that hold words: a text part is their own place."""

CONTRACT = {
    ROOT: {
        "safeguards": ({"type": "auto"}, {"type": "none"}),
        "temperature": (0.25, 0.75),
        "top_p": (0.25, 0.75),
        "top_k": (3, 4),
    },
    "AssistantMessage": {"output_config": ({"effort": "low"}, {"effort": "high"})},
    "UserMessage": {"output_config": ({"effort": "low"}, {"effort": "high"})},
}
"""Fields that clients send though this SDK does not know them there (Claude Code contract, body fields and types)."""


@dataclass(frozen=True, slots=True)
class Row:
    """A field of an object, and what becomes of it for each generation of models."""

    owner: str
    name: str
    fates: tuple[Fate, ...]


def script() -> list[Json]:
    """Gemini's answer to every probe: it shows what a request does to an answer."""
    words = {"text": f"Hello {marker(0)}, and {marker(1)} too."}
    calls = [{"functionCall": {"name": marker(place), "args": {}}} for place in (0, 1)]
    chunks = [{"web": {"uri": f"https://{marker(place)}/", "title": marker(place)}} for place in (0, 1)]
    candidate = {
        "content": {"role": "model", "parts": [words, *calls]},
        "finishReason": "STOP",
        "groundingMetadata": {"webSearchQueries": ["q"], "groundingChunks": chunks},
    }
    return [{"candidates": [candidate], "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 3_000}}]


class Asker:
    """Asks each thing once."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._known: dict[bytes, Outcome] = {}

    async def ask(self, request: Json, model: str) -> Outcome:
        """What comes of a request to a model of Gemini's."""
        whole = {**request, "model": request["model"] or model}
        key = orjson.dumps(whole)
        if key not in self._known:
            self._known[key] = await self._bridge.ask(whole, script())
        return self._known[key]

    async def configured(self, safety: dict[str, str], request: Json, model: str) -> None:
        """Ask with safety settings of the configuration's."""
        settings = self._bridge.transport._settings
        self._bridge.transport._settings = settings.model_copy(update={"safety": safety})
        self._known[b"safety"] = await self._bridge.ask({**request, "model": model}, script())
        self._bridge.transport._settings = settings

    @property
    def outcomes(self) -> list[Outcome]:
        """What came of everything asked so far."""
        return list(self._known.values())


def owners() -> Iterator[tuple[Shape, Embed]]:
    """Every object that a request can hold, and a request that holds it."""
    first: list[tuple[str, Embed]] = [(name, natural(tag)) for tag, name in blocks().items()]
    waiting = deque([(ROOT, _whole), *first])
    done: set[str] = set()
    while waiting:
        name, embed = waiting.popleft()
        if name in done:
            continue
        done.add(name)
        shape = shapes()[name]
        yield shape, embed
        waiting.extend(_inside(shape, embed))


def _inside(shape: Shape, embed: Embed) -> Iterator[tuple[str, Embed]]:
    """The objects in an object's fields."""
    for name, member in shape.members.items():
        for kind, how in objects(member):

            def inner(value: Json | None, name: str = name, how: str = how) -> Json:
                filled = _filled(shape)
                return embed({**filled, name: wrapped(value, how) if value else [] if how == "list" else None})

            yield bare(kind), inner


def _filled(shape: Shape) -> Json:
    """The object round a field."""
    return {} if shape.name == ROOT else base(shape)


def _whole(value: Json | None) -> Json:
    return {**natural("text")({"type": "text", "text": "Hi"}), **(value or {})}


def _models(owner: str) -> list[str]:
    """The models to ask: one of each generation where they can differ."""
    return (
        list(MODELS.values())
        if owner in DIFFER or owner.startswith(("ThinkingConfig", "ToolChoice"))
        else [MODELS["3"]]
    )


async def rows(asker: Asker) -> list[Row]:
    """A row for each field of each object."""
    found = []
    for shape, embed in owners():
        given = dict.fromkeys(shape.members, ()) | CONTRACT.get(shape.name, {})
        for name, tried in given.items():
            fates = [await _fate(asker, shape, embed, (name, tried), model) for model in _models(shape.name)]
            found.append(Row(shape.name, name, tuple(fates)))
    return found


async def _fate(asker: Asker, shape: Shape, embed: Embed, field: tuple[str, Sequence[Any]], model: str) -> Fate:
    """What becomes of a field, given these values or those that suit its type."""
    name, given = field
    if name == "type":
        return await _kind(asker, shape, embed, model)
    filled = _filled(shape)
    tried = list(given) or values(shape, name)
    outcomes = [await asker.ask(_without_none(embed({**filled, name: value})), model) for value in tried]
    needed = name in shape.members and shape.members[name].is_required
    absent = None if needed else await asker.ask(_without_none(embed({**filled, name: None})), model)
    return fate(tried, outcomes, absent, is_text=name in TEXTUAL)


async def _kind(asker: Asker, shape: Shape, embed: Embed, model: str) -> Fate:
    """What becomes of the object as such: compared to none, or to one of a kind that nobody knows."""
    present = await asker.ask(_without_none(embed(base(shape))), model)
    absent = await asker.ask(_without_none(embed(None)), model)
    if absent.refused:
        absent = await asker.ask(_without_none(embed({**base(shape), "type": marker(0)})), model)
    return fate([shape.tag], [present], absent)


def _without_none(value: Any) -> Any:
    """A JSON value without the members that are null."""
    if isinstance(value, dict):
        return {name: _without_none(inner) for name, inner in value.items() if inner is not None}
    return [_without_none(inner) for inner in value] if isinstance(value, list) else value


async def positions(asker: Asker) -> dict[tuple[str, str], tuple[Fate, ...]]:
    """What becomes of each kind of block in each place of a conversation."""
    found = {}
    for tag, name in blocks().items():
        variants = [base(shapes()[name], place) for place in (0, 1)]
        for position, embed in POSITIONS.items():
            fates = []
            for model in _models(name):
                outcomes = [await asker.ask(embed(block), model) for block in variants]
                given = [block.get("text", block) for block in variants]
                fates.append(fate(given, outcomes, await asker.ask(embed(None), model), is_text=tag == "text"))
            found[tag, position] = tuple(fates)
    return found


async def scenes(asker: Asker) -> None:
    """Requests in which several things meet: the bridge's own settings, server tools beside the client's."""
    server = {"type": "code_execution_20250825", "name": "code_execution"}
    await asker.ask(_whole({"tools": [tool(marker(0)), server]}), MODELS["3"])
    await asker.configured({"HARM_CATEGORY_HARASSMENT": "BLOCK_NONE"}, _whole({}), MODELS["3"])
