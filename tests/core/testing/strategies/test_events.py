from typing import get_args

import pytest
from hypothesis import given

from cgb.messages import ContentBlockDelta, Event, event_of, event_to_wire
from cgb.testing.strategies import deltas, events

from .drawn import some


@given(events())
def test_they_are_events(event):
    assert event_of(event_to_wire(event)) == event


@given(deltas())
def test_deltas_are_deltas(delta):
    assert isinstance(delta, ContentBlockDelta)


@pytest.mark.parametrize("kind", get_args(Event))
def test_every_kind_comes(kind):
    assert isinstance(some(events(), lambda event: isinstance(event, kind)), kind)
