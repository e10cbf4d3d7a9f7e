"""Gemini's search as Anthropic's: a server tool's call, its result, and then the text that rests on it.

Claude Code shows the pages of a result as links; of a text it would keep the words only.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from cgb import Event, InputJsonDelta, MessagesRequest, Tool
from cgb.messages import Writer, new_id

from .models import Family


def search_of(request: MessagesRequest, family: Family) -> "Search | None":
    """The search that a request's answer may make; None where it has no such tool, or the provider runs none."""
    searches = [tool for tool in request.tools if (tool.type or "").startswith("web_search")]
    if not searches or not family.is_gemini or any(tool.is_custom for tool in request.tools):
        return None
    return Search(_sites(searches, "allowed_domains"), _sites(searches, "blocked_domains"))


class Search:
    """Holds an answer's text back until it is known what was found.

    Args:
        allowed: the only sites that may be shown; all, if there are none.
        blocked: the sites that may not be shown.
    """

    def __init__(self, allowed: Sequence[str] = (), blocked: Sequence[str] = ()) -> None:
        self._allowed = allowed
        self._blocked = blocked
        self._text = ""
        self._grounding: dict[str, Any] = {}

    @property
    def has_found(self) -> bool:
        """Whether the web was searched."""
        return bool(self._grounding.get("webSearchQueries"))

    def wish(self) -> str:
        """What the model is asked to keep to: the search itself knows no sites."""
        only = f"Search only these sites: {', '.join(self._allowed)}." if self._allowed else ""
        never = f"Use nothing from these sites: {', '.join(self._blocked)}." if self._blocked else ""
        return " ".join(filter(None, (only, never)))

    def hear(self, chunk: Mapping[str, Any]) -> None:
        """Take what a chunk tells of the search, which LiteLLM hands on as Gemini said it."""
        for told in chunk.get("vertex_ai_grounding_metadata") or ():
            self._grounding |= {name: value for name, value in told.items() if value}

    def hold(self, text: str) -> None:
        """Keep words for later."""
        self._text += text

    def said(self, writer: Writer) -> Iterator[Event]:
        """What was found, and the words that were held back."""
        text, self._text = self._text, ""
        if text and self.has_found:
            yield from self._found(writer)
        if text:
            yield from writer.text(text)

    def _found(self, writer: Writer) -> Iterator[Event]:
        tool_id = new_id("srvtoolu")
        query = orjson.dumps({"query": "; ".join(map(str, self._grounding["webSearchQueries"]))}).decode()
        start = {"type": "server_tool_use", "id": tool_id, "name": "web_search", "input": {}}
        yield from writer.block(start, (InputJsonDelta(0, query),))
        pages = [chunk["web"] for chunk in self._grounding.get("groundingChunks") or () if chunk.get("web")]
        results = [_result(page) for page in pages if self._admits(page)]
        yield from writer.block({"type": "web_search_tool_result", "tool_use_id": tool_id, "content": results})

    def _admits(self, page: Mapping[str, Any]) -> bool:
        """Whether a page may be shown. Its title is its site's name; its uri may be a redirect of Google's."""
        host = str(page.get("uri") or "").partition("://")[2].partition("/")[0]
        names = (str(page.get("title") or ""), str(page.get("domain") or ""), host)
        if self._allowed and not any(_is_within(name, self._allowed) for name in names):
            return False
        return not any(_is_within(name, self._blocked) for name in names)


def _sites(searches: Sequence[Tool], member: str) -> list[str]:
    return [str(site) for tool in searches for site in tool.get(member) or ()]


def _is_within(name: str, sites: Sequence[str]) -> bool:
    bare = name.lower().removeprefix("www.")
    wanted = [site.lower().removeprefix("www.").partition("/")[0] for site in sites]
    return any(bare == site or bare.endswith(f".{site}") for site in wanted)


def _result(page: Mapping[str, Any]) -> dict[str, Any]:
    uri = str(page.get("uri") or "")
    return {
        "type": "web_search_result",
        "title": str(page.get("title") or uri),
        "url": uri,
        "encrypted_content": urlsafe_b64encode(uri.encode()).decode(),
        "page_age": None,
    }
