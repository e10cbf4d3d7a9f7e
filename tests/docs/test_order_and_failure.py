"""Whatever a plugin does wrong, the client gets the answer or an honest error, and the log says whose fault it is."""

import gc
import re
from pathlib import Path

import pytest

from .plugin_faults.faults import FAULTS, Kind
from .plugin_faults.page import INTRODUCTION, page
from .plugin_faults.served import BROKEN, seen

PAGE = Path(__file__).parents[2] / "docs/order-and-failure.md"
BLOCKS = re.findall(r"```python\n(.*?)```", INTRODUCTION, re.DOTALL)


# What will not be closed is left to the garbage collector, which cannot close it either.
_UNCLOSED = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.mark.parametrize(
    "fault",
    [pytest.param(one, id=one.name, marks=_UNCLOSED if one.kind is Kind.LEFT else ()) for one in FAULTS],
)
async def test_what_comes_of_it_is_what_is_written_down(fault):
    found = await seen(fault)
    if fault.kind is Kind.LEFT:
        gc.collect()
    name = fault.name.replace("_", "-")
    named = f"plugin {name!r} ({fault.name}.py)"
    said = f"cgb's {named} is at fault: {fault.says}." if fault.is_blamed else fault.says
    error = f"{fault.status} {fault.type}: {said}"
    match fault.kind:
        case Kind.WHOLE | Kind.STOP:
            assert (found.streamed, found.plain) == ("Hello.", "Hello.")
        case Kind.ERROR:
            assert (found.streamed, found.plain) == (error, error)
        case Kind.EVENT:
            assert (found.streamed, found.plain) == (error.replace(f"{fault.status} ", "200 ", 1), error)
        case Kind.SILENT:
            assert found.streamed.count("event: ping") == 2
        case Kind.START:
            assert found.start == f"{named}: {fault.says}."
            return
    if fault.is_blamed and fault.kind in {Kind.ERROR, Kind.EVENT}:
        assert sum(found.health["errors"].values()) == 2  # it was asked twice
    whose = "" if fault.logged.startswith("an answer") or not fault.logged else f"{named} "
    assert whose + fault.logged in found.log


def test_every_broken_plugin_is_written_down():
    assert {path.stem for path in BROKEN.glob("*.py")} - {"good", "transport_missing_raises"} == {
        fault.name for fault in FAULTS
    }


def test_the_page_is_the_generated_one():
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("block", BLOCKS)
def test_what_the_page_shows_works(block):
    exec(block, {"__name__": "shown"})
