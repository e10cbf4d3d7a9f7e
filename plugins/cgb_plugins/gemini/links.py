"""The images and documents that a request only links to, fetched and put in their place."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping

from cgb import (
    Block,
    Context,
    DocumentBlock,
    ImageBlock,
    InvalidRequest,
    MessageParam,
    MessagesRequest,
    TextBlock,
    ToolResultBlock,
)

from .fetch import Fetched, Fetcher

_KINDS = frozenset({ImageBlock, DocumentBlock})
_KEPT = 64
_KEPT_CHARACTERS = 128 * 1024 * 1024


class Links:
    """Fetches links and keeps the newest: a conversation repeats its links each turn, and must stay the same."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._known: OrderedDict[str, Fetched | str] = OrderedDict()

    async def fetched(self, request: MessagesRequest, ctx: Context) -> MessagesRequest:
        """The request with what its links lead to; one that cannot be read becomes words that say why."""
        urls = set(map(_url, _files(request.messages))) - {""}
        if not urls:
            return request
        listed = sorted(urls)
        files = dict(zip(listed, await asyncio.gather(*(self._fetch(url, ctx) for url in listed)), strict=True))
        messages = tuple(
            message.with_(content=tuple(_placed(block, files) for block in message.blocks))
            if any(map(_url, _files((message,))))
            else message
            for message in request.messages
        )
        return request.with_(messages=messages)

    async def _fetch(self, url: str, ctx: Context) -> Fetched | str:
        """What an address gave, or why it gave nothing."""
        if url in self._known:
            self._known.move_to_end(url)
            return self._known[url]
        found: Fetched | str
        try:
            found = await self._fetcher.fetch(url)
        except InvalidRequest as error:
            ctx.note("as_text", error.message)
            found = error.message
        self._known[url] = found
        while len(self._known) > _KEPT or sum(map(_size, self._known.values())) > _KEPT_CHARACTERS:
            self._known.popitem(last=False)
        return found


def _size(found: Fetched | str) -> int:
    return len(found) if isinstance(found, str) else len(found.data)


def _placed(block: Block, files: Mapping[str, Fetched | str]) -> Block:
    """A block with the file that it links to; or words that say why there is none."""
    if isinstance(block, ToolResultBlock) and not isinstance(block.content, str):
        return block.with_(content=tuple(_placed(inner, files) for inner in block.blocks))
    url = _url(block)
    if not url:
        return block
    match files[url]:
        case str(why):
            return TextBlock(text=f"[a linked {block.type} could not be read: {why}]")
        case Fetched(kind, data):
            # `block` is an image or a document: only those have a url.
            return block.with_(source={"type": "base64", "media_type": kind, "data": data})


def _files(messages: Iterable[MessageParam]) -> Iterator[Block]:
    """The images and documents in them, also those in tool results."""
    for message in messages:
        content = message.content
        for block in () if isinstance(content, str) else content:
            if type(block) in _KINDS:
                yield block
            elif type(block) is ToolResultBlock and not isinstance(block.content, str):
                yield from (inner for inner in block.content or () if type(inner) in _KINDS)


def _url(block: Block) -> str:
    """The address that a block only links to; "" for all others."""
    linked = isinstance(block, ImageBlock | DocumentBlock) and block.source.get("type") == "url"
    return str(block.get("source", {}).get("url") or "") if linked else ""
