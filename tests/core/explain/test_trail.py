import pytest

from cgb.explain.trail import Trail

from .conftest import saying


@pytest.mark.parametrize(
    ("trail", "answered"), [(Trail(), False), (Trail(answer=saying()), True), (Trail(live=("a",)), True)]
)
def test_whether_somebody_answers(trail, answered):
    assert trail.is_answered is answered


def test_each_trail_is_its_own():
    one, other = Trail(), Trail()
    one.layers.append(("", []))
    one.arrived.set()
    assert (other.layers, other.arrived.is_set()) == ([], False)
