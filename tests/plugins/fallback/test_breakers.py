import logging
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgb import InvalidRequest, Overloaded, RateLimited, Route
from cgb_plugins.fallback import FallbackSettings
from cgb_plugins.fallback.breakers import Breakers

from .kit import A, B, Clock

FULL = Overloaded("Full.")


class Bench:
    """Breakers, and a clock to move."""

    def __init__(self, **settings):
        self.clock = Clock()
        self.breakers = Breakers(FallbackSettings(**settings), self.clock)

    def ask(self, error=None, route=A):
        with suppress(type(error) if error else ()), self.breakers.asking(route):
            if error:
                raise error

    def pass_(self, seconds):
        self.clock.now += seconds

    @property
    def admits(self):
        return self.breakers.admits(A)


def opened(**settings):
    bench = Bench(**settings)
    for _ in range(3):
        assert bench.admits
        bench.ask(FULL)
    assert not bench.admits
    return bench


def test_three_failures_in_a_row_open_it_for_that_route():
    bench = opened()
    assert bench.breakers.admits(B)


def test_an_answer_between_begins_the_count_anew():
    bench = Bench()
    for error in (FULL, FULL, None, FULL, FULL):
        bench.ask(error)
    assert bench.admits


def test_failures_far_apart_do_not_open_it():
    bench = Bench(window_s=60)
    for _ in range(9):
        bench.ask(FULL)
        bench.pass_(31)
    assert bench.admits


def test_what_is_the_requests_fault_counts_for_nothing():
    bench = Bench()
    for error in (FULL, FULL, InvalidRequest("No."), InvalidRequest("No.")):
        bench.ask(error)
    assert bench.admits
    bench.ask(FULL)
    assert not bench.admits


def test_after_the_cool_down_one_request_at_a_time_tries():
    bench = opened(cool_down_s=60)
    bench.pass_(59.9)
    assert not bench.admits
    bench.pass_(0.1)
    assert bench.admits
    with bench.breakers.asking(A):
        assert not bench.admits
    assert bench.admits


def test_a_try_that_fails_opens_it_again_at_once():
    bench = opened(cool_down_s=60)
    bench.pass_(500)
    bench.ask(FULL)
    assert not bench.admits
    bench.pass_(60)
    assert bench.admits


def test_a_try_that_succeeds_closes_it():
    bench = opened()
    bench.pass_(60)
    bench.ask()
    for _ in range(2):
        bench.ask(FULL)
    assert bench.admits


@pytest.mark.parametrize("error", [GeneratorExit(), KeyboardInterrupt(), InvalidRequest("No.")])
def test_a_try_that_tells_nothing_leaves_the_next_request_to_try(error):
    bench = opened()
    bench.pass_(60)
    with pytest.raises(type(error)), bench.breakers.asking(A):
        raise error
    assert bench.admits


def test_a_client_that_leaves_does_not_shorten_a_rest():
    bench = opened(cool_down_s=60)
    with pytest.raises(GeneratorExit), bench.breakers.asking(A):
        raise GeneratorExit
    bench.pass_(59)
    assert not bench.admits


def test_a_client_that_leaves_closes_no_breaker_that_others_opened_meanwhile():
    bench = Bench(failures=3)
    bench.ask(FULL)
    with suppress(GeneratorExit), bench.breakers.asking(A):
        bench.ask(FULL)
        bench.ask(FULL)
        raise GeneratorExit
    assert not bench.admits


def test_a_try_that_hangs_keeps_others_away_for_one_cool_down_only():
    bench = opened(cool_down_s=60)
    bench.pass_(60)
    with bench.breakers.asking(A):
        bench.pass_(60)
        assert bench.admits


@pytest.mark.parametrize(("asked_for", "rests"), [(5, 60), (90, 90), (90_000, 600)])
def test_upstreams_delay_makes_the_rest_longer(asked_for, rests):
    bench = Bench(failures=1, cool_down_s=60)
    bench.ask(RateLimited("Later.", retry_after=asked_for))
    bench.pass_(rests - 1)
    assert not bench.admits
    bench.pass_(1)
    assert bench.admits


def test_an_opened_breaker_is_told_once(caplog):
    with caplog.at_level(logging.WARNING, "cgb.fallback"):
        opened(cool_down_s=60)
    assert caplog.messages == ["'a/m' failed too often and rests for 60 s; the last failure: overloaded"]


def test_clients_that_invent_models_fill_no_memory():
    bench = Bench(failures=1)
    bench.ask(FULL)
    for number in range(1000):
        bench.ask(FULL, Route("a", f"made-up-{number}"))
    assert len(bench.breakers._troubles) == 256
    assert bench.admits
    assert not bench.breakers.admits(Route("a", "made-up-999"))


@given(st.lists(st.tuples(st.sampled_from([None, FULL, InvalidRequest("No.")]), st.floats(0, 100))))
def test_it_is_never_closed_for_longer_than_a_cool_down(course):
    bench = Bench(cool_down_s=60)
    for error, seconds in course:
        bench.pass_(seconds)
        before = bench.admits
        bench.ask(error)
        assert bench.admits or isinstance(error, Overloaded) or not before
    bench.pass_(60)
    assert bench.admits
