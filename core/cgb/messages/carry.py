"""What a provider must be told again next turn, carried by what the client sends back.

Clients send a tool_use's id back unchanged, also after a restart, to another worker or in a resumed session,
where nothing that the bridge remembered would be left. Claude Code returns ids of 30,000 characters; the
alphabet is that of Anthropic's own ids, `^[a-zA-Z0-9_-]+$`. Whoever shortens ids often keeps unknown fields, so
the same stands in the block's field `cgb`, as what belongs to a text does in the text's. The signature of a
thinking block and the data of a redacted one carry in the same way what belongs to thoughts, and to a text whose
block had begun already.
"""

from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from zlib import crc32

import orjson

from .content import Block, BlockValue, RedactedThinkingBlock, TextBlock, ThinkingBlock, ToolUseBlock

CARRY_FIELD = "cgb"
"""The member of a text or tool_use block in which something is carried."""

_MARK = "_cgb1_"
_LONGEST_REMEMBERED = 8192
"""So that clients who make up long ids do not fill the memory: about 16 MB at most."""
_SUM_LENGTH = 4


@dataclass(frozen=True, slots=True)
class Carried:
    """What came back: the provider's signature of a part, and small facts about it. Shared: not to be changed."""

    signature: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)


def carry(tool_id: str, signature: str = "", **facts: str | int) -> str:
    """The id of a tool_use, with what must come back in it; without any, the id as it is."""
    if not signature and not facts:
        return tool_id
    raw = _raw(signature)
    if raw is None:
        facts = {**facts, "signature": signature}
    payload = orjson.dumps(facts) + b"\0" + (raw or b"")
    return tool_id + _MARK + urlsafe_b64encode(_sum(payload) + payload).decode().rstrip("=")


def carried(tool_id: str) -> Carried | None:
    """What `carry` put into an id; None where it is somebody else's id or was damaged."""
    if _MARK not in tool_id:
        return None
    is_kept = len(tool_id) <= _LONGEST_REMEMBERED and tool_id.isascii()
    return _remembered(tool_id) if is_kept else _unpacked(tool_id)


def _unpacked(tool_id: str) -> Carried | None:
    text = tool_id.partition(_MARK)[2]
    try:
        summed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        payload = summed[_SUM_LENGTH:]
        packed, _, raw = payload.partition(b"\0")
        facts = orjson.loads(packed)
    except ValueError:
        return None
    if summed[:_SUM_LENGTH] != _sum(payload) or not isinstance(facts, dict):
        return None
    signature = str(facts.pop("signature", "")) or b64encode(raw).decode()
    return Carried(signature, facts)


_remembered = lru_cache(maxsize=1024)(_unpacked)
"""Each id is looked at several times a request, and comes again with each request of its conversation."""


def carried_by(block: BlockValue) -> Carried | None:
    """What came back with a block: in its id or field, a thinking's signature, a redacted one's data."""
    if type(block) is TextBlock:
        return _carried_in_field(block)
    if type(block) is ToolUseBlock:
        return carried(block.id) or _carried_in_field(block)
    if type(block) is ThinkingBlock:
        return carried(block.signature)
    return carried(block.data) if type(block) is RedactedThinkingBlock else None


def _carried_in_field(block: BlockValue) -> Carried | None:
    return carried(str(block.get(CARRY_FIELD, ""))) if block.__pydantic_extra__ else None


def in_said_order(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """An assistant message's blocks in the order in which the model said them.

    Clients send tool calls back last; a call that carries `at` stood after that many characters of text.
    """
    every = tuple(blocks)
    places = _places(every)
    if len(places) in (0, len(every)) or _are_in_place(every, [place for place, _ in places]):
        return every
    ordered: list[Block] = []
    written = 0
    for block in every:
        if type(block) is ToolUseBlock:
            continue
        rest = block
        while places and isinstance(rest, TextBlock) and (place := places[0][0]) < written + len(rest.text):
            if place > written:
                ordered.append(rest.with_(text=rest.text[: place - written]))
                # What the text carries is about its beginning.
                rest = TextBlock(text=rest.text[place - written :])
                written = place
            ordered.append(places.pop(0)[1])
        ordered.append(rest)
        written += len(rest.text) if isinstance(rest, TextBlock) else 0
    return (*ordered, *(call for _, call in places))


def _are_in_place(blocks: Iterable[Block], places: Iterable[int]) -> bool:
    """Whether each call stands after as much text as it did: then the client moved nothing."""
    expected = iter(places)
    written = 0
    for block in blocks:
        if type(block) is ToolUseBlock and next(expected) != written:
            return False
        written += len(block.text) if type(block) is TextBlock else 0
    return True


def _places(blocks: Iterable[Block]) -> list[tuple[int, ToolUseBlock]]:
    """Each call, with how much text stood before it; none where one of them does not say."""
    found: list[tuple[int, ToolUseBlock]] = []
    for block in blocks:
        if type(block) is ToolUseBlock:
            memory = carried_by(block)
            place = memory.facts.get("at") if memory else None
            if not isinstance(place, int):
                return []
            found.append((place, block))
    return found


def without_carried(tool_id: str) -> str:
    """The id as it was before `carry`."""
    return tool_id.partition(_MARK)[0]


def _sum(payload: bytes) -> bytes:
    """What shows that a payload came back whole: half a signature would be refused upstream."""
    return crc32(payload).to_bytes(_SUM_LENGTH)


def _raw(signature: str) -> bytes | None:
    """A base64 signature's bytes, if they give exactly that text again."""
    try:
        raw = b64decode(signature, validate=True)
    except ValueError:
        return None
    return raw if b64encode(raw).decode() == signature else None
