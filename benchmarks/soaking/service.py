"""The simulated Gemini of the soak: which faults it has, and what it remembers of each conversation."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from cgb.testing.gemini_server.faults import FAULTS
from cgb.testing.gemini_server.faults.statuses import FAULTS as STATUSES

if TYPE_CHECKING:
    from cgb.testing.gemini_server import Call, SimulatedGemini

NUMBER = re.compile(r"Conversation (\d+)\.")
PASSING = {
    "rate_minute", "rate_bare", "internal", "bad_gateway", "unavailable", "overloaded", "deadline", "request_timeout",
    "cancelled", "http", "html_page", "signature_missing", "signature_corrupted",
}  # fmt: skip
"""Statuses that another try may mend."""
LEAST = 2
REFUSALS = frozenset(fault.name for fault in STATUSES) - PASSING
"""Statuses that would be the same the next time: an error is the only honest answer."""
HASTY = {"internal", "signature_missing", "signature_corrupted", "missing_thought_signature"}
"""Faults whose ladder has one rung."""
SPELT_OUT = {
    "code_execution": "\n```python\nprint(1)\n```\n\n```\n1\n\n```\n",
    "inline_image": "\n[image/png made by the model, which the Messages API cannot carry]\n",
    "unknown_part": '\n{"somethingNew":{"a":1}}\n',
}
"""What the bridge says in words, as the Messages API has no block for it."""
OPEN_ENDED = {"unspecified_reason", "pup_limited_disabled", "unknown_reason"}
"""Ends of which nobody knows what they mean, so that the text before them counts as whole."""
KINDS = sorted(name for name, fault in FAULTS.items() if (fault.breaks or fault.harmless) and name not in OPEN_ENDED)


class Ledger:
    """The calls of the service, by the conversation they belong to."""

    def __init__(self, service: SimulatedGemini) -> None:
        self._service = service
        self._read = 0
        self._waiting: list[Call] = []
        self._calls: defaultdict[int, list[Call]] = defaultdict(list)

    def of(self, number: int) -> list[Call]:
        """All calls of a conversation so far, in order."""
        new = self._service.calls[self._read :]
        self._read += len(new)
        waiting, self._waiting = [*self._waiting, *new], []
        for call in waiting:
            found = NUMBER.match(_opening(call))
            if found:
                self._calls[int(found[1])].append(call)
            elif call.finished_at is None:  # whose body has not come yet
                self._waiting.append(call)
        return self._calls[number]

    def forget(self, number: int) -> None:
        """Free the requests of a conversation that is over: this process would spend its time collecting garbage."""
        for call in self._calls.pop(number, ()):
            call.body = {}


def _opening(call: Call) -> str:
    contents = call.body.get("contents") or [{}]
    parts = contents[0].get("parts") or [{}]
    return str(parts[0].get("text", ""))


def is_broken(call: Call) -> bool:
    """Whether a call's fault left its answer without something."""
    return bool(call.fault) and FAULTS[call.fault].breaks


def added(calls: list[Call]) -> str:
    """What harmless faults put into an answer."""
    return "".join(FAULTS[call.fault].adds or SPELT_OUT.get(call.fault, "") for call in calls if call.fault)


def is_spent(calls: list[Call]) -> bool:
    """Whether these calls, the last of which failed, are as many as the ladder has rungs at least."""
    return len(calls) > (1 if calls[-1].fault in HASTY else LEAST)


def faults(calls: list[Call]) -> str:
    """What went wrong in these calls, for people."""
    return ", ".join(f"{call.fault} at {call.place}" if call.fault else "good" for call in calls)
