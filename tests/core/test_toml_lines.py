import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgb.toml_lines import line_of, spelt

TEXT = '''plugins = "default"

[server]
port = 1

# [plugin.a]
[plugin.a]
models = [
  { id = "x", to = "y" },
  # { id = "comment" },
  { id = "z" },
]

[[plugin.a.rules]]
text = """
rules = [
"""
to = "t"

[[plugin.a.rules]]
to = "t"
[plugin.a.rules.when]
kind = ["main",
  "mian"]
'''


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("models", 0, "id"), 9),
        (("models", 1), 11),
        (("models", 1, "to"), 11),
        (("rules", 0), 14),
        (("rules", 0, "to"), 18),
        (("rules", 1, "to"), 21),
        (("rules", 1, "when"), 22),
        (("rules", 1, "when", "kind", 0), 23),
        (("rules", 1, "when", "kind", 1), 24),
        (("rules", 1, "when", "absent"), 22),
        (("absent",), 7),
        ((), 7),
    ],
)
def test_where_a_value_is(keys, line):
    assert line_of(TEXT, ("plugin", "a"), keys) == line


def test_a_table_that_is_not_there_has_no_line():
    assert line_of(TEXT, ("plugin", "b"), ("x",)) is None


def test_dotted_keys_and_inline_tables():
    text = 'plugin.a.rules = [{ to = "t" }, { when = { tokens = "x" } }]\nplugin.a.b.c = 1\n'
    assert line_of(text, ("plugin", "a"), ("rules", 1, "when", "tokens")) == 1
    assert line_of(text, ("plugin", "a"), ("b", "c")) == 2


@given(st.lists(st.sampled_from(["", "# x", "[[t.r]]\nk = 1", "[t.o{}]\nk = '''\na\n'''"]), max_size=8))
def test_every_array_of_tables_is_found_at_its_headers(pieces):
    lines = "\n".join(piece.format(place) for place, piece in enumerate(pieces)).split("\n")
    text = "[t.a]\n" + "\n".join(lines)
    headers = [number for number, line in enumerate(text.split("\n"), 1) if line == "[[t.r]]"]
    found = [line_of(text, ("t",), ("r", place)) for place in range(len(tomllib.loads(text)["t"].get("r", ())))]
    assert found == headers


def test_steps_that_a_validator_added_are_left_out():
    """Pydantic tells of a table that stands for a list of one as an item of that list, and of a union's members."""
    table = {"rules": [{"when": {"kind": "mian"}}], "port": "x"}
    assert spelt(table, ("rules", 0, "when", 0, "kind", 0)) == ["rules", 0, "when", "kind"]
    assert spelt(table, ("port", "int")) == ["port"]
    assert spelt(table, ("rules", 0, "to")) == ["rules", 0, "to"]
