"""Answers of the built-in search: a text, and metadata that says which bytes of it rest on which page."""

from __future__ import annotations

from cgb.testing.gemini_server.scripts import Step

PAGES = (("example.com", "https://example.com/one"), ("example.org", "https://example.org/two"))
SAID = ("The first page, about “examples”, says one thing.", "The second page says another.")
LONGEST_QUERY = 80


def ground(query: str) -> Step:
    """A grounded answer; segment offsets count UTF-8 bytes, as in the `Segment` message of the proto."""
    chunks = [{"web": {"uri": uri, "title": title}} for title, uri in PAGES]
    supports = []
    start = 0
    for index, sentence in enumerate(SAID):
        end = start + len(sentence.encode())
        segment = {"startIndex": start, "endIndex": end, "text": sentence}
        supports.append({"segment": segment, "groundingChunkIndices": [index]})
        start = end + 1
    metadata = {
        "webSearchQueries": [query[:LONGEST_QUERY]],
        "groundingChunks": chunks,
        "groundingSupports": supports,
    }
    return Step(" ".join(SAID), grounding=metadata)
