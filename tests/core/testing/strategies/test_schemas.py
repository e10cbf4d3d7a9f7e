import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from cgb.testing.strategies import schemas

from .drawn import some


@given(schemas())
def test_they_are_json_schema_of_an_object(schema):
    Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object"
    assert "Shared" in schema.get("$defs", {}) or "$ref': '#" not in repr(schema)


@pytest.mark.parametrize("word", ["anyOf", "oneOf", "allOf", "$schema", "additionalProperties", "required", "pattern"])
def test_every_word_comes(word):
    assert some(schemas(), lambda schema: f"'{word}'" in repr(schema))
