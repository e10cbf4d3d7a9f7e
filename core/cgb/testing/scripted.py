"""A transport that says what a test tells it to."""

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from typing import NamedTuple, TypeAlias

from typing_extensions import override

from ..context import Context
from ..errors import ApiError
from ..messages import Event, Message, MessagesRequest, Usage, Writer, events_of
from ..transport import Model, Route, Target, Transport

Send: TypeAlias = Callable[[MessagesRequest, Route, Context], AsyncGenerator[Event]]
"""What `Transport.send` is."""

Said: TypeAlias = str | Message | ApiError | Iterable[Event | Exception]
"""Words, a message, an error to raise, or events one by one; an exception among them is raised at its place."""

Answer: TypeAlias = Said | Send
"""What is said, or an async generator function that says it, for an answer that waits."""


class Sent(NamedTuple):
    """What a transport was asked."""

    request: MessagesRequest
    route: Route


class ScriptedTransport(Transport):
    """Answers each request with the next of its answers, and remembers what it was asked.

    Args:
        answers: what to say, in order; asked once more, it fails.
        target: what it says of each of its models.
        models: the models it knows.

    Attributes:
        requests: what it was asked, in order.
    """

    def __init__(self, *answers: Answer, target: Target | None = None, models: Sequence[Model] = ()) -> None:
        self.requests: list[Sent] = []
        self._answers = answers
        self._target = target or Target()
        self._models = tuple(models)

    @override
    async def send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        self.requests.append(Sent(request, route))
        if len(self.requests) > len(self._answers):
            raise AssertionError(f"asked {len(self.requests)} times, but there are {len(self._answers)} answers")
        answer = self._answers[len(self.requests) - 1]
        async with aclosing(
            answer(request, route, ctx) if callable(answer) else _said(answer, request.model)
        ) as events:
            async for event in events:
                yield event

    @override
    def models(self) -> Sequence[Model]:
        return self._models

    @override
    def target(self, model: str) -> Target:
        return self._target


def text_answer(model: str, text: str) -> Iterator[Event]:
    """The events of an answer that is a few words."""
    writer = Writer(model, Usage(input_tokens=1))
    yield from writer.start()
    yield from writer.text(text)
    yield from writer.finish("end_turn", Usage(input_tokens=1, output_tokens=1))


async def _said(answer: Said, model: str) -> AsyncGenerator[Event]:
    for item in _script(answer, model):
        if isinstance(item, Exception):
            raise item
        yield item


def _script(answer: Said, model: str) -> Iterable[Event | Exception]:
    match answer:
        case str():
            return text_answer(model, answer)
        case Message():
            return events_of(answer)
        case ApiError():
            return (answer,)
        case _:
            return answer
