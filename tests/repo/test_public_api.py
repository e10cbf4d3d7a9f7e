"""What a plugin author may import, and what importing it costs."""

import subprocess
import sys
from types import ModuleType

import pytest

import cgb
import cgb.messages
import cgb.testing

FROZEN = set(
    """
    API_VERSION ApiError Billing Block CgbError CitationsDelta ConfigError ContentBlockDelta ContentBlockStart
    ContentBlockStop Context DocumentBlock Env Event Finding Forbidden ImageBlock InputJsonDelta Internal
    InvalidRequest Kind Message MessageDelta MessageParam MessageStart MessageStop MessagesRequest Model NotAllowed
    NotFound Note Overloaded PluginError RateLimited Record Route Settings SignatureDelta Target TextBlock TextDelta
    ThinkingBlock ThinkingDelta Timeout TooLarge Tool ToolResultBlock ToolUseBlock Transport TransportWrapper
    Unauthenticated UnknownBlock UnknownDelta UnknownEvent UnusableAnswer UpstreamFailed Usage hookimpl
    """.split()  # noqa: SIM905 - read by people
)
"""A name that leaves this list breaks somebody's plugin: it needs a new API_VERSION and a line in the changelog."""


def public(module):
    return {
        name for name, value in vars(module).items() if not name.startswith("_") and not isinstance(value, ModuleType)
    }


def test_the_public_names_are_frozen():
    assert set(cgb.__all__) == FROZEN
    assert cgb.API_VERSION == 1


@pytest.mark.parametrize("module", [cgb, cgb.messages])
def test_all_is_what_can_be_imported(module):
    assert all(hasattr(module, name) for name in module.__all__)
    assert set(module.__all__) == public(module)
    assert len(module.__all__) == len(set(module.__all__))


def test_what_is_not_public_is_no_attribute():
    with pytest.raises(AttributeError, match="module 'cgb' has no attribute 'Nothing'"):
        _ = cgb.Nothing


def test_the_test_kits_names_can_be_imported():
    for name in cgb.testing.__all__:
        assert getattr(cgb.testing, name) is not None


@pytest.mark.parametrize("name", sorted(FROZEN - {"API_VERSION", "Block", "Event", "ContentBlockDelta", "Kind"}))
def test_every_public_name_is_documented(name):
    assert getattr(cgb, name).__doc__


def test_public_names_are_imported_when_they_are_asked_for():
    """`cgb plugins list` needs none of them, and they cost more than all the rest of it."""
    code = (
        "import sys, cgb, cgb.plugins\n"
        "assert set(cgb.__all__) <= set(dir(cgb))\n"
        "print('pydantic' in sys.modules)\n"
        "from cgb import *\n"
        "print('pydantic' in sys.modules, Settings is cgb.Settings is cgb.settings.Settings)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "True"]


def test_importing_cgb_imports_no_server_and_no_provider():
    code = (
        "import sys, cgb, cgb.pipeline, cgb.config\n"
        "heavy = {'fastapi', 'starlette', 'uvicorn', 'aiohttp', 'litellm', 'openai', 'cgb.testing', 'cgb_plugins'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
