"""The pages that an answer rests on, where the provider searched the web."""

from collections.abc import Iterable, Mapping
from typing import Any


def sources(annotations: Iterable[Mapping[str, Any]]) -> str:
    """A list to stand under the answer; "" where it cites nothing."""
    cited: dict[str, str] = {}
    for one in annotations:
        citation = one.get("url_citation") or {}
        if url := str(citation.get("url") or ""):
            cited.setdefault(url, str(citation.get("title") or url))
    lines = [f"- [{title}]({url})" for url, title in cited.items()]
    return "\n\nSources:\n" + "\n".join(lines) if lines else ""
