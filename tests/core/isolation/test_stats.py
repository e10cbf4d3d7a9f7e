from cgb.isolation import stats
from cgb.isolation.stats import PluginStats


def test_the_same_is_said_once_a_minute(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(stats.time, "monotonic", lambda: clock[0])
    figures = PluginStats()
    said = []
    for clock[0] in (0.0, 1.0, 59.0, 60.0, 61.0):
        if figures.may_say("slow"):
            said.append(clock[0])
    assert said == [0.0, 60.0]
    assert figures.may_say("another thing")
