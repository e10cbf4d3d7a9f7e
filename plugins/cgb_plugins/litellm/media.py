"""Images, documents and everything else that is not plain text, as parts of a chat message."""

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

import orjson

from cgb import Block, DocumentBlock, ImageBlock, InvalidRequest, TextBlock, ThinkingBlock
from cgb.messages import RedactedThinkingBlock, SearchResultBlock, ServerToolUseBlock, ToolReferenceBlock, block_of

Part: TypeAlias = dict[str, Any]
Note: TypeAlias = Callable[[str, str], None]

_SAME_TYPE = {"image/jpg": "image/jpeg"}


def parts_of(block: Block, media: tuple[str, ...], note: Note) -> Iterator[Part]:
    """A block of the user's, or one inside a tool result, as parts; what the model cannot read becomes words.

    Args:
        block: anything but a tool_use or tool_result.
        media: the MIME types that the model reads.
        note: told what became of a block that is not passed on as it is.
    """
    match block:
        case TextBlock(text=text):
            yield from text_part(text)
        case ImageBlock(source=source):
            yield from _source("image", source, media, note)
        case DocumentBlock(source=source, title=title, context=context):
            yield from text_part("\n".join(filter(None, (title, context))))
            yield from _source("document", source, media, note)
        case SearchResultBlock(source=source, title=title, content=content):
            yield from text_part(f"Search result: {title} ({source})")
            for inner in content:
                yield from parts_of(inner, media, note)
        case ToolReferenceBlock(tool_name=name):
            yield from text_part(f"Tool loaded: {name}")
        case ThinkingBlock() | RedactedThinkingBlock():
            note("dropped", f"a block of type {block.type!r} outside of the model's own turns")
        case ServerToolUseBlock(name=name, input=given):
            yield from text_part(f"[{name} was called with {_json(given)}]")
        case _:
            note("as_text", f"a block of type {block.type!r} reached the model as JSON text")
            wire = block.to_wire()
            yield from text_part(_json({name: value for name, value in wire.items() if name != "cache_control"}))


def text_part(text: str) -> Iterator[Part]:
    """Words, if there are any: an empty part is refused."""
    if text:
        yield {"type": "text", "text": text}


def _source(what: str, source: Mapping[str, Any], media: tuple[str, ...], note: Note) -> Iterator[Part]:
    match source.get("type"):
        case "base64":
            yield from _inline(what, source, media, note)
        case "text":
            yield from text_part(str(source.get("data", "")))
        case "content":
            inner = source.get("content") or ()
            for raw in [{"type": "text", "text": inner}] if isinstance(inner, str) else inner:
                yield from parts_of(block_of(raw), media, note)
        case "url":
            # LiteLLM would fetch it from this machine's network, whatever address it is, for providers that take none.
            note("as_text", f"a linked {what} reached the model as its address")
            yield from text_part(f"[{what}: {source.get('url')}]")
        case "file":
            raise InvalidRequest(
                f"the file id {source.get('file_id')!r} cannot reach this provider, which knows none of Anthropic's. "
                f"Send the {what}'s data (source.type base64) or its address (url)."
            )
        case other:
            note("as_text", f"a {what} with a source of type {other!r} cannot reach the model")
            yield from text_part(f"[{what} that cannot be shown here: {other}]")


def _inline(what: str, source: Mapping[str, Any], media: tuple[str, ...], note: Note) -> Iterator[Part]:
    kind = str(source.get("media_type", "")).lower()
    kind = _SAME_TYPE.get(kind, kind)
    if not any(fnmatchcase(kind, pattern) for pattern in media):
        note("dropped", f"this model does not take {kind}, so it got a note in place of the {what}")
        yield from text_part(f"[{what} of type {kind}, which this model cannot read]")
        return
    data = str(source.get("data", ""))
    url = f"data:{kind};base64,{data.partition(',')[2] if data.startswith('data:') else data}"
    if kind.startswith("image/"):
        yield {"type": "image_url", "image_url": {"url": url}}
    else:
        yield {"type": "file", "file": {"filename": f"document.{kind.rpartition('/')[2]}", "file_data": url}}


def _json(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()
