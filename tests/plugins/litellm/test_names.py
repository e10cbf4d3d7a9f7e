"""Names and ids."""

import re

from hypothesis import given
from hypothesis import strategies as st

from cgb import ToolUseBlock
from cgb.messages import carry
from cgb_plugins.litellm.models import family_of
from cgb_plugins.litellm.names import Names, call_id

GEMINI, GPT, MISTRAL = (family_of(name, {}) for name in ("gemini/gemini-3-pro", "openai/x", "mistral/large"))


@given(st.lists(st.text("ab.:/é-_9", min_size=1, max_size=80), min_size=1, max_size=5, unique=True))
def test_names_are_legal_and_find_their_way_back(names):
    found = Names(names)
    upstream = [found.to_upstream(name) for name in names]

    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) for name in upstream)
    assert len(set(upstream)) == len(names)
    assert [found.to_client(name) for name in upstream] == names


@given(st.text(max_size=60))
def test_ids_are_legal_and_always_the_same(tool_id):
    block = ToolUseBlock(id=tool_id, name="Bash")

    assert re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", call_id(block, GPT))
    assert re.fullmatch(r"[a-z0-9]{9}", call_id(block, MISTRAL))
    assert call_id(block, GPT) == call_id(ToolUseBlock(id=tool_id, name="Read"), GPT)


def test_what_an_id_carries_is_left_out():
    block = ToolUseBlock(id=carry("toolu_1", "c2lnbg==", id="g1"), name="Bash")

    assert (call_id(block, GEMINI), call_id(block, GPT)) == ("g1", "toolu_1")
