"""The figures in Prometheus' text form."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString
from typing_extensions import override

from .metrics import BOUNDS, Metrics, Seconds
from .plugin_figures import PluginFigures

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prometheus_client.metrics_core import Metric

    from ..isolation.stats import PluginStats

_BUCKETS = (*map(floatToGoString, BOUNDS), "+Inf")


def text(metrics: Metrics, stats: Mapping[str, PluginStats]) -> bytes:
    """The requests' figures and the plugins'."""
    registry = CollectorRegistry()
    registry.register(PluginFigures(stats))
    registry.register(_Figures(metrics))
    return generate_latest(registry)


class _Figures(Collector):
    """Reads the requests' figures."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    @override
    def collect(self) -> Iterator[Metric]:
        for name, said, labels, counts in self._metrics.counted():
            family = CounterMetricFamily(f"cgb_{name}", said, labels=labels)
            for values, count in counts.items():
                family.add_metric(values, count)
            yield family
        for name, said, seconds in self._metrics.measured():
            yield _histogram(f"cgb_{name}_seconds", said, seconds)


def _histogram(name: str, said: str, seconds: Seconds) -> HistogramMetricFamily:
    buckets = list(zip(_BUCKETS, map(float, accumulate(seconds.counts)), strict=True))
    return HistogramMetricFamily(name, said, buckets=buckets, sum_value=seconds.total)
