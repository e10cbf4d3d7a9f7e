"""Turns of any history."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cgb_plugins.litellm.turns import AssistantTurn, UserTurn, turns

from .kit import assistant, call, request_of, result, user

IDS = st.sampled_from("abc")
SAID = st.lists(st.just("word") | IDS.map(call), min_size=1, max_size=3).map(lambda blocks: assistant(*blocks))
TOLD = st.lists(st.just("word") | IDS.map(result), min_size=1, max_size=3).map(lambda blocks: user(*blocks))


@given(st.lists(SAID | TOLD, min_size=1, max_size=8))
def test_each_call_is_followed_by_its_result_and_nothing_is_lost(history):
    request = request_of(*history)
    found = turns(request.messages)
    kinds = [type(turn) for turn in found]

    assert all(one is not other for one, other in pairwise(kinds))
    for turn, following in pairwise(found):
        if isinstance(turn, AssistantTurn):
            assert [answered.call for answered in following.results] == turn.calls
    assert kinds[-1] is UserTurn
    kept = [block for turn in found for block in turn.blocks]
    kept += [one.result for turn in found if isinstance(turn, UserTurn) for one in turn.results if one.result]
    assert sorted(map(id, kept)) == sorted(id(block) for one in request.messages for block in one.blocks)
