"""What an answer is read against."""

from dataclasses import FrozenInstanceError

import pytest

from .kit import asked_of


def test_it_cannot_be_changed_while_an_answer_is_read():
    with pytest.raises(FrozenInstanceError):
        asked_of().model = "another"
