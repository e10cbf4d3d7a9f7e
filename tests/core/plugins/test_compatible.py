from importlib import metadata
from types import SimpleNamespace

import pytest

from cgb import API_VERSION, PluginError
from cgb.plugins import Found
from cgb.plugins.compatible import demand_api, demand_version

PRESENT = metadata.version("claude-gemini-bridge")
FOUND = Found("new", "cgb_new", "cgb-new", "1.2")


@pytest.mark.parametrize(
    "requires",
    [
        (),
        ("claude-gemini-bridge",),
        ("httpx (>=1.*.*)", "claude-gemini-bridge"),
        (f"claude-gemini-bridge<{PRESENT}.1", "httpx>99"),
        (f"Claude_Gemini.Bridge>={PRESENT}",),
        ('claude-gemini-bridge>99; extra == "new"',),
        ('claude-gemini-bridge>99; python_version < "3"',),
    ],
)
def test_who_takes_this_cgb(install, requires):
    install("cgb-new", requires=requires)
    demand_version(FOUND)


@pytest.mark.parametrize("requires", ["claude-gemini-bridge<99,>=98", "Claude_Gemini.Bridge (>=98,<99)"])
def test_who_does_not_is_told_what_is_wanted_what_is_there_and_what_to_do(install, requires):
    install("cgb-new", requires=[requires])
    with pytest.raises(PluginError) as caught:
        demand_version(FOUND)
    said = str(caught.value)
    assert said.startswith("plugin 'new': cgb-new 1.2 requires ")
    assert ">=98" in said
    assert f", and {PRESENT} is installed. Install versions that fit " in said
    assert "(pip install --upgrade claude-gemini-bridge cgb-new), or leave the plugin out of the list." in said


def test_a_pre_release_counts_as_what_it_comes_before(install, monkeypatch):
    install("cgb-new", requires=["claude-gemini-bridge>=2.0.dev1"])
    monkeypatch.setattr("cgb.plugins.compatible.version", lambda _: "2.0rc1")
    demand_version(FOUND)


def test_what_has_no_metadata_is_not_asked(monkeypatch):
    demand_version(FOUND)


@pytest.mark.parametrize("module", [SimpleNamespace(), SimpleNamespace(CGB_API_VERSION=API_VERSION)])
def test_who_was_written_for_this_api_or_does_not_say(module):
    demand_api(module, "plugin 'x'", "x.py")


@pytest.mark.parametrize(
    ("wanted", "fix"),
    [
        (API_VERSION + 1, "Upgrade claude-gemini-bridge."),
        (API_VERSION - 1, "Upgrade x.py, or see the changelog for what changed."),
        ("1", "Upgrade x.py, or see the changelog for what changed."),
    ],
)
def test_who_was_written_for_another_api(wanted, fix):
    with pytest.raises(PluginError) as caught:
        demand_api(SimpleNamespace(CGB_API_VERSION=wanted), "plugin 'x'", "x.py")
    assert str(caught.value) == (
        f"plugin 'x' has CGB_API_VERSION = {wanted!r}, and this cgb has API_VERSION {API_VERSION}. {fix}"
    )
