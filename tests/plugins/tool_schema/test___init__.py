from cgb_plugins import tool_schema


def test_says_in_all_what_is_importable():
    assert all(hasattr(tool_schema, name) for name in tool_schema.__all__)
