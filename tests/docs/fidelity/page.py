"""The page itself: the run, its rows as groups, and the groups as tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache

import orjson

from cgb.sse import PING, Frames

from . import answers, asked, carried, cases, google, reasons, requests, sdk, sent
from .bridge import Bridge, Outcome, run
from .fates import DROPPED, MAPPED, VERDICTS, Fate

INTRODUCTION = """\
# What becomes of every field

This page is made by a test run. Every field that the `anthropic` SDK, Google's protos or google-genai know is sent
through the bundled plugins with several values and, where it may be left out, without; the verdict is what was seen to
change on the other side. The strict simulated Gemini has checked every request, all but the signatures, which are made
up.

- **lossless**: the value arrives as it is, in a field of its own or as a text of its own.
- **mapped**: what arrives in the named fields depends on it.
- **as text**: it arrives inside a text that the other side reads.
- **refused**: the client is told why the request cannot be sent.
- **dropped**: nothing depends on it, for the reason that stands there.

*(itself)* stands for an object as such, and "noted" for a note in the log, the metrics and `cgb explain`. Where models
differ, `2.5`, `3` and `4` are generations of Gemini; objects that all take alike are asked of `3` only. An object that
may stand in many places has its fields listed once, and links lead to a stand-in. What the HTTP server does stands
behind no probe: the probes begin where it hands a request on. Listed too are fields that only clients' contracts name:
`safeguards`, `temperature`, `top_p`, `top_k`, `output_config` of a message, `continuationToken` of a candidate,
`serviceTier` in usage, and the event `ping`. What the transport `litellm` carries less stands at the
end.

To make it again: `uv run python -m tests.docs.fidelity > docs/fidelity.md`. A test compares, fails when an SDK knows a
name that is not here, and fails when something is dropped without a reason.
"""

ITSELF = "*(itself)*"


@dataclass
class Section:
    """A table: its rows are groups of fields that share their object and their fate."""

    title: str
    head: str
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    """An object's name, a field's, and what becomes of it."""

    def markdown(self) -> str:
        """The table: fields of one object with the same fate in one row, and objects of the same fields too."""
        by_owner: dict[str, dict[str, list[str]]] = {}
        for owner, name, cell in self.rows:
            by_owner.setdefault(owner, {}).setdefault(cell, []).append(name)
        grouped: dict[tuple[tuple[str, ...], str], list[str]] = {}
        for owner, cells in by_owner.items():
            for cell, names in cells.items():
                grouped.setdefault((tuple(names), cell), []).append(owner)
        lines = [f"| {_code(owners)} | {_code(names)} | {cell} |" for (names, cell), owners in grouped.items()]
        return "\n".join([f"## {self.title}", "", self.head, "|---|---|---|", *lines, ""])


@dataclass(frozen=True)
class Run:
    """All that the run found."""

    rows: list[requests.Row]
    positions: dict[tuple[str, str], tuple[Fate, ...]]
    answers: list[answers.Row]
    finishes: dict[str, tuple[str, str, str]]
    blocks: dict[str, str]
    cases: dict[str, tuple[Fate, ...]]
    outcomes: list[Outcome]


@cache
def found() -> Run:
    """The run."""

    async def job(bridge: Bridge) -> Run:
        asker, reader = requests.Asker(bridge), answers.Reader(bridge)
        await requests.scenes(asker)
        await answers.scenes(reader)
        return Run(
            await requests.rows(asker),
            await requests.positions(asker),
            await answers.rows(reader),
            await answers.finishes(reader),
            await answers.blocks(reader),
            await cases.found(asker, reader),
            [*asker.outcomes, *(outcome for _, outcome in reader.sent)],
        )

    return run(job)


class Reasons:
    """Finds the reason for what is dropped, and remembers which were used."""

    def __init__(self, known: reasons.Reasons) -> None:
        self._known = known
        self.missing: list[str] = []
        self.used: set[str] = set()

    def why(self, place: str) -> str:
        """The reason for a dropped field."""
        pattern = next((one for one in self._known if fnmatchcase(place, one)), None)
        if pattern is None:
            self.missing.append(place)
            return "?"
        self.used.add(pattern)
        return self._known[pattern]

    @property
    def unused(self) -> set[str]:
        """Reasons for what is not dropped."""
        return set(self._known) - self.used


WHY = {
    "request": Reasons(reasons.REQUEST),
    "answer": Reasons(reasons.ANSWER),
    "sent": Reasons(reasons.SENT),
    "stop": Reasons(reasons.STOP_REASONS),
    "asked": Reasons(reasons.ASKED),
}


def page() -> str:
    """The whole page."""
    tables = [section.markdown() for section in sections()]
    whole = [INTRODUCTION, _counts(), *tables[:1], _positions(), *tables[1:], _cases(), _ends(), carried.section()]
    return "\n".join(whole)


@cache
def sections() -> tuple[Section, ...]:
    """The tables of fields."""
    return (*_requests(), _answers(), _sent(), _asked())


def _counts() -> str:
    fates = [row.fates[-1].verdict for row in found().rows], [row.fate.verdict for row in found().answers]
    # One verdict a field: where generations differ, the newest one's.
    lines = [
        f"| {title} | {' | '.join(str(verdicts.count(one)) for one in VERDICTS)} |"
        for title, verdicts in zip(
            ("fields of requests, newest model", "fields of Gemini's answers"), fates, strict=True
        )
    ]
    return "\n".join([f"| | {' | '.join(VERDICTS)} |", "|---" * (len(VERDICTS) + 1) + "|", *lines, ""])


# The way there

_PARTS = ("The request", "Content blocks", "Tools", "Objects inside")


def _requests() -> list[Section]:
    head = "| object | fields | on Gemini |"
    made = {title: Section(f"Requests: {title.lower()}", head) for title in _PARTS}
    for row in found().rows:
        name = ITSELF if row.name == "type" else row.name
        made[_part(row.owner)].rows.append((shown(row.owner), name, _cell(row)))
    return list(made.values())


def _part(owner: str) -> str:
    if owner in sdk.blocks().values():
        return "Content blocks"
    if owner == sdk.ROOT or owner.startswith(("Thinking", "ToolChoice")) or owner in _SETTINGS:
        return "The request"
    return "Tools" if _is_tool(owner) else "Objects inside"


_SETTINGS = ("Metadata", "OutputConfig", "JSONOutputFormat", "UserMessage", "AssistantMessage", "SystemMessage")


def _is_tool(owner: str) -> bool:
    listed = sdk.shapes()[sdk.ROOT].members["tools"]
    return owner in {sdk.bare(kind) for kind, _ in sdk.objects(listed)}


def shown(owner: str) -> str:
    """An object's name on the page: its `type` where that is what clients write."""
    shape = sdk.shapes()[owner]
    return shape.tag if shape.tag and _part(owner) in {"Content blocks", "Tools"} else owner


def _cell(row: requests.Row) -> str:
    return _by_generation(row.fates, f"{row.owner}.{row.name}")


def _by_generation(fates: Sequence[Fate], place: str) -> str:
    """What becomes of something, once where all generations agree."""
    told = [_told(fate, place, WHY["request"]) for fate in fates]
    if len(set(told)) == 1:
        return told[0]
    by_fate: dict[str, list[str]] = {}
    for generation, text in zip(requests.MODELS, told, strict=True):
        by_fate.setdefault(text, []).append(generation)
    return "; ".join(f"{', '.join(generations)}: {text}" for text, generations in by_fate.items())


def _told(fate: Fate, place: str, why: Reasons) -> str:
    noted = " (noted)" if fate.notes else ""
    match fate.verdict:
        case "dropped":
            told = ", but words say that it was there" if fate.places else ""
            return f"dropped{told}{noted}, because {why.why(place)}"
        case "refused":
            return f"refused: “{fate.why.partition('.')[0]}”"
        case _:
            places = ", ".join(one if "`" in one or " " in one else f"`{one}`" for one in fate.places)
            return f"{fate.verdict}: {places}{noted}"


def _positions() -> str:
    """The matrix of blocks and places."""
    places = list(requests.POSITIONS)
    lines = ["## Requests: each block in each place", "", f"| block | {' | '.join(places)} |", "|---" * 6 + "|"]
    lines += [
        f"| `{tag}` | {' | '.join(_place(found().positions[tag, place]) for place in places)} |" for tag in sdk.blocks()
    ]
    note = (
        "`system` takes text only, as the SDK says; what else stands there is dropped. A model's turn takes no files, "
        "so that one there becomes a note in words."
    )
    return "\n".join([*lines, "", note, ""])


def _place(fates: Sequence[Fate]) -> str:
    told = [_briefly(one) for one in fates]
    if len(set(told)) == 1:
        return told[0]
    return "; ".join(f"{name}: {text}" for name, text in zip(requests.MODELS, told, strict=True))


def _briefly(fate: Fate) -> str:
    if fate.verdict == MAPPED:
        return f"{MAPPED}: `{fate.places[0]}`"
    return f"{fate.verdict}, but words say so" if fate.verdict == DROPPED and fate.places else fate.verdict


# The way back


def _answers() -> Section:
    section = Section("Gemini's answers", "| message | fields | for the client |")
    for row in found().answers:
        section.rows.append((row.owner, row.name, _told(row.fate, f"{row.owner}.{row.name}", WHY["answer"])))
    return section


def _sent() -> Section:
    section = Section("What clients are sent", "| object | fields | |")
    said = sent.said(event for outcome in found().outcomes for event in outcome.events)
    for kind in sent.kinds().values():
        for name in kind.fields:
            is_said = (kind.name, name) in said
            cell = "sent" if is_said else f"never, because {WHY['sent'].why(f'{kind.name}.{name}')}"
            section.rows.append((kind.name, name, cell))
    return section


def _asked() -> Section:
    section = Section("What Gemini is asked", "| message | fields | |")
    bodies = [body for one in found().outcomes if one.seen for body in (one.seen["request"], *one.seen["hop"])]
    used = asked.used(bodies)
    for message in google.request().values():
        for name in message.fields:
            section.rows.append((message.name, name, _use(message.name, name, used)))
    return section


def _use(owner: str, name: str, used: set[tuple[str, str]]) -> str:
    if (owner, name) not in used:
        return f"not set, because {WHY['asked'].why(f'{owner}.{name}')}"
    sources = asked.sources(found().rows, name)[:2]
    return f"set, from {_code(sources)}" if sources else "set by the bridge"


def _cases() -> str:
    lines = ["## Cases", "", "| case | |", "|---|---|"]
    lines += [f"| {label} | {_by_generation(fates, f'case.{label}')} |" for label, fates in found().cases.items()]
    return "\n".join([*lines, ""])


def _ends() -> str:
    """How answers end."""
    lines = [
        "## How answers end",
        "",
        "| finishReason | after words | after a call | after nothing |",
        "|---" * 4 + "|",
    ]
    lines += [f"| `{reason}` | {' | '.join(ends)} |" for reason, ends in found().finishes.items()]
    lines += ["", "| blockReason | |", "|---|---|"]
    lines += [f"| `{reason}` | {end} |" for reason, end in found().blocks.items()]
    lines += [
        "",
        "“Unusable” is an error of that kind, which `stream-repair` sets right ([failures.md](failures.md)).",
        "Recitation and “other” end in a refusal where that does not help.",
        "",
        "| stop_reason | |",
        "|---|---|",
    ]
    given = {event["delta"].get("stop_reason") for one in found().outcomes for event in one.events if "delta" in event}
    lines += [
        f"| `{reason}` | {'sent' if reason in given else 'never, because ' + WHY['stop'].why(reason)} |"
        for reason in sent.stop_reasons()
    ]
    lines += ["", f"In the pauses of a stream the server sends `{orjson.loads(next(Frames().feed(PING)))['type']}`."]
    return "\n".join([*lines, ""])


def _code(names: Iterable[str]) -> str:
    return ", ".join(name if name == ITSELF else f"`{name}`" for name in names)
