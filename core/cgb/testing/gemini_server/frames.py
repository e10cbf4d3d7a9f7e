"""Turns a step into the `GenerateContentResponse` frames of a stream."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cgb.testing.gemini_server import signatures
from cgb.testing.gemini_server.continuations import hop_of
from cgb.testing.gemini_server.spending import spend
from cgb.testing.gemini_server.tokens import count, count_prompt

if TYPE_CHECKING:
    from cgb.testing.gemini_server.calls import Json
    from cgb.testing.gemini_server.request import Request
    from cgb.testing.gemini_server.scripts import Step

PIECE = 24
PIECES = 8
CALLED = "Model generated function call(s)."
IDENTITY = 8
ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


def build(request: Request, step: Step, hop: int = 0) -> list[Json]:
    """All frames of an answer, or of one hop of it; `usageMetadata` is cumulative."""
    step, thinking = spend(request, step)
    step, token = hop_of(request, step, hop)
    thinking = 0 if hop else thinking
    shown = step if request.thinking.get("includeThoughts") else replace(step, thoughts="")
    deltas = _deltas(request, shown)
    usage = _Usage(count_prompt(request.body), thinking)
    base = {"modelVersion": request.model.name, "responseId": secrets.token_urlsafe(16)}
    frames = [_frame(parts, usage.after(parts), base) for parts in deltas]
    _end(frames[-1]["candidates"][0], step)
    if token:
        frames[-1]["candidates"][0]["continuationToken"] = token
    return frames


def _deltas(request: Request, step: Step) -> list[list[Json]]:
    signs = request.model.signs
    if step.parts:
        heard = [part for part in step.parts if request.thinking.get("includeThoughts") or not part.get("thought")]
        return [[_scripted(part, signs=signs)] for part in heard]
    deltas: list[list[Json]] = [[{"text": piece, "thought": True}] for piece in pieces(step.thoughts, step)]
    deltas += [[{"text": piece}] for piece in pieces(step.text, step)]
    deltas += [[_call(call, first=index == 0, signs=signs)] for index, call in enumerate(step.calls)]
    if step.calls:
        deltas.append([{"text": ""}])
    elif step.text and signs and step.finish == "STOP":
        deltas.append([{"text": "", "thoughtSignature": signatures.mint("text")}])
    return deltas or [[]]


def pieces(text: str, step: Step) -> list[str]:
    """The text cut into the pieces it travels in."""
    if not text:
        return []
    number = min(step.chunks or min(PIECES, 1 + len(text) // PIECE), len(text))
    edges = [round(index * len(text) / number) for index in range(number + 1)]
    return [text[edges[index] : edges[index + 1]] for index in range(number)]


def _call(call: Json, *, first: bool, signs: bool) -> Json:
    function = {"name": call.get("name", ""), "args": call.get("args", {})}
    if signs or "id" in call:
        function["id"] = call.get("id") or "".join(secrets.choice(ALPHABET) for _ in range(IDENTITY))
    part: Json = {"functionCall": function}
    if first and signs:
        # Of parallel calls only the first is signed.
        part["thoughtSignature"] = signatures.mint("call", function["name"], function["id"])
    return part


def _scripted(part: Json, *, signs: bool) -> Json:
    """A part as the script says it; a signature belongs to its kind, and to a call's name and id."""
    said = {name: value for name, value in part.items() if name != "sign"}
    if "functionCall" in said:
        said = {**said, **_call(said["functionCall"], first=False, signs=signs)}
    if part.get("sign") and signs:
        call = said.get("functionCall", {})
        said["thoughtSignature"] = signatures.mint(signatures.kind_of(said), call.get("name", ""), call.get("id", ""))
    return said


def _frame(parts: list[Json], usage: Json, base: Json) -> Json:
    content: dict[str, Any] = {"parts": parts, "role": "model"} if parts else {"role": "model"}
    return {"candidates": [{"content": content, "index": 0}], "usageMetadata": usage, **base}


def _end(candidate: Json, step: Step) -> None:
    candidate["finishReason"] = step.finish
    if step.finish_message or (step.calls and step.finish == "STOP"):
        candidate["finishMessage"] = step.finish_message or CALLED
    if step.grounding is not None:
        candidate["groundingMetadata"] = dict(step.grounding)


@dataclass(slots=True)
class _Usage:
    prompt: int
    thoughts: int
    characters: int = 0

    def after(self, parts: list[Json]) -> Json:
        """The counts once these parts are out."""
        said = [part for part in parts if not part.get("thought")]
        self.characters += sum(count(part) for part in said if part.get("text") or "functionCall" in part)
        usage: Json = {"promptTokenCount": self.prompt}
        if self.characters:
            usage["candidatesTokenCount"] = self.characters
        usage["totalTokenCount"] = self.prompt + self.characters + self.thoughts
        usage["promptTokensDetails"] = [{"modality": "TEXT", "tokenCount": self.prompt}]
        if self.thoughts:
            usage["thoughtsTokenCount"] = self.thoughts
        return usage


def merge(frames: list[Json]) -> Json:
    """The frames as one answer, for `generateContent`."""
    last = frames[-1]
    if len(frames) == 1:
        return last
    candidates = [frame["candidates"][0] for frame in frames if frame.get("candidates")]
    if not candidates:
        return last
    parts: list[Json] = []
    for candidate in candidates:
        for part in candidate.get("content", {}).get("parts") or ():
            _append(parts, part)
    content = {"parts": parts, "role": "model"} if parts else {"role": "model"}
    final = {**candidates[-1], "content": content}
    return {**last, "candidates": [final]}


def _append(parts: list[Json], part: Json) -> None:
    before = parts[-1] if parts else {}
    joins = "text" in part and "text" in before and "thoughtSignature" not in before
    if joins and part.get("thought") == before.get("thought"):
        parts[-1] = {**before, **part, "text": before["text"] + part["text"]}
    elif part.get("text") != "" or "thoughtSignature" in part:
        parts.append(dict(part))
