"""GET /metrics."""

from types import SimpleNamespace

from cgb import RateLimited, hookimpl
from cgb.testing import ScriptedTransport

ASK = {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]}


def noting():
    @hookimpl
    def rewrite_request(request, ctx):
        ctx.note("dummy_signature", "for a call", tool="Bash")
        return request

    return SimpleNamespace(rewrite_request=rewrite_request)


async def figures(bridge):
    async with bridge.client.get("/metrics") as response:
        assert response.status == 200
        assert response.content_type == "text/plain"
        lines = (await response.text()).splitlines()
    return {name: float(value) for name, _, value in (one.rpartition(" ") for one in lines if not one.startswith("#"))}


async def test_what_happened_is_counted(serving):
    async with serving(ScriptedTransport("One.", RateLimited("No.")), noting()) as bridge:
        for status in (200, 429):
            async with bridge.client.post("/v1/messages", json=ASK) as response:
                assert response.status == status
                await response.read()
        found = await figures(bridge)
    assert found['cgb_requests_total{kind="main",outcome="ok"}'] == 1
    assert found['cgb_requests_total{kind="main",outcome="rate_limit_error"}'] == 1
    notes = {name: count for name, count in found.items() if name.startswith("cgb_notes_total")}
    assert list(notes.values()) == [2]
    assert 'kind="dummy_signature",plugin="' in next(iter(notes))
    assert found['cgb_tokens_total{direction="output"}'] == 1
    assert found["cgb_request_seconds_count"] == 2
    assert found["cgb_first_event_seconds_count"] == 1


async def test_a_count_of_tokens_is_a_request_of_its_own_kind(serving):
    async with serving(ScriptedTransport()) as bridge:
        async with bridge.client.post("/v1/messages/count_tokens", json=ASK) as response:
            assert response.status == 200
            await response.read()
        found = await figures(bridge)
    assert found['cgb_requests_total{kind="count_tokens",outcome="ok"}'] == 1


async def test_clients_cannot_make_labels(serving):
    async with serving(ScriptedTransport("One.", "Two.")) as bridge:
        for model in ("a", "b"):
            async with bridge.client.post("/v1/messages", json={**ASK, "model": model}) as response:
                await response.read()
        found = await figures(bridge)
    assert [name for name in found if name.startswith("cgb_requests_total")] == [
        'cgb_requests_total{kind="main",outcome="ok"}'
    ]
