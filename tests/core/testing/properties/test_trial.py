from types import SimpleNamespace

import pytest

from cgb import Forbidden, MessagesRequest, Route, hookimpl
from cgb.testing.properties.drawing import drawn
from cgb.testing.properties.suite import PROPERTIES
from cgb.testing.properties.trial import Refusal, Trial, must
from cgb.testing.subject import Subject


def trial(function):
    subject = Subject.of(SimpleNamespace(__name__="p", choose_route=hookimpl(function)))
    return Trial(subject, subject.steps["choose_route"], drawn(1, with_answers=False)[0])


async def test_what_is_awaitable_is_awaited():
    async def choose_route(request, ctx):
        assert isinstance(request, MessagesRequest)
        return Route(ctx.plugin, "m")

    assert await trial(choose_route).called(Route) == Route("p", "m")


async def test_a_wrong_value_is_a_failure_and_a_refusal_is_none():
    with pytest.raises(AssertionError, match="returned int where Route or None was due"):
        await trial(lambda request: 1).called(Route, type(None))

    def refusing(request):
        raise Forbidden("no")

    with pytest.raises(Refusal):
        await trial(refusing).called(Route)


def test_a_property_is_called_as_its_docstring_says():
    @must("choose_route", "fit_request", shows=("answer",))
    async def holds(trial):
        """All is well."""

    assert [(prop.hook, prop.name) for prop in holds] == [
        ("choose_route", "all is well"),
        ("fit_request", "all is well"),
    ]
    assert all(prop.needs_answers for prop in holds)


def test_every_property_has_a_name_of_its_own():
    named = [(prop.hook, prop.name) for prop in PROPERTIES]
    assert all(name for _, name in named)
    assert len(set(named)) == len(named)
