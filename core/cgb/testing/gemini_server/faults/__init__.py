"""The ways an answer can go wrong, by name, as `{"fault": {"kind": name, "at": place, …}}` in a script.

`at` is a place of `PLACES`; without it, `after` says how many frames stay. Other options belong to the fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cgb.testing.gemini_server.errors import GoogleError
from cgb.testing.gemini_server.faults import connection, contents, finishes, spelling, statuses
from cgb.testing.gemini_server.faults.fault import PLAIN, STREAMED, Fault
from cgb.testing.gemini_server.faults.places import PLACES, Options

if TYPE_CHECKING:
    from cgb.testing.gemini_server.faults.events import Event, Frame

FAULTS: dict[str, Fault] = {
    fault.name: fault for module in (statuses, connection, finishes, contents, spelling) for fault in module.FAULTS
}


def named(options: Options) -> Fault:
    """The fault a script's options name.

    Raises:
        GoogleError: 400, when there is none of this name.
    """
    kind = str(options.get("kind"))
    if kind not in FAULTS:
        raise GoogleError(400, f"The script names an unknown fault {kind!r}; known are {', '.join(FAULTS)}.")
    return FAULTS[kind]


def apply(good: list[Frame], options: Options | None, form: str = STREAMED) -> list[Event]:
    """The events of an answer after its fault, if it has one."""
    return list(good) if options is None else named(options).apply(good, options, form)


__all__ = ["FAULTS", "PLACES", "PLAIN", "STREAMED", "Fault", "apply", "named"]
