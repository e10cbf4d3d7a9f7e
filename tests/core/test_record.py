import pytest

from cgb import Record, Usage
from cgb.testing import request_of


def test_a_record_is_a_value_that_says_nothing_happened_yet():
    record = Record(request_of("Hello"))
    assert (record.routes, record.notes, record.stop_reason, record.error) == ((), (), None, None)
    assert (record.usage, record.cancelled, record.first_event_s, record.plugin_s) == (Usage(), False, None, {})
    with pytest.raises(AttributeError):
        record.cancelled = True
