"""Who decides: what a plugin's transport lists may change, and what is looked up by name must follow."""

import pytest

from cgb import Context, Model, Route, Transport
from cgb.deciders import Decider
from cgb.testing import request_of


class Listing(Transport):
    """Lists what it is told to."""

    def __init__(self, listed):
        self.listed = listed

    def models(self):
        return self.listed


def model(name, to, **fields):
    return Model(name, Route("any", to), **fields)


async def chosen(decider, name="a"):
    request = request_of("Hello").with_(model=name)
    route = await decider.decide(request, Context(request))
    return route and route.model


def decider(transport=None, models=(), *, at_once=True):
    return Decider("plugin", models, transport, None, at_once=at_once)


async def test_of_two_models_of_one_id_its_own_and_the_first_counts():
    transport = Listing((model("a", "1"), model("a", "2"), model("b", "3")))

    assert await chosen(decider(transport)) == "1"
    assert await chosen(decider(transport, (model("a", "4"), model("a", "5")))) == "4"
    assert await chosen(decider(transport), "c") is None


@pytest.mark.parametrize("kind", [tuple, list])
async def test_a_transport_may_list_others_the_next_time(kind):
    transport = Listing(kind([model("a", "1")]))
    one = decider(transport)
    before = await chosen(one)

    if kind is list:
        transport.listed[0] = model("a", "2")
    else:
        transport.listed = (model("a", "2"),)

    assert (before, await chosen(one)) == ("1", "2")


async def test_those_that_decide_and_those_that_only_do_where_nobody_else_does():
    transport = Listing((model("a", "1", decides=False), model("b", "2")))

    assert [await chosen(decider(transport), name) for name in "ab"] == [None, "2"]
    assert [await chosen(decider(transport, at_once=False), name) for name in "ab"] == ["1", None]
