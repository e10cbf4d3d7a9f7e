from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from cgb import Route
from cgb.testing import request_of
from cgb_plugins.fallback.candidates import candidates

A, B, C, D = (Route(name, "m") for name in "abcd")


def names(route, configured=None):
    return [str(one) for one in candidates(request_of("Hi"), route, configured or {})]


def test_a_route_without_fallbacks_is_alone():
    assert candidates(request_of("Hi"), A, {}) == (A,)


def test_its_own_fallbacks_and_theirs_come_before_those_configured():
    route = replace(A, fallbacks=(replace(B, fallbacks=(C,)), D))
    assert names(route, {"a/*": ("e/m",)}) == ["a/m", "b/m", "c/m", "d/m", "e/m"]


def test_a_model_without_transport_is_one_of_the_same():
    assert names(A, {"a/m": ("small", "b/x/y")}) == ["a/m", "a/small", "b/x/y"]


def test_the_clients_name_for_the_model_fits_a_pattern_too():
    assert names(A, {"claude-sonnet-*": ("b/m",)}) == ["a/m", "b/m"]


def test_the_first_pattern_that_fits_counts():
    assert names(A, {"b/*": ("b/1",), "a/*": ("a/2",), "*": ("a/3",)}) == ["a/m", "a/2"]


def test_a_configured_route_says_which_rule_chose_it():
    assert candidates(request_of("Hi"), A, {"a/*": ("b/m",)})[1].why == "plugin.fallback.routes: a/*"


def test_what_leads_to_the_same_in_another_way_is_another_route():
    patient = replace(A, options={"streamed": False})
    assert candidates(request_of("Hi"), replace(A, why="rule", fallbacks=(patient, A)), {}) == (
        replace(A, why="rule"),
        patient,
    )


ROUTES = st.recursive(
    st.builds(Route, st.sampled_from("ab"), st.sampled_from("xy"), why=st.sampled_from(["", "rule"])),
    lambda inner: st.builds(
        Route, st.sampled_from("ab"), st.sampled_from("xy"), fallbacks=st.lists(inner, max_size=3).map(tuple)
    ),
    max_leaves=8,
)


@given(ROUTES, st.lists(st.sampled_from(["a/x", "b/y", "z"]), max_size=3).map(tuple))
def test_the_route_is_first_and_each_comes_once_and_bare(route, models):
    found = candidates(request_of("Hi"), route, {"*": models})
    assert found[0] == replace(route, fallbacks=())
    assert len({str(one) for one in found}) == len(found)
    assert not any(one.fallbacks for one in found)
