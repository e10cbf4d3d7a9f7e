"""The way back: every field of Gemini's answers, and what becomes of it in the answer to the client."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cgb.messages import Accumulator, event_of

from . import google, samples
from .bridge import Bridge, Json, Outcome
from .fates import Fate, fate
from .google import Field, Message
from .samples import SIGNATURES, marker

MODEL = "gemini-3-flash-preview"
ROOT = "GenerateContentResponse"

Embed = Callable[[Json], Json]
"""A frame in which a message stands."""

_NUMBERS: dict[str, tuple[Any, Any]] = {"int": (3, 4), "float": (0.25, 0.75), "bool": (False, True)}
_SPECIAL: dict[tuple[str, str], tuple[Any, ...]] = {
    ("Part", "thoughtSignature"): SIGNATURES,
    ("Segment", "endIndex"): (5, 6),
    ("Segment", "startIndex"): (0, 1),
    ("Candidate", "index"): (0, 1),
    ("Candidate", "content"): tuple({"parts": [{"text": marker(place)}]} for place in (0, 1)),
    ("GenerateContentResponse", "candidates"): tuple(
        {"content": {"parts": [{"text": marker(place)}]}, "finishReason": "STOP"} for place in (0, 1)
    ),
    ("GenerateContentResponse", "modelVersion"): ("gemini-2.5-pro", "gemini-3.8-flash"),
    ("GroundingChunk.Web", "domain"): ("open.example", "blocked.example"),
    ("GroundingSupport", "groundingChunkIndices"): ([0], [1]),
}
_CHUNKS = [{"web": {"uri": f"https://{name}/", "title": name}} for name in ("one.example", "two.example")]
_SUPPORT = {"segment": {"startIndex": 0, "endIndex": 5}, "groundingChunkIndices": [0]}
_SEARCH = {"type": "web_search_20250305", "name": "web_search", "blocked_domains": ["blocked.example"]}
_FULL: dict[str, Json] = {
    "UsageMetadata": {"promptTokenCount": 50, "candidatesTokenCount": 20},
    "GroundingMetadata": {"webSearchQueries": ["q"], "groundingChunks": _CHUNKS, "groundingSupports": [_SUPPORT]},
    "GroundingSupport": _SUPPORT,
    "Segment": _SUPPORT["segment"],
    "GroundingChunk.Web": _CHUNKS[0]["web"],
    "FunctionCall": {"name": marker(0), "args": {}},
    "ExecutableCode": {"language": "PYTHON", "code": "print()"},
    "CodeExecutionResult": {"outcome": "OUTCOME_OK", "output": "done"},
    "Blob": {"mimeType": "image/png", "data": "aGk="},
    "FileData": {"mimeType": "image/png", "fileUri": "https://example.com"},
    "FunctionResponse": {"name": marker(0), "response": {}},
    "PromptFeedback": {"blockReason": "SAFETY"},
}
"""What a message needs so that its other fields can have an effect."""

_DATA = frozenset({
    "text", "inlineData", "functionCall", "functionResponse", "fileData", "executableCode", "codeExecutionResult",
    "toolCall", "toolResponse",
})  # fmt: skip
"""The fields of which a part has one."""


@dataclass(frozen=True, slots=True)
class Row:
    """A field of a message of Gemini's, and what becomes of it."""

    owner: str
    name: str
    fate: Fate


class Reader:
    """Reads frames as answers; keeps all that clients were sent."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self.sent: list[tuple[str, Outcome]] = []

    async def read(self, label: str, *hops: list[Json], **fields: Any) -> Outcome:
        """What comes of frames, and of the next request, in which the client sends the answer back."""
        request = {**samples.request(), "model": MODEL, **fields}
        came = await self._bridge.ask(request, *hops, frames([{"text": "Done."}]))
        self.sent.append((label, came))
        seen = {name: value for name, value in came.seen.items() if name != "request"}
        blocks = list(_accumulated(came.events))
        if not blocks:
            return Outcome(seen, came.notes, came.refused, came.events)
        back = samples.assistant(blocks)
        asked = {**request, "messages": [*request["messages"], back, samples.user("Go on")]}
        following = await self._bridge.ask(asked, frames([{"text": "Done."}]))
        return Outcome({**seen, "next": following.seen.get("request")}, came.notes, came.refused, came.events)


def _accumulated(events: tuple[Json, ...]) -> Iterator[Json]:
    """The blocks of an answer as they are, with the ids that `Outcome.seen` makes readable."""
    answer = Accumulator()
    for event in events:
        answer.add(event_of(event))
    if events:
        yield from (block.to_wire() for block in answer.message.content)


def frames(parts: list[Json], **candidate: Any) -> list[Json]:
    """An answer of these parts, in one frame."""
    whole = {"content": {"role": "model", "parts": parts}, "finishReason": "STOP", **candidate}
    return [{"candidates": [whole], "usageMetadata": _FULL["UsageMetadata"]}]


def owners() -> Iterator[tuple[Message, Embed]]:
    """Every message that an answer can hold, and a frame that holds it."""
    waiting: deque[tuple[str, Embed]] = deque([(ROOT, _frame)])
    done: set[str] = set()
    while waiting:
        name, embed = waiting.popleft()
        if name in done:
            continue
        done.add(name)
        message = google.answer()[name]
        yield message, embed
        for key, one in message.fields.items():
            if one.kind == "message" and key != "automaticFunctionCallingHistory":  # contents that Gemini did not send
                waiting.append((one.message, _inside(message, key, one, embed)))


def _inside(owner: Message, name: str, one: Field, embed: Embed) -> Embed:
    def inner(value: Json) -> Json:
        listed = [value, {"text": " End."}] if name == "parts" and _is_unheard(value) else [value]
        return embed(_beside(owner, name, listed if one.is_list else value))

    return inner


def _is_unheard(part: Json) -> bool:
    """Whether an answer of this part alone could be one that says nothing."""
    return "text" not in part or bool(part.get("thought"))


def _frame(value: Json) -> Json:
    return {**frames([{"text": "Hello."}])[0], **value}


def _beside(owner: Message, name: str, value: Any) -> Json:
    """A message with one field given, and what it needs for that."""
    match owner.name:
        case "Part" if name in {"thoughtSignature", "partMetadata"}:
            return {"functionCall": _FULL["FunctionCall"], name: value}
        case "Part":
            return {name: value} if name in _DATA else {"text": "Hello.", name: value}
        case "Candidate":
            whole = frames([{"text": "Hello."}])[0]["candidates"][0]
            ends = {"continuationToken": "CONTINUATION", "finishMessage": "SAFETY"}
            return {**whole, "finishReason": ends.get(name, "STOP"), name: value}
        case "Content" if name != "parts":
            return {"parts": [{"text": "Hello."}], name: value}
        case "GroundingMetadata" if name == "groundingChunks":
            return {**_FULL[owner.name], name: [*value, _CHUNKS[1]]}
        case _:
            return {**_FULL.get(owner.name, {}), name: value}


async def rows(reader: Reader) -> list[Row]:
    """A row for each field of each message."""
    return [
        Row(message.name, name, await _fate(reader, message, embed, name))
        for message, embed in owners()
        for name in message.fields
    ]


async def _fate(reader: Reader, message: Message, embed: Embed, name: str) -> Fate:
    tried = _values(message, name)
    label = f"{message.name}.{name}"
    grounded = {"tools": [_SEARCH]} if _grounds(embed) else {}
    outcomes = [await reader.read(label, [embed(_beside(message, name, one))], **grounded) for one in tried]
    without = {key: one for key, one in _beside(message, name, tried[0]).items() if key != name}
    absent = await reader.read(label, [embed(without)], **grounded)
    return fate(tried, outcomes, absent, is_text=label == "Part.text")


def _grounds(embed: Embed) -> bool:
    """Whether what stands there is about a search: only who asks for one is told."""
    return "groundingMetadata" in str(embed({}))


def _values(message: Message, name: str) -> tuple[Any, ...]:
    special = _SPECIAL.get((message.name, name))
    one = message.fields[name]
    if special:
        return tuple([value] for value in special) if one.is_list and one.kind == "message" else special
    if one.kind == "message":
        values: tuple[Any, ...] = tuple(_full(one.message, place) for place in (0, 1))
    elif one.kind == "enum":
        values = one.values[:4]
    else:
        values = _NUMBERS.get(one.kind) or {
            "object": ({"marker": 1}, {"marker": 2}), "bytes": ("aGVsbG8x", "aGVsbG8y"),
        }.get(one.kind, (marker(0), marker(1)))  # fmt: skip
    return tuple([value] for value in values) if one.is_list else values


def _full(name: str, place: int) -> Json:
    """A message with something in it."""
    message = google.answer()[name]
    made = dict(_FULL.get(name, {}))
    for key, one in message.fields.items():
        if one.kind not in {"message", "enum"} and (name, key) not in _SPECIAL:
            return {**made, key: _values(message, key)[place]}
    return made


async def scenes(reader: Reader) -> None:
    """Answers in which several things meet: late signatures, stop sequences, code."""
    signed = {"text": "More.", "thoughtSignature": SIGNATURES[0]}
    call = {"functionCall": _FULL["FunctionCall"], "thoughtSignature": SIGNATURES[1]}
    thought = {"text": "Hm.", "thought": True, "thoughtSignature": SIGNATURES[0]}
    await reader.read("a text signed late, before a call", frames([{"text": "Text. "}, signed, call]))
    await reader.read("a thought with its signature", frames([thought, {"text": "Done."}]))
    await reader.read("a stop sequence", frames([{"text": "Hello STOP"}]), stop_sequences=["STOP"])


async def finishes(reader: Reader) -> dict[str, tuple[str, str, str]]:
    """What each finish reason comes to: after words, after a call, and after nothing."""
    said: tuple[list[Json], ...] = ([{"text": "Hello."}], [{"functionCall": _FULL["FunctionCall"]}], [])
    found = {}
    for reason in google.answer()["Candidate"].fields["finishReason"].values:
        ends = [await reader.read(f"finishReason {reason}", frames(parts, finishReason=reason)) for parts in said]
        found[reason] = (_end(ends[0]), _end(ends[1]), _end(ends[2]))
    return found


async def blocks(reader: Reader) -> dict[str, str]:
    """What each reason for blocking a prompt comes to."""
    reasons = google.answer()["PromptFeedback"].fields["blockReason"].values
    made = {reason: {"promptFeedback": {"blockReason": reason}} for reason in reasons}
    return {reason: _end(await reader.read(f"blockReason {reason}", [frame])) for reason, frame in made.items()}


def _end(outcome: Outcome) -> str:
    answer = outcome.seen["answer"]
    error = answer.get("error")
    return f"unusable: {error['kind']}" if error else f"`{answer['stop_reason']}`"
