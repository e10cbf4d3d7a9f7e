from cgb_plugins.tool_schema.codec import Choice, Elements, JsonText, Members, Nothing, Option, Words, Wrapped
from cgb_plugins.tool_schema.judge import Judge

JSON = JsonText(Judge({}, {}))
ONE = Words({("integer", 1): "1"}, {"1": 1})


def test_any_value_as_text():
    for value in (None, True, 1, 10**30, 0.5, "a", "1", 'say "hi"', "ü\u2028", [1, None], {"a": {}}):
        assert isinstance(JSON.encode(value), str)
        assert JSON.decode(JSON.encode(value)) == value


def test_words_that_are_no_json_mean_themselves():
    for said in ("hello", "{broken", "NaN", "Infinity", "", "[" * 100_000, 5, None):
        assert JSON.decode(said) == said


def test_text_stays_text_where_only_that_is_right():
    text = JsonText(Judge({"type": ["string", "object"]}, {}))
    assert text.decode("5") == "5"
    assert text.decode('"5"') == "5"
    assert text.decode('{"a": 1}') == {"a": 1}


def test_null_beside_what_takes_none():
    text = JsonText(Judge({"type": ["string", "object"]}, {}))
    assert text.encode(None) is None
    assert text.decode(text.encode("null")) == "null"
    assert JSON.encode(None) == "null"


def test_members_and_elements_each_in_their_own_form():
    members = Members({"a": ONE})
    assert members.encode({"a": 1, "b": 1}) == {"a": "1", "b": 1}
    assert members.decode({"b": "1", "a": "1"}) == {"b": "1", "a": 1}
    elements = Elements((None, ONE), JSON)
    assert elements.encode([1, 1, 1]) == [1, "1", "1"]
    assert elements.decode(["1", "1", "{}"]) == ["1", 1, {}]
    assert Elements((ONE,), None).decode(["1", "1"]) == [1, "1"]


def test_what_is_no_object_or_array_stays():
    for codec in (Members({"a": ONE}), Elements((ONE,), None), Nothing(), Wrapped(JSON)):
        assert codec.decode("1") == "1"
    for codec in (Members({"a": ONE}), Elements((ONE,), None), Nothing()):
        assert codec.encode("1") == "1"


def test_a_placeholder_is_taken_out():
    assert Nothing().decode({"_": "x"}) == {}
    assert Nothing().encode({}) == {}


def test_the_type_on_the_wire_tells_the_alternatives_apart():
    number = Option(Judge({"type": "object"}, {}), None, frozenset({"object"}))
    choice = Choice((Option(Judge({"enum": [1]}, {}), ONE, frozenset({"string"})), number))
    assert choice.encode(1) == "1"
    assert choice.encode({"a": 1}) == {"a": 1}
    assert choice.encode(5) == 5
    assert choice.decode("1") == 1
    assert choice.decode({"a": "1"}) == {"a": "1"}


def test_a_wrapped_root():
    wrapped = Wrapped(JSON)
    for call in ({}, {"a": 1}, {"arguments": "{}"}):
        assert wrapped.decode(wrapped.encode(call)) == call
    assert wrapped.decode({"a": 1}) == {"a": 1}
    assert wrapped.decode({"arguments": "no object"}) == {"arguments": "no object"}
