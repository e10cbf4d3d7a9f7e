from dataclasses import replace

import pytest

from cgb import InvalidRequest, Overloaded, RateLimited, Target, Transport, UnusableAnswer
from cgb_plugins.fallback import FallbackSettings
from cgb_plugins.fallback.breakers import Breakers
from cgb_plugins.fallback.way import Way

from .kit import A, B, C, Clock, context_of

TOO_LONG = "prompt is too long: 2 tokens > 1 maximum"
WINDOWS = {"small": 100, "middle": 200, "large": 300}


class Windows(Transport):
    def target(self, model):
        return Target(context_tokens=WINDOWS[model])


def way_of(routes=(A, B, C), resting=()):
    breakers, ctx = Breakers(FallbackSettings(failures=1), Clock()), context_of()
    for route in resting:
        with pytest.raises(Overloaded), breakers.asking(route):
            raise Overloaded("Full.")
    return Way(routes, breakers, Windows(), ctx), ctx


def walked(way, *errors):
    """The routes asked while these errors come."""
    asked, course = [], iter(errors)
    for route in way:
        asked.append(route)
        error = next(course, None)
        if error is None:
            return asked
        way.failed(route, error)
    return asked


def test_each_route_knows_who_goes_on_after_it():
    way, _ = way_of()
    asked = walked(way, *[Overloaded("Full.")] * 3)
    assert asked == [replace(A, fallbacks=(B, C)), replace(B, fallbacks=(C,)), C]


def test_going_on_is_noted():
    way, ctx = way_of()
    walked(way, Overloaded("Full."), UnusableAnswer("…", kind="cut"))
    assert [(note.kind, note.text) for note in ctx.notes] == [
        ("fallback", "a/m failed (overloaded): asked b/m"),
        ("fallback", "b/m failed (cut): asked c/m"),
    ]
    assert ctx.notes[0].data == {"from": "a/m", "to": "b/m", "reason": "overloaded"}


def test_the_first_failure_is_told_and_how_the_others_failed():
    way, _ = way_of()
    walked(way, Overloaded("Full."), RateLimited("the key AIza-secret"), UnusableAnswer("…", kind="cut"))
    error = way.error()
    assert type(error) is Overloaded
    assert error.message == "Full. Other routes were tried: b/m (rate limit), c/m (cut)."
    assert str(error) == error.message


def test_a_fault_of_the_request_ends_it():
    way, _ = way_of()
    assert len(walked(way, Overloaded("Full."), InvalidRequest("No."))) == 2
    assert way.error().message == "Full. Other routes were tried: b/m (invalid request)."


def test_a_route_that_rests_is_left_out():
    way, ctx = way_of(resting=(A, C))
    assert walked(way) == [B]
    assert [(note.kind, note.text) for note in ctx.notes] == [("skipped", "a/m was not asked, as it failed before")]


def test_who_is_left_out_goes_on_after_nobody():
    way, ctx = way_of(resting=(B,))
    assert walked(way, Overloaded("Full.")) == [replace(A, fallbacks=(C,)), C]
    assert [note.kind for note in ctx.notes] == ["skipped", "fallback"]


def test_if_all_rest_the_first_is_asked_all_the_same():
    way, ctx = way_of(resting=(A, B, C))
    assert walked(way, Overloaded("Full.")) == [A]
    assert [note.kind for note in ctx.notes] == ["skipped", "skipped"]
    assert way.error().message == (
        "Full. Other routes were tried: b/m (not asked, as it failed before), c/m (not asked, as it failed before)."
    )


def test_what_is_too_long_goes_to_larger_windows_only():
    routes = [replace(A, model=size) for size in ("middle", "small", "middle", "large")]
    way, _ = way_of(routes)
    assert [route.model for route in walked(way, InvalidRequest(TOO_LONG))] == ["middle", "large"]


def test_what_is_too_long_everywhere_is_told_in_the_words_that_make_the_client_compact():
    way, _ = way_of([replace(A, model="small"), replace(A, model="large")])
    walked(way, InvalidRequest(TOO_LONG), Overloaded("Full."))
    assert way.error().message == TOO_LONG
