"""Two transports at once, as at a config reload; LiteLLM's connections are the process's."""

import asyncio
import gc

import pytest
from tests.plugins.litellm.kit import GPT, NEW, OLD, QUIET, opened, request_of

from cgb import Context, Route, TextDelta, UpstreamFailed
from cgb.testing import SimulatedGemini
from cgb.testing.openai_server import SimulatedOpenAI
from cgb_plugins.litellm import connections

pytestmark = QUIET


def stream(transport, model):
    request = request_of()
    return transport.send(request, Route("litellm", model), Context(request))


async def words(events):
    return "".join([event.text async for event in events if isinstance(event, TextDelta)])


@pytest.mark.parametrize(("kind", "model"), [(SimulatedGemini, NEW), (SimulatedOpenAI, GPT)])
@pytest.mark.parametrize("key", ["the-same", "another"])
async def test_a_transport_that_closes_breaks_no_stream_of_the_next(kind, model, key):
    async with kind() as service:
        service.reply(*[{"text": "abcdef", "chunks": 6, "delay": 0.02}] * 4)
        async with opened(service, model, api_key=key) as new:
            async with opened(service, model, api_key="the-same") as old:
                assert await words(stream(old, model)) == "abcdef"
                events = stream(new, model)
                begun = [await anext(events), await anext(events), await anext(events)]
            said = "".join(one.text for one in begun if isinstance(one, TextDelta))
            assert said + await words(events) == "abcdef"
            assert await words(stream(new, model)) == "abcdef"
        assert service.violations == []


@pytest.mark.parametrize("model", [GPT, NEW])
async def test_each_asks_its_own_service_with_its_own_key(model):
    kind = SimulatedOpenAI if model == GPT else SimulatedGemini
    async with kind(api_key="one") as first, kind(api_key="two") as second:
        first.reply({"text": "first"}, {"text": "first"})
        second.reply({"text": "second"}, {"text": "second"})
        async with opened(first, model, api_key="one") as one, opened(second, model, api_key="two") as two:
            found = await asyncio.gather(*(words(stream(way, model)) for way in (one, two, one, two)))

    assert found == ["first", "second", "first", "second"]


async def test_a_connection_that_fails_breaks_no_stream_beside_it():
    """LiteLLM closes a second client where the first cannot connect, and whatever the two share."""
    refused = {OLD: {"api_base": "http://127.0.0.1:1/v1beta"}}
    async with SimulatedGemini() as service, opened(service, NEW, extra=refused) as transport:
        service.reply({"text": "abcdef", "chunks": 6, "delay": 0.02})
        events = stream(transport, NEW)
        await anext(events)
        with pytest.raises(UpstreamFailed):
            await words(stream(transport, OLD))
        assert await words(events) == "abcdef"


async def test_the_last_one_closes_them():
    from litellm import in_memory_llm_clients_cache as cache

    loop = f"-{id(asyncio.get_running_loop())}"
    async with SimulatedOpenAI() as service:
        async with opened(service) as first:
            await words(stream(first, GPT))
            async with opened(service) as second:
                await words(stream(second, GPT))
            kept = [client for key, client in cache.cache_dict.items() if key.endswith(loop)]
        left = [key for key in cache.cache_dict if key.endswith(loop)]

    assert kept
    assert left == []
    assert all(client.is_closed() for client in kept if hasattr(client, "is_closed"))


async def test_users_of_another_event_loop_are_none_of_ours():
    user, module = object(), _Module()
    await asyncio.to_thread(lambda: asyncio.run(_used()))
    module.cache_dict = {"a-1": module, f"b-{id(asyncio.get_running_loop())}": module}
    connections.use(user)
    await connections.let_go(user, module)

    assert list(module.cache_dict) == ["a-1"]
    assert module.closed == 1
    gc.collect()


async def _used():
    connections.use(object())


class _Module:
    """LiteLLM, its cache and a client that cannot be closed, in one."""

    def __init__(self):
        self.cache_dict, self.ttl_dict, self.closed = {}, {}, 0

    @property
    def in_memory_llm_clients_cache(self):
        return self

    def close(self):
        self.closed += 1
        raise OSError
