"""The table of losses: each of them is one that the suite looks for."""

import fnmatch
from importlib import import_module
from pathlib import Path

import pytest

from .kit import STATED
from .losses import LOSSES

for module in Path(__file__).parent.glob("test_*.py"):
    if module.stem != Path(__file__).stem:
        import_module(f"{__package__}.{module.stem}")


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: f"{loss.subject} ({', '.join(loss.on)})")
def test_a_loss_is_looked_for_on_each_of_its_ways(loss):
    ways = list(map(str, STATED[loss.subject]))
    assert [glob for glob in loss.on if not fnmatch.filter(ways, glob)] == []


def test_everything_is_stated_of_litellm():
    """Nothing is skipped in silence: what a statement is made of, it is made of LiteLLM too."""
    assert [subject for subject, ways in STATED.items() if not any(way.transport == "litellm" for way in ways)] == []


def test_every_statement_that_is_made_of_gemini_is_made_of_gemini_through_litellm():
    for subject, ways in STATED.items():
        direct = {str(way) for way in ways if way.transport == "gemini"}
        through = {str(way).removeprefix("litellm-") for way in ways if str(way).startswith("litellm-gemini")}
        assert direct == through, subject
