"""What the properties of whole exchanges share."""

import pytest

from .in_process import bridges


@pytest.fixture(scope="session")
def bridge():
    with bridges() as opened:
        yield opened
