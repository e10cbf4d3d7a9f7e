"""What plugins cost and did wrong, for Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..isolation.stats import PluginStats


class PluginFigures(Collector):
    """Reads the figures when they are asked for.

    - `cgb_plugin_requests_total{plugin}`: requests that the plugin took part in.
    - `cgb_plugin_seconds_total{plugin, phase}`: time spent in it: `request` is exact, with what its hooks waited for;
      `stream` is the time its code ran in answers, estimated from one answer in 256.
    - `cgb_plugin_errors_total{plugin, hook}`: its faults; a request that it refused is none.
    - `cgb_plugin_slow_total{plugin, hook}`: how often it held up all requests for longer than `server.slow_hook_ms`.
    - `cgb_plugin_dropped_total{plugin}`: finished requests that its `request_finished` was too slow to be told of.
    """

    def __init__(self, stats: Mapping[str, PluginStats]) -> None:
        self._stats = stats

    @override
    def collect(self) -> Iterator[CounterMetricFamily]:
        requests = _counter("requests", "Requests it took part in.", "plugin")
        seconds = _counter("seconds", "Time spent in a plugin.", "plugin", "phase")
        errors = _counter("errors", "A plugin's faults.", "plugin", "hook")
        slow = _counter("slow", "How often it held up all requests.", "plugin", "hook")
        dropped = _counter("dropped", "Requests it was too slow to be told of.", "plugin")
        for name, stats in list(self._stats.items()):
            requests.add_metric([name], stats.requests)
            seconds.add_metric([name, "request"], stats.seconds)
            seconds.add_metric([name, "stream"], stats.stream_seconds)
            dropped.add_metric([name], stats.dropped)
            for family, counts in ((errors, stats.errors), (slow, stats.slow)):
                for hook, count in list(counts.items()):
                    family.add_metric([name, hook], count)
        yield from (requests, seconds, errors, slow, dropped)


def _counter(name: str, text: str, *labels: str) -> CounterMetricFamily:
    return CounterMetricFamily(f"cgb_plugin_{name}", text, labels=labels)
