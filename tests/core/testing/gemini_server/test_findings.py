import pytest

from cgb.testing.gemini_server.errors import GoogleError
from cgb.testing.gemini_server.findings import Findings


def test_nothing_found():
    Findings().stop()


def test_field_rules_are_joined():
    found = Findings()
    found.add("other", "c", "said alone")
    found.field("one", "a", "wrong")
    found.field("two", "b", "wrong too")
    with pytest.raises(GoogleError) as caught:
        found.stop()
    assert caught.value.message == "* GenerateContentRequest.a: wrong\n* GenerateContentRequest.b: wrong too\n"
    assert [violation.rule for violation in caught.value.violations] == ["other", "one", "two"]


def test_other_rules_speak_one_at_a_time():
    found = Findings()
    found.add("one", "a", "first")
    found.add("two", "b", "second")
    with pytest.raises(GoogleError, match=r"^first$") as caught:
        found.stop()
    assert len(caught.value.violations) == 2
