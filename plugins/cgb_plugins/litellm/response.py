"""OpenAI chat → Anthropic: the chunks of a chat completion as events."""

from collections.abc import AsyncGenerator, AsyncIterable, Iterator, Mapping
from typing import Any

from cgb import Event, UnusableAnswer, Usage
from cgb.messages import CARRY_FIELD, StopSequences, Writer, carry, new_id

from .asked import Asked
from .calls import Calls
from .finish import cut, nothing, passing, reason_of, refusal, refused, spoilt, stop_reason
from .searching import search_of
from .sources import sources
from .spelling import meant
from .usage import usage_of


async def events_of(chunks: AsyncIterable[Mapping[str, Any]], asked: Asked) -> AsyncGenerator[Event]:
    """The answer that these chunks stream; it ends early where the client's stop sequence was met.

    The last item is `{"ending": …}`: how the stream ended, which its chunks do not say truly.

    Raises:
        UnusableAnswer: it came to nothing, was spoilt, or broke off before its end.
    """
    answer = _Answer(asked)
    async for chunk in chunks:
        for event in answer.read(chunk):
            yield event
        if answer.is_complete:
            return


class _Answer:
    """An answer in the making: what has been heard of it, and what is said."""

    def __init__(self, asked: Asked) -> None:
        self.is_complete = False
        self._asked = asked
        self._writer = Writer(asked.request.model, usage_of({}, asked.estimate))
        self._stops = StopSequences(asked.request.stop_sequences or ())
        self._calls = Calls()
        self._search = search_of(asked.request, asked.family)
        self._figures: dict[str, Any] = {}
        self._annotations: list[Mapping[str, Any]] = []
        self._has_begun = False
        self._written = 0
        self._thought = 0
        self._signature = ""

    def read(self, chunk: Mapping[str, Any]) -> Iterator[Event]:
        """The events of a chunk."""
        if "ending" in chunk:
            yield from self._end(chunk["ending"])
            return
        if not self._has_begun:
            self._has_begun = True
            yield from self._writer.start()
        self._figures |= chunk.get("usage") or {}
        if self._search:
            self._search.hear(chunk)
        for choice in (chunk.get("choices") or ())[:1]:
            yield from self._say(choice.get("delta") or {})

    def _say(self, delta: Mapping[str, Any]) -> Iterator[Event]:
        yield from self._think(delta)
        self._annotations += delta.get("annotations") or ()
        if text := delta.get("content"):
            yield from self._write(self._stops.read(str(text)))
            if self._stops.matched is not None and not self._calls:
                yield from self._finish("stop_sequence")
                return
        for image in delta.get("images") or ():
            kind = str((image.get("image_url") or {}).get("url", ""))[5:40].partition(";")[0] or "image"
            yield from self._write(f"\n[{kind} made by the model, which the Messages API cannot carry]\n")
        if pieces := delta.get("tool_calls"):
            self._calls.hear(pieces, self._written + self._stops.holds)

    # Thoughts

    def _think(self, delta: Mapping[str, Any]) -> Iterator[Event]:
        """Thoughts, signed so that they come back to whoever thought them, with the provider's own signature."""
        blocks = [block for block in delta.get("thinking_blocks") or () if isinstance(block, dict)]
        text = str(delta.get("reasoning_content") or "") or "".join(str(one.get("thinking") or "") for one in blocks)
        signature = next((str(one["signature"]) for one in blocks if one.get("signature")), "")
        if text:
            self._thought += len(text)
            yield from self._writer.thinking(text)
        self._signature = signature or self._signature
        if signature:
            yield from self._sign()

    def _sign(self) -> Iterator[Event]:
        """Sign the thinking that is open; Gemini's summaries never go back, so they need none."""
        if self._writer.open_block == "thinking" and not self._asked.family.is_gemini:
            signed = carry("thought", self._signature, model=self._asked.family.name, n=self._thought)
            yield from self._writer.signature(signed)
        self._thought, self._signature = 0, ""

    # Words

    def _write(self, text: str) -> Iterator[Event]:
        if text:
            yield from self._sign()
            self._written += len(text)
            if self._search:
                self._search.hold(text)
            else:
                yield from self._writer.text(text)

    def _release(self) -> Iterator[Event]:
        """The words that were held back for what a search found."""
        if self._search:
            yield from self._search.said(self._writer)

    # The end

    def _end(self, ending: Mapping[str, str]) -> Iterator[Event]:
        """The end, by what was said and why it ended."""
        model = self._asked.model
        reason = reason_of(ending, is_gemini=self._asked.family.is_gemini)
        if not self._has_begun and not reason:
            raise UnusableAnswer(f"{model}'s answer was empty: not one chunk came. Ask again.", kind="no_candidates")
        if failure := spoilt(model, ending):
            raise failure
        if not reason:
            raise cut(model)
        if not self._has_begun:
            yield from self._writer.start()
        yield from self._write(self._stops.end())
        if reason == "content_filter":
            yield from self._refuse(ending)
        elif self._calls:
            yield from self._call(is_full=reason == "length")
            yield from self._finish("tool_use")
        elif self._written:
            if not (self._search and self._search.has_found):
                yield from self._write(sources(self._annotations))
            yield from self._finish(stop_reason(reason, ending, self._asked.ctx))
        else:
            raise nothing(model, reason)

    def _refuse(self, ending: Mapping[str, str]) -> Iterator[Event]:
        """A refusal that keeps what was said; where that is nothing, some are worth another try."""
        failure = None if self._written or self._calls else passing(self._asked.model, ending)
        if failure is not None:
            raise failure
        self.is_complete = True
        yield from self._release()
        yield from refusal(self._writer, refused(self._asked.model, ending), self._usage())

    def _call(self, *, is_full: bool) -> Iterator[Event]:
        """The calls, once all of them are seen to be whole."""
        yield from self._sign()
        choice, family = self._asked.request.tool_choice, self._asked.family
        found = self._calls.whole(self._asked.model, is_full=is_full)
        if choice and choice.disable_parallel_tool_use and len(found) > 1:
            self._asked.ctx.note("dropped", f"{len(found) - 1} parallel calls: the client takes one at a time")
            found = found[:1]
        for call, given in found:
            arguments = meant(given) if family.is_gemini else given
            facts: dict[str, str | int] = {"at": call.at, "model": family.name}
            if call.id and family.is_gemini:
                facts["id"] = call.id
            tool_id = carry(new_id("toolu"), call.signature, **facts)
            name = self._asked.names.to_client(call.name)
            yield from self._writer.tool(tool_id, name, arguments, **{CARRY_FIELD: tool_id})

    def _finish(self, reason: str) -> Iterator[Event]:
        self.is_complete = True
        yield from self._sign()
        yield from self._release()
        yield from self._writer.finish(reason, self._usage(), stop_sequence=self._stops.matched)

    def _usage(self) -> Usage:
        return usage_of(self._figures, self._asked.estimate)
