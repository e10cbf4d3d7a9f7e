"""One try of one route; how tries follow one another and who is blamed is tested with the pipeline."""

import pytest

from cgb import Context, Internal, MessagesRequest, NotFound, Route, Target
from cgb.attempt import Attempt
from cgb.isolation.guarded import GuardedTransport
from cgb.steps import Step
from cgb.testing import ScriptedTransport, request_of


def attempt(**transports: ScriptedTransport) -> Attempt:
    opening = {name: Step(name, "open_transport", print, (), None) for name in transports}
    return Attempt({name: GuardedTransport(one, opening[name]) for name, one in transports.items()}, (), ())


async def sent(request: MessagesRequest, route: Route, **transports: ScriptedTransport) -> Context:
    ctx = Context(request)
    async for _ in attempt(**transports).send(request, route, ctx):
        pass
    return ctx


def test_facts_are_those_of_the_routes_own_transport():
    one, other = (ScriptedTransport(target=Target(output_tokens=tokens)) for tokens in (1, 2))
    facts = attempt(one=one, other=other)
    assert facts.target_of(Route("one", "m")).output_tokens == 1
    assert facts.target_of(Route("other", "m")).output_tokens == 2
    assert facts.target_of(Route("nowhere", "m")) == Target()


async def test_the_route_is_noted_and_its_parameters_are_set():
    transport = ScriptedTransport("Hello.")
    route = Route("one", "m", set={"max_tokens": 7, "thinking": {"type": "disabled"}})
    ctx = await sent(request_of("Hi"), route, one=transport)
    assert ctx.routes == [route]
    assert transport.requests[0].request.max_tokens == 7
    assert transport.requests[0].request.thinking.type == "disabled"


async def test_a_member_of_a_parameter_is_set_for_every_turn():
    """Turns may say for themselves how hard the model should try (Claude Code contract, betas)."""
    transport = ScriptedTransport("Hello.", "Hello.")
    form = {"type": "json_schema", "schema": {}}
    turns = [{"role": "user", "content": "Hi"}, {"role": "system", "output_config": {"effort": "low", "x": 1}}]
    body = {"model": "m", "messages": turns, "output_config": {"effort": "low", "format": form}}
    route = Route("one", "m", set={"output_config.effort": "max", "max_tokens": 7})

    await sent(request_of(body), route, one=transport)
    await sent(request_of("Hi"), route, one=transport)

    first, second = (one.request for one in transport.requests)
    assert first.output_config.to_wire() == {"effort": "max", "format": form}
    assert first.messages[1].get("output_config") == {"x": 1}
    assert second.output_config.to_wire() == {"effort": "max"}
    assert (first.max_tokens, second.max_tokens) == (7, 7)


async def test_parameters_that_no_request_can_bear_are_the_routes_fault():
    route = Route("one", "m", set={"max_tokens": "many"}, why="a rule")
    with pytest.raises(Internal, match=r"one/m \(a rule\) sets what no request can bear: max_tokens"):
        await sent(request_of("Hi"), route, one=ScriptedTransport())


async def test_a_route_to_a_transport_that_is_not_there_names_those_that_are():
    with pytest.raises(NotFound, match="Known transports: one"):
        await sent(request_of("Hi"), Route("two", "m"), one=ScriptedTransport())
