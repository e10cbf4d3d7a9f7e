from cgb_plugins.tool_schema import Compiled, compile_schema
from cgb_plugins.tool_schema.compiled import pointer


def test_writes_a_path_as_json_pointer():
    assert pointer(("properties", "a/b~c")) == "/properties/a~1b~0c"
    assert not pointer(())


def test_what_is_right_goes_out_and_comes_back_as_it_is():
    arguments = {"a": [1]}
    plain = Compiled({})
    assert plain.encode(arguments) is arguments
    assert plain.decode(arguments) is arguments


def test_the_way_back_takes_the_form_off_and_then_puts_types_right():
    schema = {"type": "object", "properties": {"level": {"enum": [1, 2]}, "limit": {"type": "integer"}, "free": {}}}
    compiled = compile_schema(schema, "openapi")
    assert compiled.encode({"level": 2, "limit": 5, "free": [None]}) == {"level": "2", "limit": 5, "free": "[null]"}
    assert compiled.decode({"level": "2", "limit": "5000", "free": "[null]"}) == {
        "level": 2,
        "limit": 5000,
        "free": [None],
    }
