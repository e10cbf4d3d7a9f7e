"""The figures as Prometheus reads them."""

import subprocess
import sys

from prometheus_client.parser import text_string_to_metric_families

from cgb import Context, Record
from cgb.isolation.stats import PluginStats
from cgb.server.metrics import BOUNDS, Metrics
from cgb.testing import request_of


def told(*seconds):
    """What is told after requests that took so long, by name."""
    metrics = Metrics({"one": PluginStats(requests=3)})
    for duration in seconds:
        metrics.observe(Record(request_of("Hi"), duration_s=duration), Context(request_of("Hi")))
    families = text_string_to_metric_families(metrics.text().decode())
    return {family.name: family for family in families}


def test_a_bound_counts_all_that_took_no_longer():
    samples = told(0.1, 0.2, 5.0, 501.0)["cgb_request_seconds"].samples
    buckets = {one.labels["le"]: one.value for one in samples if one.name.endswith("_bucket")}

    assert list(buckets) == [*(str(bound) for bound in BOUNDS), "+Inf"]
    assert [buckets[bound] for bound in ("0.1", "0.25", "2.5", "5.0", "500.0", "+Inf")] == [1, 2, 2, 3, 3, 4]
    assert {one.name: one.value for one in samples if "le" not in one.labels} == {
        "cgb_request_seconds_count": 4,
        "cgb_request_seconds_sum": 506.3,
    }


def test_requests_and_plugins_are_told_together():
    found = told(1.0)

    assert [(one.labels, one.value) for one in found["cgb_requests"].samples] == [
        ({"kind": "main", "outcome": "ok"}, 1)
    ]
    assert [(one.labels, one.value) for one in found["cgb_plugin_requests"].samples] == [({"plugin": "one"}, 3)]


def test_prometheus_is_imported_by_those_who_ask():
    code = "import sys, cgb.server.metrics as m; m.Metrics(); print('prometheus_client' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
