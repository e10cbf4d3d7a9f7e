"""The page of what becomes of every field is the generated one, and neither a name nor a reason is missing."""

import re
from pathlib import Path

from .fidelity import google, requests, sdk, sent
from .fidelity.fates import DROPPED, VERDICTS
from .fidelity.page import ITSELF, WHY, found, page, sections, shown

PAGE = Path(__file__).parents[2] / "docs/fidelity.md"
_NAME = re.compile(r"`([^`]+)`")


def listed(title: str) -> set[tuple[str, str]]:
    """The fields that the committed page lists in the sections of that title, with the object of each."""
    names = set()
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        if not section.startswith(title) or "| fields |" not in section:
            continue
        for line in section.splitlines()[4:]:
            if line.startswith("| "):
                _, owners, fields, _ = line.split("|", 3)
                names |= {(one, name) for one in _NAME.findall(owners) for name in _names(fields)}
    return names


def _names(cell: str) -> list[str]:
    return [*_NAME.findall(cell), *([ITSELF] if ITSELF in cell else [])]


def test_the_page_is_the_generated_one() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_field_that_the_sdk_knows_of_a_request_is_listed_and_no_other() -> None:
    known = {(one.name, name) for one in sdk.shapes().values() for name in one.members}
    known |= {(owner, name) for owner, given in requests.CONTRACT.items() for name in given}
    assert listed("Requests: ") == {(shown(owner), ITSELF if name == "type" else name) for owner, name in known}


def test_every_block_is_listed_in_every_place() -> None:
    assert set(found().positions) == {(tag, place) for tag in sdk.blocks() for place in requests.POSITIONS}


def test_every_field_that_google_knows_of_an_answer_is_listed_and_no_other() -> None:
    assert listed("Gemini's answers") == {(one.name, name) for one in google.answer().values() for name in one.fields}


def test_every_field_that_google_knows_of_a_request_is_listed_and_no_other() -> None:
    assert listed("What Gemini is asked") == {
        (one.name, name) for one in google.request().values() for name in one.fields
    }


def test_every_field_that_the_sdk_knows_of_an_answer_is_listed_and_no_other() -> None:
    assert listed("What clients are sent") == {(one.name, name) for one in sent.kinds().values() for name in one.fields}


def test_every_verdict_is_given() -> None:
    assert {fate.verdict for row in found().rows for fate in row.fates} == set(VERDICTS)


def test_what_is_dropped_has_a_reason_and_every_reason_is_needed() -> None:
    assert sections()
    page()
    assert {name: why.missing for name, why in WHY.items() if why.missing} == {}
    assert {name: why.unused for name, why in WHY.items() if why.unused} == {}


def test_what_is_sent_to_gemini_is_known_to_google() -> None:
    bodies = [one.seen["request"] for one in found().outcomes if one.seen]
    from .fidelity.asked import unknown

    assert unknown(bodies) == set()


def test_a_field_that_nothing_depends_on_is_dropped() -> None:
    metadata = next(row for row in found().rows if (row.owner, row.name) == ("request", "metadata"))
    assert [fate.verdict for fate in metadata.fates] == [DROPPED] * 3
