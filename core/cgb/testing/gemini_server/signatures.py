"""Thought signatures: minted without a store, so that a replayed one proves which part it belongs to."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from cgb.testing.gemini_server.request import holds
from cgb.testing.gemini_server.turn_rules import is_model

if TYPE_CHECKING:
    from cgb.testing.gemini_server.calls import Json
    from cgb.testing.gemini_server.findings import Findings
    from cgb.testing.gemini_server.request import Request

# No secret: anybody may mint. It has to be the same after a restart.
KEY = b"simulated gemini, not a real secret"
NONCE = 12
DUMMIES = ("skip_thought_signature_validator", "context_engineering_is_the_way_to_go")
CORRUPTED = "Corrupted thought signature."


def mint(kind: str, name: str = "", identity: str = "") -> str:
    """A signature for one part: `kind` is "call", "text" or "thought"."""
    nonce = secrets.token_bytes(NONCE)
    return base64.b64encode(nonce + _digest(nonce, kind, name, identity)).decode()


def _digest(nonce: bytes, kind: str, name: str, identity: str) -> bytes:
    message = nonce + f"{kind}\0{name}\0{identity}".encode()
    return hmac.new(KEY, message, hashlib.sha256).digest()


def _decode(signature: str) -> bytes:
    plain = signature.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def is_dummy(signature: str) -> bool:
    """Whether it is one of the two documented stand-ins, raw or base64."""
    return signature in DUMMIES or _decode(signature) in {dummy.encode() for dummy in DUMMIES}


def belongs(signature: str, part: Json) -> bool:
    """Whether a signature was minted for the part it sits on."""
    decoded = _decode(signature)
    call = part.get("functionCall", {})
    expected = _digest(decoded[:NONCE], kind_of(part), call.get("name", ""), call.get("id", ""))
    return hmac.compare_digest(expected, decoded[NONCE:])


def kind_of(part: Json) -> str:
    """The kind of part a signature is bound to."""
    if "functionCall" in part:
        return "call"
    if part.get("thought"):
        return "thought"
    return "text" if "text" in part else "other"


def count_dummies(body: Json) -> int:
    """How many stand-ins a request carries."""
    parts = [part for content in body.get("contents", ()) for part in content.get("parts", ())]
    return sum(is_dummy(part.get("thoughtSignature", "")) for part in parts)


def check(request: Request, found: Findings) -> None:
    """Every signature sits where it was minted, and none is missing that must be there."""
    for path, content, part in request.parts():
        signature = part.get("thoughtSignature", "")
        if signature and not _allowed(signature, content, part):
            found.add("signature-corrupted", f"{path}.thought_signature", CORRUPTED)
    if request.model.signs:
        _missing(request, found)


def _allowed(signature: str, content: Json, part: Json) -> bool:
    if not is_model(content) or "functionResponse" in part:
        return False
    return is_dummy(signature) or belongs(signature, part)


def current_turn(contents: list[Json]) -> int:
    """The index after the last user content that has anything but function responses."""
    for index in range(len(contents) - 1, -1, -1):
        content = contents[index]
        if not is_model(content) and any("functionResponse" not in part for part in content.get("parts", ())):
            return index + 1
    return 0


def _missing(request: Request, found: Findings) -> None:
    contents = request.contents
    for index in range(current_turn(contents), len(contents)):
        if is_model(contents[index]) and holds(contents[index], "functionCall"):
            first = next(part for part in contents[index]["parts"] if "functionCall" in part)
            if not first.get("thoughtSignature"):
                _report(first["functionCall"], index, found)


def _report(call: Json, index: int, found: Findings) -> None:
    text = (
        "Function call is missing a thought_signature in functionCall parts. This is required for tools to "
        "work correctly, and missing thought_signature may lead to degraded model performance. Additional "
        f"data, function call `default_api:{call.get('name', '')}` , position {index + 1}. Please refer to "
        "https://ai.google.dev/gemini-api/docs/thought-signatures for more details."
    )
    found.add("signature-missing", f"contents[{index}]", text)
