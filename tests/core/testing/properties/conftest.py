"""Plugins with one fault each, and what the suite says of them."""

from types import SimpleNamespace

import pytest

from cgb import hookimpl
from cgb.testing import check_plugin
from cgb.testing.properties import suite

EXAMPLES = 30


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch):
    """Most tests do not look at how small an example is."""
    monkeypatch.setattr(suite, "SHRINK_S", 0.2)


@pytest.fixture
def patient(monkeypatch):
    """For those that do."""
    monkeypatch.setattr(suite, "SHRINK_S", 30.0)


def plugin_of(**hooks):
    """A plugin of these functions."""
    return SimpleNamespace(__name__="faulty", **{hook: hookimpl(function) for hook, function in hooks.items()})


@pytest.fixture
def passes():
    """Check a plugin of these hooks: it must do."""

    def check(transparent=False, keeps_prefix=True, examples=EXAMPLES, **hooks):
        check_plugin(plugin_of(**hooks), transparent=transparent, keeps_prefix=keeps_prefix, examples=examples)

    return check


@pytest.fixture
def broken(passes):
    """Check a plugin of these hooks: the properties that it breaks, with what is said of each."""

    def check(**given):
        with pytest.raises(AssertionError) as caught:
            passes(**given)
        said = {}
        for paragraph in str(caught.value).split("\n\n"):
            first, _, rest = paragraph.partition(": does not hold.\n")
            plugin, hook, name = first.split(": ", 2)
            assert plugin == "plugin 'faulty'"
            assert hook in given
            said[name] = rest
        return said

    return check
