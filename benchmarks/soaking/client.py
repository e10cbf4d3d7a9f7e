"""The clients: they hold conversations with the bridge, and compare every answer with the one that is known."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import anthropic

from soaking.service import REFUSALS, Ledger, faults, is_broken, is_spent
from soaking.talk import TOOLS, Talk, Turn
from soaking.verdict import verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from anthropic.types import Message

    from cgb.testing.gemini_server import Call

ASKS = 4
"""How often a client asks for one answer, if it gets errors."""
GONE_S = 5.0


@dataclass
class Tally:
    """What the clients got.

    Attributes:
        exact: whole answers, as they are known.
        kept: answers that end with fewer calls than the model had in mind, as the connection broke after those.
        errors: by type.
        mended: answers, among those, for which a call of the service had failed.
        given_up: the faults behind errors, other than refusals that no other try would change.
        refused: answers that the service broke off for its contents, with what was said before.
        cancel_s: for each client that left, how long the service's call went on.
        wrong: what was wrong with the others.
    """

    exact: int = 0
    kept: int = 0
    mended: int = 0
    refused: int = 0
    given_up: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    cancel_s: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def mended_share(self) -> float:
        """Of the failures that could be mended, 0 to 1."""
        return self.mended / max(self.mended + self.given_up.total(), 1)


class Clients:
    """All clients of one run; they share a pool of connections, and never ask again by themselves."""

    def __init__(self, url: str, ledger: Ledger) -> None:
        self._client = anthropic.AsyncAnthropic(base_url=url, api_key="any", max_retries=0, timeout=60)
        self._ledger = ledger
        self.tally = Tally()

    async def run(self, talks: Iterator[Talk], at_once: int) -> None:
        """Hold the conversations, so many at once."""
        async with self._client, asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(self._work(talks))

    async def _work(self, talks: Iterator[Talk]) -> None:
        for one in talks:
            try:
                await self._hold(one)
            except Exception as error:  # noqa: BLE001 - whatever it is, the soak goes on and tells of it
                self.tally.wrong.append(f"{one.name} {error!r}")
            self._ledger.forget(one.number)

    async def _hold(self, talk: Talk) -> None:
        messages: list[Any] = [{"role": "user", "content": talk.prompt(0)}]
        for place, turn in enumerate(talk.turns):
            leaves = place == talk.leaves_at
            message = await self._asked(talk, turn, messages, leaves=leaves)
            if message is None:
                return
            content = [block.to_dict() for block in message.content]
            reply = _results(content) or talk.prompt(place + 1)
            messages += [{"role": "assistant", "content": content}, {"role": "user", "content": reply}]

    async def _asked(self, talk: Talk, turn: Turn, messages: list[Any], *, leaves: bool) -> Message | None:
        """The answer; None if the client left, or gave up."""
        for _ in range(ASKS):
            before = len(self._ledger.of(talk.number))
            try:
                message = await self._ask(turn, messages, leaves=leaves)
            except anthropic.APIStatusError as error:
                self._judge_error(talk, error, self._ledger.of(talk.number)[before:])
                continue
            if message is None:
                await self._left(talk, time.monotonic())
            else:
                self._judge(talk, turn, message, self._ledger.of(talk.number)[before:])
            return message
        return None

    async def _ask(self, turn: Turn, messages: list[Any], *, leaves: bool) -> Message | None:
        asked: dict[str, Any] = {
            "model": "claude-sonnet-5", "max_tokens": 20_000, "messages": messages, "tools": TOOLS,
            "thinking": {"type": "adaptive"},
        }  # fmt: skip
        if turn.plain and not leaves:
            plain: Message = await self._client.messages.create(**asked)
            return plain
        async with self._client.messages.stream(**asked) as stream:
            async for event in stream:
                if leaves and event.type == "text":
                    return None
            return await stream.get_final_message()

    async def _left(self, talk: Talk, since: float) -> None:
        calls = self._ledger.of(talk.number)
        ended = await asyncio.gather(*(asyncio.to_thread(call.wait, GONE_S) for call in calls))
        if not all(ended):
            self.tally.wrong.append(f"{talk.name} Its client left, but the call of the service goes on.")
        self.tally.cancel_s.append(max(0.0, *(call.finished_at or since for call in calls)) - since)

    def _judge(self, talk: Talk, turn: Turn, message: Message, calls: list[Call]) -> None:
        outcome = verdict(turn, message, calls)
        if not outcome:
            self.tally.wrong.append(f"{talk.name} {faults(calls)}: {turn} came as {message}")
            return
        setattr(self.tally, outcome, getattr(self.tally, outcome) + 1)
        self.tally.mended += outcome != "refused" and any(map(is_broken, calls))

    def _judge_error(self, talk: Talk, error: anthropic.APIStatusError, calls: list[Call]) -> None:
        body = error.body if isinstance(error.body, dict) else {}
        kind = body.get("error", {}).get("type")
        self.tally.errors[str(kind)] += 1
        if kind and calls and calls[-1].fault in REFUSALS:
            return
        self.tally.given_up[faults(calls)] += 1
        if not kind or not calls or not is_spent(calls):
            self.tally.wrong.append(f"{talk.name} {faults(calls)}: gave up too soon: {error}")


def _results(content: list[Any]) -> list[Any]:
    """The results of an answer's calls."""
    uses = [block["id"] for block in content if block["type"] == "tool_use"]
    return [{"type": "tool_result", "tool_use_id": use, "content": f"Done {place}."} for place, use in enumerate(uses)]
