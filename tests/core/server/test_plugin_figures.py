from collections import Counter

from prometheus_client import CollectorRegistry, generate_latest

from cgb.isolation.stats import PluginStats
from cgb.server.plugin_figures import PluginFigures
from cgb.testing import ScriptedTransport


def lines(stats):
    registry = CollectorRegistry()
    registry.register(PluginFigures(stats))
    return [line for line in generate_latest(registry).decode().splitlines() if not line.startswith("#")]


def test_figures_are_read_when_asked():
    stats = {}
    registry = CollectorRegistry()
    registry.register(PluginFigures(stats))
    stats["mine"] = PluginStats(requests=2)
    assert 'cgb_plugin_requests_total{plugin="mine"} 2.0' in generate_latest(registry).decode()


def test_every_figure_of_every_plugin_is_told():
    stats = {
        "mine": PluginStats(2, 0.5, 0.25, Counter(fit_request=3), Counter(transform_stream=4), 1),
        "other": PluginStats(),
    }
    told = lines(stats)
    assert [line for line in told if "mine" in line] == [
        'cgb_plugin_requests_total{plugin="mine"} 2.0',
        'cgb_plugin_seconds_total{phase="request",plugin="mine"} 0.5',
        'cgb_plugin_seconds_total{phase="stream",plugin="mine"} 0.25',
        'cgb_plugin_errors_total{hook="fit_request",plugin="mine"} 3.0',
        'cgb_plugin_slow_total{hook="transform_stream",plugin="mine"} 4.0',
        'cgb_plugin_dropped_total{plugin="mine"} 1.0',
    ]
    assert 'cgb_plugin_requests_total{plugin="other"} 0.0' in told


async def test_a_server_counts_what_its_plugins_do(serving):
    async with serving(ScriptedTransport("Hi.", KeyError)) as bridge:
        for status in (200, 500):
            async with bridge.ask() as response:
                assert response.status == status
        async with bridge.client.get("/metrics") as response:
            text = await response.text()
        async with bridge.client.get("/health") as response:
            (mine,) = (await response.json())["plugins"]
    assert 'cgb_plugin_requests_total{plugin="scripted"} 2.0' in text
    assert 'cgb_plugin_errors_total{hook="Transport.send",plugin="scripted"} 1.0' in text
    assert (mine["requests"], mine["errors"]) == (2, {"Transport.send": 1})
    assert mine["seconds"] > 0
    assert mine["stream_seconds"] > 0
