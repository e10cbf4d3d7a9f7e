import pytest

from cgb_plugins.routing import facts


@pytest.fixture
def counted(monkeypatch):
    """The requests whose tokens were counted; each has five."""
    found = []
    monkeypatch.setattr(facts, "estimate_tokens", lambda request: found.append(request) or 5)
    return found
