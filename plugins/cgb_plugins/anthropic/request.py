"""A request as the client sent it, less what cgb put into its history when another provider answered.

What goes: ids that carry something, the field `cgb`, thoughts that the server never signed, empty texts, and web
searches that it never made, which become words. What was always the server's own stays exactly as it is.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from cgb import MessagesRequest
from cgb.messages import CARRY_FIELD, without_carried

Wire = Mapping[str, Any]
Note = Callable[[str, str], None]

_THOUGHTS = {"thinking": "signature", "redacted_thinking": "data"}
"""The blocks of thoughts, and the member of each that proves them."""

_ILLEGAL = re.compile(r"[^a-zA-Z0-9_-]")
_OWN_SEARCH = re.compile(r"srvtoolu_[0-9a-f]{24}")
"""The ids of `new_id`; the server's are base 62."""


def native(request: MessagesRequest, note: Note) -> dict[str, Any]:
    """The request's body without what cgb put into its history."""
    body = request.to_wire()
    before: list[dict[str, Any]] = body["messages"]
    ids = _ids(before)
    cleaned = [_cleaned(message, ids) for message in before]
    if cleaned == before:
        return body
    body["messages"] = [message for message in cleaned if message is not None]
    if _lost_thoughts(before, cleaned) and (body.get("thinking") or {}).get("type") == "enabled":
        note(
            "changed", "thinking is off for this request: another provider made the tool calls that are being answered"
        )
        return _thoughtless(body)
    return body


def _cleaned(message: dict[str, Any], ids: Mapping[str, str]) -> dict[str, Any] | None:
    """A message without what is not the server's; None where nothing is left."""
    content = message.get("content")
    if not isinstance(content, list) or not content:
        return message
    is_answer = message["role"] == "assistant"
    kept = [kept for block in content for kept in (_of_answer(block, ids) if is_answer else _of_client(block, ids))]
    return {**message, "content": kept} if kept else None


def _of_client(block: dict[str, Any], ids: Mapping[str, str]) -> Iterator[Wire]:
    if block.get("type") == "tool_result":
        tool_id = block["tool_use_id"]
        yield {**block, "tool_use_id": ids.get(tool_id) or _plain(tool_id)}
    else:
        yield block


def _of_answer(block: dict[str, Any], ids: Mapping[str, str]) -> Iterator[Wire]:
    block = {name: value for name, value in block.items() if name != CARRY_FIELD}
    match block:
        case {"type": "thinking" | "redacted_thinking" as kind} if _is_foreign(block.get(_THOUGHTS[kind])):
            return
        case {"type": "text", "text": str(text)} if not text.strip():
            return
        case {"type": "text", "citations": list(citations)}:
            yield _cited(block, citations)
        case {"type": "tool_use", "id": str(tool_id)}:
            yield {**block, "id": ids.get(tool_id, tool_id)}
        case {"type": "server_tool_use", "id": str(tool_id)} if _OWN_SEARCH.fullmatch(tool_id):
            yield _words(_asked(block.get("input")))
        case {"type": "web_search_tool_result", "tool_use_id": str(tool_id)} if _OWN_SEARCH.fullmatch(tool_id):
            yield _words(_found(block.get("content")))
        case _:
            yield block


def _is_foreign(proof: Any) -> bool:
    """Whether a thought is not the server's: it bears another's signature, or none."""
    return not proof or (isinstance(proof, str) and without_carried(proof) != proof)


def _ids(messages: Sequence[Wire]) -> dict[str, str]:
    """The calls' ids without what they carry: as different as they were, and of letters that the server takes."""
    every = dict.fromkeys(_calls(messages))
    found = {tool_id: tool_id for tool_id in every if without_carried(tool_id) == tool_id}
    taken = set(found)
    for tool_id in every:
        if tool_id not in found:
            found[tool_id] = _free(_plain(tool_id), taken)
            taken.add(found[tool_id])
    return found


def _calls(messages: Sequence[Wire]) -> Iterator[str]:
    for message in messages:
        content = message.get("content")
        for block in content if isinstance(content, list) and message["role"] == "assistant" else ():
            if block.get("type") == "tool_use" and isinstance(block.get("id"), str):
                yield block["id"]


def _plain(tool_id: str) -> str:
    """An id without what it carries; one that carries nothing stays as it is."""
    bare = without_carried(tool_id)
    return tool_id if bare == tool_id else _ILLEGAL.sub("_", bare) or "toolu"


def _free(tool_id: str, taken: set[str]) -> str:
    free, number = tool_id, 1
    while free in taken:
        number += 1
        free = f"{tool_id}_{number}"
    return free


def _cited(block: dict[str, Any], citations: list[Any]) -> Wire:
    """A text without the sources that another's search found."""
    own = [citation for citation in citations if not _is_foreign_source(citation)]
    if len(own) == len(citations):
        return block
    bare = {name: value for name, value in block.items() if name != "citations"}
    return {**bare, "citations": own} if own else bare


def _is_foreign_source(citation: Any) -> bool:
    """The server's index is encrypted; what stands in its place where another searched is the plain url."""
    match citation:
        case {"type": "web_search_result_location", "url": str(url), "encrypted_index": str(index)}:
            return index == urlsafe_b64encode(url.encode()).decode()
        case _:
            return False


def _words(text: str) -> Wire:
    return {"type": "text", "text": text}


def _asked(given: Any) -> str:
    query = given.get("query") if isinstance(given, dict) else None
    return f"[Searched the web for: {query}]" if query else "[Searched the web]"


def _found(content: Any) -> str:
    results = [result for result in content if isinstance(result, dict)] if isinstance(content, list) else []
    lines = [f"- {result.get('title') or ''}: {result.get('url') or ''}" for result in results]
    return "\n".join(["[Found:", *lines]) + "]" if lines else "[Found nothing]"


def _lost_thoughts(before: Sequence[Wire], cleaned: Sequence[Wire | None]) -> bool:
    """Whether the calls being answered are another provider's, without a thought of the server's before them.

    The server refuses that where thinking has a budget (lbjlaq/Antigravity-Manager#139).
    """
    last = next((place for place in reversed(range(len(before))) if before[place]["role"] == "assistant"), None)
    if last is None or cleaned[last] == before[last]:
        return False
    following = [block for message in before[last + 1 :] for block in _blocks(message)]
    first = next(iter(_blocks(cleaned[last])), {})
    return any(block.get("type") == "tool_result" for block in following) and first.get("type") not in _THOUGHTS


def _blocks(message: Wire | None) -> Sequence[Wire]:
    content = message.get("content") if message else ()
    return content if isinstance(content, list) else ()


def _thoughtless(body: dict[str, Any]) -> dict[str, Any]:
    """The body with thinking off, and without the orders about thoughts, which are refused then."""
    body["thinking"] = {"type": "disabled"}
    management = body.get("context_management")
    if isinstance(management, dict) and isinstance(management.get("edits"), list):
        edits = [edit for edit in management["edits"] if not str(edit.get("type")).startswith("clear_thinking")]
        del body["context_management"]
        if edits:
            body["context_management"] = {**management, "edits": edits}
    return body
