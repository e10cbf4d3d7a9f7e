import re
import threading
import time

import pytest

from cgb.hooks import HOOKS
from cgb.testing.properties import suite
from cgb.testing.properties.suite import PROPERTIES


def test_every_hook_has_its_properties():
    assert {prop.hook for prop in PROPERTIES} == set(HOOKS) - {"describe_settings"}


def test_who_holds_the_event_loop_is_named(broken, monkeypatch):
    monkeypatch.setattr(suite, "HELD_S", 0.01)

    async def slowly(request):
        time.sleep(0.1)  # noqa: ASYNC251 - what is to be noticed
        return request

    found = broken(rewrite_request=slowly)
    held = [
        re.search(r"it holds the event loop for ([\d.]+) s: nobody else is answered", one) for one in found.values()
    ]
    assert held
    assert all(told is not None and float(told[1]) >= 0.1 for told in held)


def test_who_never_comes_back_is_named(broken, monkeypatch):
    monkeypatch.setattr(suite, "HANG_S", 0.3)
    released = threading.Event()

    def hanging(request):
        released.wait()

    try:
        found = broken(fit_request=hanging)
    finally:
        released.set()
    assert list(found) == ["a valid request stays valid"]
    assert "it did not return within 0.3 s" in found["a valid request stays valid"]


def test_a_second_property_shows_the_example_that_is_small_already(broken, patient):
    def failing(request):
        raise KeyError(request.model)

    found = broken(rewrite_request=failing)
    assert len(set(found.values())) == 1
    assert found["a valid request stays valid"].count('"role"') == 1


def test_what_goes_wrong_in_the_suite_itself_is_raised(passes, monkeypatch):
    def no_examples(*args, **kwargs):
        raise LookupError("no examples")

    monkeypatch.setattr(suite, "drawn", no_examples)
    with pytest.raises(LookupError, match="no examples"):
        passes(rewrite_request=lambda request: request)
