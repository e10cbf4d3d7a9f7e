"""The grammar of turns: which content may follow which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cgb.testing.gemini_server.request import holds

if TYPE_CHECKING:
    from cgb.testing.gemini_server.calls import Json
    from cgb.testing.gemini_server.findings import Findings
    from cgb.testing.gemini_server.request import Request

CALL_TURN = (
    "Please ensure that function call turn comes immediately after a user turn or after a function response turn."
)
COUNT = (
    "Please ensure that the number of function response parts is equal to the number of function call parts "
    "of the function call turn."
)
RESPONSE_TURN = "Please ensure that function response turn comes immediately after a function call turn."
SINGLE = "Please ensure that single turn requests end with a user role or the role field is empty."
MULTI = "Please ensure that multiturn requests end with a user role or a function response."
NAMES = "Please ensure that the function response names match the function call names of the function call turn."
IDS = "Please ensure that the function response ids match the function call ids of the function call turn."


def is_model(content: Json) -> bool:
    """Whether a content is the model's."""
    return content.get("role") == "model"


def check(request: Request, found: Findings) -> None:
    """All turns of a request."""
    contents = request.contents
    for index, content in enumerate(contents):
        before = contents[index - 1] if index else None
        after = contents[index + 1] if index + 1 < len(contents) else None
        if is_model(content):
            _model_turn(content, before, after, f"contents[{index}]", found)
        else:
            _user_turn(content, before, f"contents[{index}]", found)
    if contents and is_model(contents[-1]):
        text = SINGLE if len(contents) == 1 else MULTI
        found.add("prefill", f"contents[{len(contents) - 1}]", text)


def _model_turn(content: Json, before: Json | None, after: Json | None, path: str, found: Findings) -> None:
    if holds(content, "functionResponse"):
        found.add("response-turn", path, RESPONSE_TURN)
    calls = holds(content, "functionCall")
    if not calls:
        return
    if before is None or is_model(before):
        found.add("call-turn", path, CALL_TURN)
    responses = holds(after, "functionResponse") if after is not None else []
    if len(responses) != len(calls):
        found.add("response-count", path, COUNT)
    else:
        _pairing(calls, responses, path, found)


def _pairing(calls: list[Json], responses: list[Json], path: str, found: Findings) -> None:
    def listed(items: list[Json], name: str) -> list[str]:
        return sorted(str(item.get(name, "")) for item in items)

    if listed(calls, "name") != listed(responses, "name"):
        found.add("response-names", path, NAMES)
    # The documentation: "always return this exact id in your FunctionResponse".
    if listed(calls, "id") != listed(responses, "id"):
        found.add("response-ids", path, IDS)


def _user_turn(content: Json, before: Json | None, path: str, found: Findings) -> None:
    if holds(content, "functionCall"):
        found.add("call-turn", path, CALL_TURN)
    after_calls = before is not None and is_model(before) and bool(holds(before, "functionCall"))
    if holds(content, "functionResponse") and not after_calls:
        found.add("response-turn", path, RESPONSE_TURN)
