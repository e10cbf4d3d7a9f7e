"""Plugins whose stages each do one thing, to see that it is told."""

from contextlib import aclosing
from types import SimpleNamespace

import pytest

from cgb import Overloaded, Route, TextDelta, TransportWrapper, hookimpl
from cgb.config import Config
from cgb.explain import explain
from cgb.testing import plugin_of, request_of, text_answer


def plugin(name, **hooks):
    """A plugin of these functions."""
    return SimpleNamespace(__name__=name, **{hook: hookimpl(function) for hook, function in hooks.items()})


def loud(name):
    """A plugin that shouts what the model says."""

    async def transform_stream(events):
        async for event in events:
            yield TextDelta(event.index, event.text.upper()) if isinstance(event, TextDelta) else event

    return plugin(name, transform_stream=transform_stream)


def again(name, **changes):
    """A plugin that asks once more, elsewhere and for something else, where it failed."""

    class Again(TransportWrapper):
        async def send(self, request, route, ctx):
            try:
                async with aclosing(self.inner.send(request, route, ctx)) as events:
                    async for event in events:
                        yield event
            except Overloaded:
                other = Route(route.transport, "other")
                async with aclosing(self.inner.send(request.with_(**changes), other, ctx)) as events:
                    async for event in events:
                        yield event

    return plugin(name, wrap_transport=lambda transport: Again(transport))


def saying(text="hello", *, failing=0):
    """A recorded answer; the first ones fail."""
    left = [failing]

    async def answer():
        if left[0]:
            left[0] -= 1
            raise Overloaded("No room.")
        for event in text_answer("m", text):
            yield event

    return answer


@pytest.fixture
def explained():
    """Explain a request to the words "Hello" by these plugins."""

    async def explained(*plugins, request="Hello", **more):
        made = [plugin_of(one) for one in plugins]
        return await explain(request_of(request), made, Config(), **more)

    return explained
