import jsonschema
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cgb.testing.gemini_server import numbers

BOUNDS = st.integers(-50, 50) | st.sampled_from([0.5, -2.25, 1e6])
KEYWORDS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(KEYWORDS), BOUNDS), st.sampled_from([None, 1, 3, 0.5]))
def test_inside_all_bounds(bounds, step):
    low = max((bounds[key] for key in KEYWORDS[:2] if key in bounds), default=-1e9)
    high = min((bounds[key] for key in KEYWORDS[2:] if key in bounds), default=1e9)
    assume(low + 7 < high)
    schema = bounds if step is None else {**bounds, "multipleOf": step}
    jsonschema.validate(numbers.real(schema), {"type": "number", **schema})
    jsonschema.validate(numbers.whole(schema), {"type": "integer", **schema})


def test_a_whole_number_may_be_several_steps_from_the_bound():
    assert numbers.whole({"exclusiveMaximum": 0, "multipleOf": 0.5}) == -1


def test_draft_4_has_booleans():
    assert numbers.whole({"minimum": 3, "exclusiveMinimum": True}) == 4
    assert numbers.whole({"maximum": 3, "minimum": 3, "exclusiveMaximum": False}) == 3


def test_between_two_numbers():
    assert numbers.real({"exclusiveMinimum": 0, "exclusiveMaximum": 1}) == 0.5
