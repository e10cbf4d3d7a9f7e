"""What a provider must be told again next turn, carried in the id of a tool_use.

Clients send ids back unchanged, also after a restart, to another worker or in a resumed session,
where nothing that the bridge remembered would be left. Claude Code returns ids of 30,000 characters;
the alphabet is that of Anthropic's own ids, `^[a-zA-Z0-9_-]+$`.
"""

from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

_MARK = "_cgb1_"


@dataclass(frozen=True, slots=True)
class Carried:
    """What came back: the provider's signature of a part, and small facts about it."""

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
    return tool_id + _MARK + urlsafe_b64encode(payload).decode().rstrip("=")


def carried(tool_id: str) -> Carried | None:
    """What `carry` put into an id; None where it is somebody else's id or was damaged."""
    _, mark, text = tool_id.partition(_MARK)
    if not mark:
        return None
    try:
        packed, _, raw = urlsafe_b64decode(text + "=" * (-len(text) % 4)).partition(b"\0")
        facts = orjson.loads(packed)
    except ValueError:
        return None
    if not isinstance(facts, dict):
        return None
    signature = str(facts.pop("signature", "")) or b64encode(raw).decode()
    return Carried(signature, facts)


def without_carried(tool_id: str) -> str:
    """The id as it was before `carry`."""
    return tool_id.partition(_MARK)[0]


def _raw(signature: str) -> bytes | None:
    """A base64 signature's bytes, if they give exactly that text again."""
    try:
        raw = b64decode(signature, validate=True)
    except ValueError:
        return None
    return raw if b64encode(raw).decode() == signature else None
