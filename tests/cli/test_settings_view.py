from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Optional

import pytest
from pydantic import Field, SecretBytes, SecretStr

from cgb import Env, Settings
from cgb.config import Config
from cgb_cli.settings_view import HIDDEN, origin, settings_in, shown, toml, type_name


class Inner(Settings):
    """A table within."""

    name: str = ""
    not_: bool = Field(default=False, alias="not")


class Mine(Settings):
    """A plugin's settings."""

    key: Annotated[SecretStr | None, Env("MY_KEY")] = None
    """What opens the door."""
    keys: dict[str, SecretStr] = Field(default_factory=dict)
    inner: tuple[Inner, ...] = ()
    count: int = 1
    must: str


@dataclass
class Foreign:
    """A type of somebody's."""

    x: int

    def __str__(self):
        return f"x is {self.x}"


@pytest.fixture
def asked(tmp_path):
    path = tmp_path / "cgb.toml"
    path.write_text('[plugin.mine]\nmust = "sesame"\nkeys = { a = "sesame" }\n[[plugin.mine.inner]]\nnot = true\n')
    config = Config.read(path)
    config = Config(config.file, {"MY_KEY": "sesame"}, {"CGB_MINE_COUNT": "7"}, {}, path)
    settings = config.settings_of("mine", Mine)
    return {one.name: one for one in settings_in(config, ("plugin", "mine"), settings)}, path


def test_each_field_with_its_origin(asked):
    found, path = asked
    assert {name: (one.value, one.origin) for name, one in found.items()} == {
        "key": (HIDDEN, "environment MY_KEY"),
        "keys": ({"a": HIDDEN}, f"{path}:3"),
        "inner": ([{"not": True}], f"{path}:4"),
        "count": (7, ".env CGB_MINE_COUNT"),
        "must": ("sesame", f"{path}:2"),
    }


def test_each_field_with_what_may_be_set(asked):
    found, _ = asked
    key = found["key"]
    assert (key.type, key.default, key.description) == ("SecretStr | None", None, "What opens the door.")
    assert key.variables == ("CGB_MINE_KEY", "MY_KEY")
    assert (found["count"].default, found["keys"].default, found["must"].default) == (1, {}, None)
    assert found["key"].to_json()["value"] == HIDDEN


def test_what_nobody_set_is_as_its_default():
    assert origin(Config(), ("server", "port")) == "default"


@pytest.mark.parametrize(
    ("value", "as_shown"),
    [
        (SecretStr("sesame"), HIDDEN),
        (SecretStr(""), HIDDEN),
        (SecretBytes(b"sesame"), HIDDEN),
        (({"a": SecretStr("sesame")},), [{"a": HIDDEN}]),
        (frozenset({1}), [1]),
        (None, None),
        (True, True),
        (1.5, 1.5),
        (Foreign(3), "x is 3"),
        (Path("a/b"), "a/b"),
        ({1: Foreign(3)}, {"1": "x is 3"}),
    ],
)
def test_values_as_they_are_shown(value, as_shown):
    assert shown(value) == as_shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\n\"b'", '"a\\n\\"b\'"'),
        (True, "true"),
        (7, "7"),
        ([1, "x"], '[1, "x"]'),
        ({}, "{}"),
        ({"a": 1, "b c": {"d": []}}, '{ a = 1, "b c" = { d = [] } }'),
    ],
)
def test_values_in_toml(value, text):
    import tomllib

    assert toml(value) == text
    assert tomllib.loads(f"x = {text}")["x"] == value


class Colour(Enum):
    """One of few."""

    RED = "red"


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        (int, "int"),
        (SecretStr | None, "SecretStr | None"),
        (Optional[int], "int | None"),  # noqa: UP045 - as older plugins have it
        (tuple[Annotated[SecretStr, Field(min_length=1)], ...], "tuple[SecretStr, ...]"),
        (dict[str, list[Inner]], "dict[str, list[Inner]]"),
        (Literal["a", 5], "'a' | 5"),
        (Any, "Any"),
        (Colour, "Colour"),
    ],
)
def test_types_in_pythons_spelling(annotation, text):
    assert type_name(annotation) == text
