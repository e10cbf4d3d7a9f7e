"""GET /metrics."""

import re
from types import SimpleNamespace

from cgb import Context, Overloaded, RateLimited, Record, Route, UnusableAnswer, Usage, hookimpl
from cgb.server.metrics import Metrics
from cgb.server.plugin_figures import PluginFigures
from cgb.testing import ScriptedTransport, request_of

FIRST = Route("t", "made-up-0")
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


def record_of(routes=(), error=None, **usage):
    return Record(request_of("Hi"), routes=tuple(routes), error=error, usage=Usage(**usage))


def observed(*records):
    """The figures after these requests."""
    counted, context = Metrics(), Context(request_of("Hi"))
    for record in records:
        counted.observe(record, context)
    lines = [line for line in counted.text().decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_failures_are_counted_by_type_and_kind():
    found = observed(
        record_of(error=UnusableAnswer("It broke.", kind="cut")),
        record_of(error=UnusableAnswer("It broke.", kind="malformed_call")),
        record_of(error=Overloaded("Full.")),
        record_of(error=Overloaded("Full.")),
        record_of(),
    )
    assert found['cgb_failures_total{kind="cut",type="api_error"}'] == 1
    assert found['cgb_failures_total{kind="malformed_call",type="api_error"}'] == 1
    assert found['cgb_failures_total{kind="",type="overloaded_error"}'] == 2
    assert found['cgb_requests_total{kind="main",outcome="ok"}'] == 1


def test_routes_are_counted_by_who_answered_and_who_was_asked():
    pro, flash = Route("t", "pro"), Route("t", "flash")
    found = observed(record_of([pro]), record_of([pro, pro, flash]), record_of([flash], Overloaded("Full.")))
    assert found['cgb_routes_total{outcome="ok",route="t/pro"}'] == 1
    assert found['cgb_routes_total{outcome="ok",route="t/flash"}'] == 1
    assert found['cgb_routes_total{outcome="overloaded_error",route="t/flash"}'] == 1
    assert found['cgb_attempts_total{route="t/pro"}'] == 3
    assert found['cgb_attempts_total{route="t/flash"}'] == 2


def test_tokens_are_counted_apart_from_those_of_the_cache():
    usage = {"input_tokens": 1, "cache_read_input_tokens": 20, "cache_creation_input_tokens": 300, "output_tokens": 4}
    found = observed(record_of(**usage), record_of(**usage))
    counted = {name: count for name, count in found.items() if name.startswith("cgb_tokens_total")}
    assert list(counted.values()) == [2, 40, 600, 8]


def test_the_first_names_are_labels_and_all_later_ones_are_other():
    found = observed(*[record_of([Route("t", f"made-up-{number}")]) for number in range(1000)], record_of([FIRST]))
    labels = [name for name in found if name.startswith("cgb_attempts_total")]
    assert len(labels) == 51
    assert found['cgb_attempts_total{route="other"}'] == 950
    assert found['cgb_attempts_total{route="t/made-up-0"}'] == 2


def test_providers_cannot_make_labels_either():
    errors = [UnusableAnswer("…", kind=f"kind-{number}", type=f"type-{number}") for number in range(1000)]
    found = observed(*[record_of(error=error) for error in errors])
    assert len([name for name in found if name.startswith("cgb_failures_total")]) == 51


def test_every_metric_is_described():
    lines = Metrics().text().decode().splitlines()
    names = {line.split(" ")[2] for line in lines if line.startswith("# TYPE")}
    described = set(re.findall(r"- `(\w+)", Metrics.__doc__ + PluginFigures.__doc__))
    assert described == {name for name in names if not name.endswith("_created")}


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
