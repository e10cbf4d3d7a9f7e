from cgb_plugins.tool_schema.compiled import pointer


def test_writes_a_path_as_json_pointer():
    assert pointer(("properties", "a/b~c")) == "/properties/a~1b~0c"
    assert not pointer(())
