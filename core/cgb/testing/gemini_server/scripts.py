"""Scripted answers: what a step is, and where a request's step comes from."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cgb.testing.gemini_server.errors import GoogleError
from cgb.testing.gemini_server.request import holds
from cgb.testing.gemini_server.resuming import ROUNDS, rest
from cgb.testing.gemini_server.turn_rules import is_model

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cgb.testing.gemini_server.calls import Json
    from cgb.testing.gemini_server.request import Request

HEADER = "x-simulated-gemini"
DIRECTIVE = re.compile(r"^[ \t]*@gemini\s+(?=[\[{])", re.MULTILINE)
LAST = "${last}"


@dataclass(frozen=True, slots=True)
class Step:
    """One scripted answer.

    `chunks` is into how many pieces the text goes, `delay` the seconds before each of them, `thinking` may be
    "heavy", `fault` names one of the faults with its options, and `force` keeps the step for requests that
    look like somebody else's (see `fits`). `parts` are said instead of thoughts, text and calls, each in a frame of
    its own and with a signature where it says `"sign": true`; `hops` is how many requests a long answer of Gemini 4
    takes. A request that ends with the beginning of the text and a user's note gets the rest, unless `continues` is
    false; the rest begins `overlap` characters earlier, or with `restart` from the start.
    """

    text: str = ""
    thoughts: str = ""
    calls: Sequence[Json] = ()
    finish: str = "STOP"
    finish_message: str = ""
    chunks: int = 0
    delay: float = 0.0
    thinking: str = ""
    fault: Mapping[str, Any] | None = None
    grounding: Mapping[str, Any] | None = None
    force: bool = False
    parts: Sequence[Json] = ()
    hops: int = 1
    continues: bool = True
    overlap: int = 0
    restart: bool = False

    @classmethod
    def read(cls, step: Step | Mapping[str, Any]) -> Step:
        """A step from its JSON form; a misspelt key is an error."""
        if isinstance(step, Step):
            return step
        known = {("finish_message" if key == "finishMessage" else key): step[key] for key in step}
        return cls(**known)

    def fits(self, request: Request) -> bool:
        """Whether the step can be meant for this request.

        Clients send the same prompt along in side requests (a title, a summary) that cannot run the script.
        """
        if self.force:
            return True
        names = {call.get("name") for call in self.calls}
        names |= {part["functionCall"].get("name") for part in self.parts if "functionCall" in part}
        return not request.json_mode and (not names or bool(names & request.functions.keys()))


def read_all(value: Any) -> list[Step]:
    """The steps of a script, given as one JSON object or a list of them."""
    try:
        return [Step.read(item) for item in (value if isinstance(value, list) else [value])]
    except TypeError as error:
        raise GoogleError(400, f"A step of the script is wrong: {error}") from error


def scripted(request: Request, header: str | None, *, broke: bool = False) -> Step | None:
    """The step a request brings with it, or the rest of one: in a header, else in its newest directive.

    `broke` is whether the answer before this request is known to have broken off.
    """
    if header is not None:
        steps, start = read_all(_header(header)), 0
    else:
        found = next(_directives(request.contents), None)
        if found is None:
            return None
        steps, start = found
    single = header is not None and len(steps) == 1
    done = 0 if single else sum(is_model(content) for content in request.contents[start:])
    step = _begun(steps, done, request, single=single, broke=broke)
    step = step or (fill(steps[done], request) if done < len(steps) else Step("Done."))
    return step if step.fits(request) else None


def _begun(steps: list[Step], done: int, request: Request, *, single: bool, broke: bool) -> Step | None:
    """The rest of the step that the conversation ends in the middle of; a fault of its own came true already."""
    for rounds in ROUNDS:
        index = 0 if single else done - rounds
        begun = fill(steps[index], request) if 0 <= index < len(steps) else None
        found = rest(begun, request.contents, broke=broke) if begun else None
        if found is not None and (single or found[1] == rounds):
            return replace(found[0], fault=None)
    return None


def _header(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise GoogleError(400, f"The header {HEADER} is not JSON: {error}") from error


def _directives(contents: list[Json]) -> Iterator[tuple[list[Step], int]]:
    for index in range(len(contents) - 1, -1, -1):
        if not is_model(contents[index]):
            for text in reversed(holds(contents[index], "text")):
                match = DIRECTIVE.search(text)
                if match is not None:
                    yield read_all(_directive(text, match.end())), index


def _directive(text: str, start: int) -> Any:
    try:
        return json.JSONDecoder().raw_decode(text, start)[0]
    except ValueError as error:
        raise GoogleError(400, f"The @gemini directive is not JSON: {error}") from error


def fill(step: Step, request: Request) -> Step:
    """Put the newest tool result where the script says `${last}`."""
    if LAST not in step.text:
        return step
    return replace(step, text=step.text.replace(LAST, last_result(request.contents)))


def last_result(contents: list[Json]) -> str:
    """What the newest tool result says, as text."""
    responses = [item for content in contents for item in holds(content, "functionResponse")]
    if not responses:
        return ""
    response = responses[-1].get("response", {})
    for name in ("output", "result", "error"):
        if isinstance(response.get(name), str):
            return str(response[name])
    return json.dumps(response, ensure_ascii=False)
