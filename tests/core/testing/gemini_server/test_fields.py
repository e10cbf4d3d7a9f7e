import pytest

from cgb.testing.gemini_server.fields import snake, table


@pytest.mark.parametrize(
    ("camel", "snake_case"),
    [
        ("parametersJsonSchema", "parameters_json_schema"),
        ("topP", "top_p"),
        ("role", "role"),
        ("mcpServers", "mcp_servers"),
    ],
)
def test_names_are_printed_in_snake_case(camel, snake_case):
    assert snake(camel) == snake_case


def test_both_spellings_find_the_field():
    assert table().field("Part", "inlineData") is table().field("Part", "inline_data") is not None


def test_an_unknown_name_finds_nothing():
    assert table().field("FunctionCall", "thoughtSignature") is None


def test_enum_names_have_no_case():
    assert table().enum("Type", "string")
    assert table().enum("Type", "STRING")
    assert not table().enum("Type", "str")


def test_the_type_url_is_the_service_s():
    schema_type = table().field("Schema", "type")
    assert schema_type.url == "type.googleapis.com/google.ai.generativelanguage.v1beta.Type"
    assert table().field("FunctionCall", "args").url == "type.googleapis.com/google.protobuf.Struct"
    assert table().field("Schema", "title").url == "TYPE_STRING"


def test_every_type_that_is_named_exists():
    for message in table().messages():
        fields = table()._messages[message].values()
        for field in fields:
            if field.kind == "message":
                assert field.type in table().messages()
