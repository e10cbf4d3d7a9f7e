"""What an answer is read against."""

import dataclasses

import pytest

from cgb_plugins.gemini.asked import Asked

from .kit import asked


def test_what_is_not_said_limits_nothing():
    defaults = {field.name: field.default for field in dataclasses.fields(Asked)}

    assert defaults["visible_tokens"] is None
    assert defaults["domains"] is None


def test_it_stays_as_it_was_while_the_answer_comes():
    with pytest.raises(dataclasses.FrozenInstanceError):
        asked().family = "another"
