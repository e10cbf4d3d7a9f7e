"""What the properties of whole exchanges share."""

import pytest

from cgb.testing import plugin_of
from cgb_plugins import stream_repair

from .in_process import bridges


@pytest.fixture(scope="session")
def bridge():
    with bridges(plugin_of(stream_repair, "stream-repair")) as opened:
        yield opened


@pytest.fixture(scope="session")
def unrepaired():
    """A bridge that asks once: what is broken stays so."""
    with bridges() as opened:
        yield opened
