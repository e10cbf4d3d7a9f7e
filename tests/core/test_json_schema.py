import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import pytest
from jsonschema import Draft7Validator
from pydantic import Field, PlainValidator, SecretStr

from cgb import Env, Settings
from cgb.json_schema import json_schema
from cgb.opening import models_of
from cgb.plugins import load, select

EXAMPLES = Path(__file__).parents[2] / "examples"


class Inner(Settings):
    """A table within."""

    count: int = Field(default=1, ge=0)


class Odd:
    """A type that JSON knows nothing of."""


class Mine(Settings):
    """A plugin's settings."""

    key: Annotated[SecretStr, Env("MY_KEY")]
    """What opens the door."""
    level: Literal["low", "high"] = "low"
    inner: tuple[Inner, ...] = ()
    not_: bool = Field(default=False, alias="not")
    call: Callable[[], object] = dict
    odd: Annotated[Odd, PlainValidator(lambda _: Odd())] = Field(default_factory=Odd)


@pytest.fixture(scope="module")
def schema():
    return json_schema({"mine": Mine, "plain": None}, ["other"])


def mistakes(schema, text):
    return sorted(error.message for error in Draft7Validator(schema).iter_errors(tomllib.loads(text)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        'plugins = "mine,other"\n[server]\nport = 0\n',
        '[plugin.mine]\nkey = "x"\nlevel = "high"\nnot = true\nodd = 5\ncall = 5\n[[plugin.mine.inner]]\ncount = 2',
        "[plugin.mine]\nnot = true",
        "[plugin.plain]\n[plugin.other]\nany = 1",
    ],
)
def test_a_good_file_passes(schema, text):
    assert mistakes(schema, text) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("plugins = ['a']", "['a'] is not of type 'string'"),
        ("pluggins = 'a'", "'pluggins' was unexpected"),
        ("[server]\nprot = 1", "'prot' was unexpected"),
        ("[server]\nport = 65536", "65536 is greater than the maximum of 65535"),
        ("[plugin.mien]", "'mien' was unexpected"),
        ("[plugin.plain]\nx = 1", "'x' was unexpected"),
        ("[plugin.mine]\nlevel = 'mid'", "'mid' is not one of ['low', 'high']"),
        ("[plugin.mine]\nnot_ = true", "'not_' was unexpected"),
        ("[[plugin.mine.inner]]\nconut = 1", "'conut' was unexpected"),
        ("[[plugin.mine.inner]]\ncount = -1", "-1 is less than the minimum of 0"),
    ],
)
def test_a_mistake_is_found(schema, text, said):
    (found,) = mistakes(schema, text)
    assert said in found


def test_what_editors_show(schema):
    Draft7Validator.check_schema(schema)
    shown = schema["definitions"]["Mine"]["properties"]
    assert shown["key"]["description"] == "What opens the door.\n\nAlso set by CGB_MINE_KEY, MY_KEY."
    assert shown["key"]["format"] == "password"
    assert (shown["level"]["enum"], shown["level"]["default"]) == (["low", "high"], "low")
    assert shown["not"]["description"] == "Also set by CGB_MINE_NOT_."
    assert "of its plugins mine, plain." in schema["description"]


@pytest.fixture(scope="module")
def bundled():
    return json_schema(models_of(load(select("default"))))


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.name)
def test_the_examples_pass(bundled, path):
    assert mistakes(bundled, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("good", "wrong"),
    [
        ('kind = ["title", "web_fetch"]', 'kind = ["titel"]'),
        ('set = { effort = "low" }', 'set = { efort = "low" }'),
        ("[[plugin.routing.models]]", "[[plugin.routing.model]]"),
        ('to = "gemini/gemini-flash-latest"', "to = 5"),
        ('small_model = "gemini-flash-latest"', "small_model = 5"),
    ],
)
def test_typos_in_an_example_are_found(bundled, good, wrong):
    text = (EXAMPLES / "routing.toml").read_text(encoding="utf-8")
    assert good in text
    assert mistakes(bundled, text.replace(good, wrong))
