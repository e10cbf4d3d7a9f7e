import importlib
import re
import sys
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


@pytest.fixture
def importing(tmp_path, monkeypatch):
    """A hook that imports what takes until the event is set."""
    ended = threading.Event()
    monkeypatch.setitem(sys.modules, "slow_import_ended", ended)
    (tmp_path / "slow_import.py").write_text("import slow_import_ended\nslow_import_ended.wait()\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    def fits(request):
        importlib.import_module("slow_import")
        return request

    yield fits, ended
    ended.set()
    sys.modules.pop("slow_import", None)


def test_an_import_may_take_longer_than_a_hook(importing, passes, monkeypatch):
    """LiteLLM's takes 30 s on a busy machine, and its plugin was said to hang."""
    fits, ended = importing
    monkeypatch.setattr(suite, "HANG_S", 0.5)
    seen = []

    def imports():
        seen.append(found := really())
        if seen.count(True) > 12:  # it is asked ten times in HANG_S
            ended.set()
        return found

    really = suite._imports
    monkeypatch.setattr(suite, "_imports", imports)
    passes(fit_request=fits)
    assert ended.is_set()


def test_an_import_that_never_ends_is_named(importing, broken, monkeypatch):
    monkeypatch.setattr(suite, "HANG_S", 0.1)
    monkeypatch.setattr(suite, "IMPORTS_S", 0.3)
    found = broken(fit_request=importing[0])
    assert "what it imports did not end within 0.3 s" in found["a valid request stays valid"]


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
