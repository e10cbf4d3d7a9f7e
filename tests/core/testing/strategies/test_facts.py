from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from cgb import ApiError, Context, Kind, Record, Route, Target
from cgb.testing.strategies import contexts, errors, records, requests, routes, targets

from .drawn import some


@given(requests().flatmap(contexts), routes(), targets(), records(), errors())
def test_they_are_what_hooks_are_handed(ctx, route, target, record, error):
    kinds = (Context, Route, Target, Record, ApiError)
    assert all(isinstance(one, kind) for one, kind in zip((ctx, route, target, record, error), kinds, strict=True))
    assert ctx.kind in get_args(Kind)
    assert bool(record.error) + record.cancelled + (record.stop_reason is not None) == 1


def test_a_record_may_be_of_a_given_request():
    request = some(requests(), bool)
    assert some(records(request), bool).request == request


@given(st.data())
def test_an_error_is_never_the_same_object(data):
    first, second = data.draw(errors()), data.draw(errors())
    assert first is not second


def test_every_kind_of_thinking_and_schema_comes():
    for kind in ("none", "levels", "budget"):
        assert some(targets(), lambda target, kind=kind: target.thinking == kind)
    assert some(targets(), lambda target: target.native and target.schema == "openapi")
