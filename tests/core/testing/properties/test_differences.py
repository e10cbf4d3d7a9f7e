import pytest

from cgb.testing.properties.differences import first_difference


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ({"a": 1}, {"a": 1}, ""),
        (1, 2, "1 became 2"),
        ({"a": 1, "b": [1, {"c": "x"}]}, {"a": 1, "b": [1, {"c": "y"}]}, "b.1.c: 'x' became 'y'"),
        ({"a": 1}, {}, "a: 1 became nothing"),
        ({}, {"a": None}, "a: nothing became None"),
        ({"a": [1]}, {"a": [1, 2]}, "a: [1] became [1, 2]"),
        ({"a": [1]}, {"a": "b"}, "a: [1] became 'b'"),
    ],
)
def test_the_first_place_is_told(first, second, said):
    assert first_difference(first, second) == said
