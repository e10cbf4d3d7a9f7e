import orjson
from hypothesis import find, given
from hypothesis import strategies as st

from cgb.testing.strategies import json_values, names, objects, texts, words
from cgb.testing.strategies.values import wire


@given(json_values())
def test_json_values_are_json(value):
    assert orjson.loads(orjson.dumps(value)) == value


@given(texts(), texts(min_size=1), words(), objects())
def test_texts_have_a_utf_8_form_and_words_are_not_blank(any_text, some_text, word, thing):
    assert (any_text + some_text + word).encode().decode() == any_text + some_text + word
    assert some_text
    assert word.strip()
    assert isinstance(thing, dict)


@given(wire({"a": st.just(1)}, {"b": st.just(2)}))
def test_unknown_members_never_hide_known_ones(drawn):
    assert drawn["a"] == 1
    assert drawn.get("b", 2) == 2


def test_unknown_and_awkward_members_come_too():
    assert len(find(wire({"a": st.just(1)}), lambda drawn: len(drawn) > 1)) == 2
    assert find(names(), lambda name: name == "model_config")
