from importlib.metadata import version
from types import ModuleType

from cgb.config import ServerSettings
from cgb.isolation.owners import owners_of
from cgb.isolation.stats import PluginStats
from cgb.plugins import Plugin


def plugin(name, distribution):
    return Plugin(name, ModuleType(name), distribution)


def test_an_owner_knows_its_distribution_its_limits_and_its_figures():
    stats = {"hello": PluginStats(requests=3)}
    settings = ServerSettings(slow_hook_ms=20, hook_timeout_s=7)
    owners = owners_of([plugin("hello", "cgb-hello"), plugin("rules", "./rules.py")], settings, stats)
    assert [owner.origin for owner in owners.values()] == [f"cgb-hello {version('cgb-hello')}", "./rules.py"]
    assert owners["hello"].stats.requests == 3
    assert stats["rules"] is owners["rules"].stats
    assert (owners["rules"].limits.slow_s, owners["rules"].limits.timeout_s) == (0.02, 7)
