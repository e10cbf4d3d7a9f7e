"""Google Search grounding as Anthropic's web search: a server tool's call, its result, and cited text.

Gemini API contract, response; the offsets in groundingSupports count UTF-8 bytes.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from cgb import CitationsDelta, Event, InputJsonDelta, TextDelta
from cgb.messages import Writer, new_id

_CONTINUES, _CONTINUES_MARK = 0b11000000, 0b10000000
"""The bits of a byte that tell the second and later bytes of a character."""


def searched(metadata: Mapping[str, Any], text: str, writer: Writer, allowed: "Domains") -> Iterator[Event]:
    """The events of a grounded answer: what was searched for, what was found, and the text with its sources."""
    sources = _sources(metadata)
    found = {index: source for index, source in sources.items() if allowed.admits(source)}
    tool_id = new_id("srvtoolu")
    query = "; ".join(map(str, metadata.get("webSearchQueries") or ()))
    start = {"type": "server_tool_use", "id": tool_id, "name": "web_search", "input": {}}
    yield from writer.block(start, (InputJsonDelta(0, orjson.dumps({"query": query}).decode()),))
    results = [_result(source) for source in found.values()]
    yield from writer.block({"type": "web_search_tool_result", "tool_use_id": tool_id, "content": results})
    for piece, cited in _cited(text, metadata.get("groundingSupports") or ()):
        yield from _text(piece, [found[index] for index in cited if index in found], writer)


class Domains:
    """Which sites may be shown: Gemini cannot be told, so what it found elsewhere is left out."""

    def __init__(self, allowed: Sequence[str] = (), blocked: Sequence[str] = ()) -> None:
        self._allowed = tuple(allowed)
        self._blocked = tuple(blocked)

    def admits(self, source: Mapping[str, Any]) -> bool:
        """Whether a source may be shown. Its title is its site's name; its uri is a redirect of Google's."""
        names = (str(source.get("domain") or ""), str(source.get("title") or ""), _host(str(source.get("uri") or "")))
        if self._allowed and not any(_within(name, self._allowed) for name in names):
            return False
        return not any(_within(name, self._blocked) for name in names)

    def wish(self) -> str:
        """What the model is asked to keep to."""
        wishes = []
        if self._allowed:
            wishes.append(f"Search only these sites: {', '.join(self._allowed)}.")
        if self._blocked:
            wishes.append(f"Use nothing from these sites: {', '.join(self._blocked)}.")
        return " ".join(wishes)


def _host(uri: str) -> str:
    return uri.partition("://")[2].partition("/")[0]


def _within(name: str, domains: Sequence[str]) -> bool:
    bare = name.lower().removeprefix("www.")
    wanted = [domain.lower().removeprefix("www.").partition("/")[0] for domain in domains]
    return any(bare == domain or bare.endswith(f".{domain}") for domain in wanted)


def _sources(metadata: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    chunks = enumerate(metadata.get("groundingChunks") or ())
    return {index: chunk["web"] for index, chunk in chunks if isinstance(chunk, dict) and chunk.get("web")}


def _result(source: Mapping[str, Any]) -> dict[str, Any]:
    uri = str(source.get("uri") or "")
    return {
        "type": "web_search_result",
        "title": str(source.get("title") or uri),
        "url": uri,
        "encrypted_content": _opaque(uri),
        "page_age": None,
    }


def _opaque(text: str) -> str:
    """Anthropic's members of this kind are opaque and not empty; nothing of ours reads them again."""
    return urlsafe_b64encode(text.encode()).decode()


def _cited(text: str, supports: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[int]]]:
    """The text in pieces, each with the numbers of the sources it rests on; the pieces joined are the text."""
    raw = text.encode()
    at = 0
    for support in sorted(supports, key=_start):
        start, end = _start(support), int((support.get("segment") or {}).get("endIndex") or 0)
        if start < at or end <= start or not (_is_edge(raw, start) and _is_edge(raw, end)):
            continue
        if start > at:
            yield raw[at:start].decode(), []
        yield raw[start:end].decode(), [int(one) for one in support.get("groundingChunkIndices") or ()]
        at = end
    if at < len(raw):
        yield raw[at:].decode(), []


def _is_edge(raw: bytes, place: int) -> bool:
    """Whether a place is in the text and between two characters of it."""
    return place == len(raw) or (place < len(raw) and raw[place] & _CONTINUES != _CONTINUES_MARK)


def _start(support: Mapping[str, Any]) -> int:
    return int((support.get("segment") or {}).get("startIndex") or 0)


def _text(piece: str, sources: list[Mapping[str, Any]], writer: Writer) -> Iterator[Event]:
    if not sources:
        yield from writer.block({"type": "text", "text": ""}, (TextDelta(0, piece),))
        return
    citations = tuple(CitationsDelta(0, _citation(source, piece)) for source in sources)
    yield from writer.block({"type": "text", "text": "", "citations": []}, (TextDelta(0, piece), *citations))


def _citation(source: Mapping[str, Any], piece: str) -> dict[str, Any]:
    uri = str(source.get("uri") or "")
    return {
        "type": "web_search_result_location",
        "url": uri,
        "title": str(source.get("title") or uri),
        "encrypted_index": _opaque(uri),
        "cited_text": piece[:150],
    }
