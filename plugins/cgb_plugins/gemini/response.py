"""Gemini → Anthropic: the frames of a GenerateContentResponse as events."""

from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple

from cgb import Event, UnusableAnswer, Usage
from cgb.messages import Writer

from .asked import Asked
from .finish import CUT_SHORT, REFUSALS, SPOILT, UNEXPECTED, ended, nothing, passing, refusal, spoilt
from .hops import Hops, present
from .own_limit import OwnLimit, is_words
from .speech import Speech, words_alone
from .spoilt import Call, calls_of, mended

_WRITTEN = "candidatesTokenCount"

Ask = Callable[[dict[str, Any]], AbstractAsyncContextManager[AsyncIterable[list[dict[str, Any]]]]]


class Prepared(NamedTuple):
    """A request that is ready to be sent.

    Attributes:
        ask: how to ask; gives the frames, those together that came together, and ends the call when it is left.
        body: of the first hop.
        asked: what the answer is read against.
    """

    ask: Ask
    body: dict[str, Any]
    asked: Asked


async def events_of(prepare: Callable[[], Awaitable[Prepared]]) -> AsyncGenerator[Event]:
    """The answer to a request, whatever the number of hops it takes; it ends early where the client wants no more.

    Raises:
        UnusableAnswer: it came to nothing, was spoilt, or broke off before Gemini gave a finish reason.
    """
    ask, body, asked = await prepare()
    hops = Hops(asked.ctx)
    answer = _Answer(asked, hops)
    due: dict[str, Any] | None = body
    while due is not None:
        async with ask(due) as pieces:
            async for frames in pieces:
                for event in answer.read(frames):
                    yield event
                if answer.is_complete:
                    return
        due = hops.next(due)
    for event in answer.end():
        yield event


class _Answer:
    """An answer in the making: what has been heard of it, and what is said."""

    def __init__(self, asked: Asked, hops: Hops) -> None:
        self.is_complete = False
        self._asked = asked
        self._hops = hops
        self._may_stop = bool(asked.request.stop_sequences)
        self._limit = None if asked.visible_tokens is None else OwnLimit(asked.visible_tokens)
        self._flows = not self._may_stop and asked.domains is None
        """Whether words are said as they come."""
        self._writer: Writer | None = None
        self._finish: Mapping[str, Any] = {}
        self._grounding: dict[str, Any] = {}
        self._blocked = ""
        self._held: list[Mapping[str, Any]] = []
        self._unknown: tuple[Call, ...] = ()
        self._is_mended = False

    def read(self, frames: Iterable[Mapping[str, Any]]) -> list[Event]:
        """The events of frames that came together; the words that they bring one after the other are one delta."""
        events: list[Event] = []
        words = ""
        for frame in frames:
            candidate = self._hops.read(frame)
            if self._writer is None:
                events += self._begin(frame, candidate)
            text = words_alone(candidate) if self._flows and "promptFeedback" not in frame else None
            # As nearly all are:
            if text is not None and (self._limit is None or self._limit.is_far(self._hops.told.get(_WRITTEN, 0))):
                words += text
                continue
            events += self._speech.write(words)
            words = ""
            events += self._read(frame, candidate)
            if self.is_complete:
                break
        return events + self._speech.write(words) if words else events

    def _read(self, frame: Mapping[str, Any], candidate: Mapping[str, Any]) -> list[Event]:
        """The events of one frame."""
        candidate = self._hops.ended(candidate)
        self._notice(frame, candidate)
        if self._finish:
            return []  # text after the finish reason is not part of the answer; its usage is
        events: list[Event] = []
        content = candidate.get("content")
        for part in self._parts((content and content.get("parts")) or [], candidate):
            if self._asked.domains is not None and not part.get("thought"):
                self._held.append(part)  # a search's results go before the words that rest on them
            elif not self.is_complete:
                events += self._say(part) if self._may_stop else self._speech.say(part)
        if candidate.get("finishReason"):
            self._finish, self._flows = candidate, False
        if self._is_full and not self._held and not self.is_complete:
            events += self._speech.end()
            events += self._stop()
            events += self._complete("max_tokens")
        return events

    def end(self) -> Iterator[Event]:
        """The events of the end, now that no more frames come."""
        if self._writer is None:
            raise UnusableAnswer("Gemini's answer was empty: not one frame came. Ask again.", kind="no_candidates")
        yield from self._say_held()
        if not self.is_complete:
            yield from self._speech.end()
            yield from self._end(self._writer)

    def _notice(self, frame: Mapping[str, Any], candidate: Mapping[str, Any]) -> None:
        """Take what a frame tells of the whole answer."""
        if "promptFeedback" in frame:
            self._blocked = self._blocked or _blocked(frame)
        if grounding := candidate.get("groundingMetadata"):
            self._grounding |= {name: value for name, value in grounding.items() if value}

    def _begin(self, frame: Mapping[str, Any], candidate: Mapping[str, Any]) -> list[Event]:
        self._notice(frame, candidate)
        self._asked.learn(str(frame.get("modelVersion") or ""))
        self._writer = Writer(self._asked.request.model, self._usage())
        self._speech = Speech(self._writer, self._asked)
        return self._writer.start()

    def _parts(self, found: list[dict[str, Any]], candidate: Mapping[str, Any]) -> list[dict[str, Any]]:
        """A frame's parts that can be said; calls of unknown tools wait for what is decided about them."""
        parts = list(map(present, found))
        if self._limit is not None:
            reason, has_text = candidate.get("finishReason"), self._speech.has_text
            parts = self._limit.fitting(parts, reason, self._hops.count(_WRITTEN), has_text=has_text)
        if candidate.get("finishReason") == UNEXPECTED:
            parts, self._unknown = mended(parts, self._asked)
            self._is_mended = not self._unknown and any("functionCall" in part for part in parts)
        return parts

    @property
    def _is_full(self) -> bool:
        return self._limit is not None and self._limit.is_full

    def _say(self, part: Mapping[str, Any]) -> Iterable[Event]:
        events = self._speech.say(part)
        return events if self._speech.stopped_by is None else (*events, *self._stop())

    def _stop(self) -> Iterable[Event]:
        """The end, where the client's stop sequence was met; whoever reads us then stops reading Gemini."""
        return () if self._speech.stopped_by is None else self._complete("stop_sequence")

    def _complete(self, reason: str) -> Iterable[Event]:
        """The end, before Gemini's own; a call that was made is still to be answered."""
        if self._writer is None or self.is_complete:
            return ()
        self.is_complete = True
        if self._speech.has_call:
            return self._writer.finish("tool_use", self._usage())
        return self._writer.finish(reason, self._usage(), stop_sequence=self._speech.stopped_by)

    def _say_held(self) -> Iterator[Event]:
        """What was held back, after what its words rest on."""
        domains, others = self._asked.domains, self._held
        if domains is not None and self._grounding.get("webSearchQueries"):
            text = "".join(part["text"] for part in self._held if is_words(part))
            others = [part for part in self._held if not is_words(part)]
            yield from self._speech.say_searched(self._grounding, text, domains)
        for part in others:
            if not self.is_complete:
                yield from self._say(part)
        yield from self._stop()
        if self._is_full:
            yield from self._complete("max_tokens")

    def _end(self, writer: Writer) -> Iterator[Event]:
        """The end of the answer, by what was said and Gemini's reason (Gemini API contract, finishReason)."""
        usage = self._usage()
        reason = str(self._finish.get("finishReason") or "")
        detail = str(self._finish.get("finishMessage") or "")
        if self._blocked or reason in REFUSALS:
            yield from self._refuse(writer, reason, detail)
        elif reason in SPOILT and not self._is_mended:
            raise spoilt(reason, detail, self._unknown or calls_of(detail, self._asked))
        elif not reason:
            raise UnusableAnswer("Gemini's answer broke off before its end. Ask again.", kind="cut")
        elif self._speech.has_call:
            yield from writer.finish("tool_use", usage)
        elif self._speech.has_text:
            yield from writer.finish(
                self._cut_short() if reason in CUT_SHORT else ended(reason, self._asked.ctx), usage
            )
        else:
            raise nothing(reason, detail)

    def _refuse(self, writer: Writer, reason: str, detail: str) -> Iterator[Event]:
        """A refusal that keeps what was said; where that is nothing, some are worth another try."""
        is_silent = not (self._blocked or self._speech.has_text or self._speech.has_call)
        failure = passing(reason, detail) if is_silent else None
        if failure is not None:
            raise failure
        yield from refusal(writer, self._blocked or f"{reason} {detail}".strip(), self._usage())

    def _cut_short(self) -> str:
        """Which limit it was: the client's or the model's whole window."""
        usage = self._usage()
        is_window = usage.prompt_tokens + usage.output_tokens >= self._asked.context_tokens
        return "model_context_window_exceeded" if is_window else "max_tokens"

    def _usage(self) -> Usage:
        """Gemini's figures as Anthropic's: input without the cached part, at least 1; output with the thoughts."""
        cached, thoughts = self._hops.count("cachedContentTokenCount"), self._hops.count("thoughtsTokenCount")
        prompt = self._hops.count("promptTokenCount", None)
        prompt = self._asked.estimate() if prompt is None else prompt
        read = prompt + self._hops.count("toolUsePromptTokenCount") - cached
        searches = len(self._grounding.get("webSearchQueries") or ())
        more: dict[str, Any] = {"server_tool_use": {"web_search_requests": searches}} if searches else {}
        more |= {"output_tokens_details": {"thinking_tokens": thoughts}} if thoughts else {}
        return Usage(
            input_tokens=max(read, 1),
            cache_creation_input_tokens=0,
            cache_read_input_tokens=cached,
            output_tokens=self._hops.count(_WRITTEN) + thoughts,
            **more,
        )


def _blocked(frame: Mapping[str, Any]) -> str:
    feedback = frame.get("promptFeedback") or {}
    reason, message = feedback.get("blockReason"), feedback.get("blockReasonMessage")
    return f"the prompt was blocked ({reason}{': ' + message if message else ''})" if reason else ""
