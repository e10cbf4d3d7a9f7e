import pytest

from cgb.explain import Change
from cgb_cli.json_lines import diff_lines, json_lines, shortened


def plain(lines):
    return [line.plain for line in lines]


def test_a_difference_is_two_lines():
    lines = list(diff_lines([Change("replace", "/a", 1, None)]))
    assert plain(lines) == ["    - /a: 1", "    + /a: null"]
    assert [str(line.style) for line in lines] == ["red", "green"]


def test_what_came_or_went_is_one_line():
    changes = [Change("add", "/a", after=[1]), Change("remove", "/b", before="x")]
    assert plain(diff_lines(changes)) == ["    + /a: [1]", '    - /b: "x"']


def test_long_texts_are_shown_from_where_they_part():
    lines = plain(diff_lines([Change("replace", "/a", "x" * 500 + " old end", "x" * 500 + " new end")]))
    assert lines == [f'    - /a: "…{"x" * 29} old end"', f'    + /a: "…{"x" * 29} new end"']


def test_long_texts_that_part_at_once_are_cut():
    first, _ = plain(diff_lines([Change("replace", "/a", "x" * 500, "y" * 500)]))
    assert first.startswith('    - /a: "xxx')
    assert first.endswith("x… (502 characters)")


def test_of_many_changes_the_first_are_shown():
    lines = plain(diff_lines([Change("add", f"/{n}", after=n) for n in range(30)]))
    assert len(lines) == 25
    assert lines[-1] == "    … and 6 more changes; --json shows all"


@pytest.mark.parametrize(("value", "text"), [({"a": "é"}, '{"a":"é"}'), ({1: {2}}, '{"1":"{2}"}')])
def test_a_value_in_one_line(value, text):
    assert shortened(value) == text


def test_a_small_value_is_one_line():
    assert plain(json_lines({"a": [1, {"b": 2}]})) == ['    {"a":[1,{"b":2}]}']


def test_a_long_value_is_taken_apart_as_far_as_it_needs():
    value = {"long": "x" * 200, "list": [*range(2), "y" * 150, *range(50)], "small": {"a": 1}}
    assert plain(json_lines(value)) == [
        "    {",
        f'      long: "{"x" * 138}… (202 characters)',
        "      list: [",
        "        0",
        "        1",
        f'        "{"y" * 138}… (152 characters)',
        "        0",
        "        1",
        "        2",
        "        … and 47 more",
        "      ]",
        '      small: {"a":1}',
        "    }",
    ]


def test_what_is_deep_is_cut():
    value = {"x": "y" * 150}
    for _ in range(50):
        value = {"d": value}
    assert len(plain(json_lines(value))) == 11
