"""Long answers of Gemini 4 in several hops: the token carries all that the next hop needs."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import asdict, replace
from hashlib import sha256
from typing import TYPE_CHECKING

import orjson

from cgb.testing.gemini_server.calls import Violation
from cgb.testing.gemini_server.errors import GoogleError
from cgb.testing.gemini_server.scripts import Step

if TYPE_CHECKING:
    from cgb.testing.gemini_server.request import Request

TOKEN = "continuationToken"  # noqa: S105 - the name of a member
UNKNOWN = "Invalid continuation token."
CHANGED = "The continuation token belongs to another request."
UNSUPPORTED = "Continuation is not supported for models/{}."


def resumed(request: Request) -> tuple[Step, int] | None:
    """The step that goes on with this request, and which hop it is; None for a request that begins."""
    token = request.body.get(TOKEN)
    if token is None:
        return None
    if not request.model.unified:
        raise _refused(UNSUPPORTED.format(request.model.name))
    try:
        packed = orjson.loads(b64decode(token))
        step, hop, digest = Step.read(packed["step"]), int(packed["hop"]), packed["digest"]
    except (ValueError, TypeError, KeyError):
        raise _refused(UNKNOWN) from None
    if digest != _digest(request):
        raise _refused(CHANGED)
    return step, hop


def hop_of(request: Request, step: Step, hop: int) -> tuple[Step, str]:
    """What of a step one hop says, and the token for the next; "" for the last."""
    number = step.hops if request.model.unified and step.finish == "STOP" else 1
    if number <= 1:
        return step, ""
    edges = [round(index * len(step.text) / number) for index in range(number + 1)]
    said = replace(step, text=step.text[edges[hop] : edges[hop + 1]], thoughts="" if hop else step.thoughts)
    if hop + 1 == number:
        return said, ""
    packed = orjson.dumps({"step": asdict(step), "hop": hop + 1, "digest": _digest(request)})
    return replace(said, calls=(), finish="CONTINUATION"), b64encode(packed).decode()


def _digest(request: Request) -> str:
    """What tells one request from another, whichever hop it asks for."""
    same = {name: value for name, value in request.body.items() if name != TOKEN}
    return sha256(orjson.dumps([request.model.name, same], option=orjson.OPT_SORT_KEYS)).hexdigest()


def _refused(text: str) -> GoogleError:
    return GoogleError(400, text, violations=[Violation("continuation-token", "continuation_token", text)])
