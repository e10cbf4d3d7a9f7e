import dataclasses
import typing

import pytest

from cgb.testing.gemini_server.faults import events


@pytest.mark.parametrize("kind", typing.get_args(events.Event))
def test_events_are_values(kind):
    assert dataclasses.is_dataclass(kind)
    fields = dataclasses.fields(kind)
    made = kind(*[field.name for field in fields])
    assert made == kind(*[field.name for field in fields])
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(made, fields[0].name, "x")
