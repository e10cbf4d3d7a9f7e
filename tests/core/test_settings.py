import pytest
from pydantic import Field, SecretStr, ValidationError

from cgb import Env, Settings
from cgb.settings import known_at


class Mine(Settings):
    """Some settings."""

    model: str = "x"
    key: SecretStr | None = None


def test_settings_refuse_what_they_do_not_know():
    with pytest.raises(ValidationError, match="modle"):
        Mine(modle="y")


def test_settings_do_not_change():
    with pytest.raises(ValidationError, match="frozen"):
        Mine().model = "y"


def test_secrets_are_not_shown():
    assert "sesame" not in repr(Mine(key="sesame"))


def test_env_names_variables():
    assert Env("A", "B").names == ("A", "B")
    assert Env("A") == Env("A")


class Inner(Settings):
    """A table within."""

    name: str = ""
    not_: bool = Field(default=False, alias="not")


class Outer(Settings):
    """Tables within."""

    one: Inner | None = None
    some: tuple[Inner, ...] = ()
    """Described here."""
    named: dict[str, list[Inner]] = Field(default_factory=dict)
    plain: int = 0


def test_the_string_below_a_field_describes_it():
    assert Outer.model_fields["some"].description == "Described here."
    assert Outer.model_fields["one"].description is None


def test_defaults_are_validated():
    class Wrong(Settings):
        """Wrong."""

        plain: int = "x"

    with pytest.raises(ValidationError, match="plain"):
        Wrong()


@pytest.mark.parametrize(
    ("keys", "names"),
    [
        ((), {"one", "some", "named", "plain"}),
        (("one",), {"name", "not"}),
        (("some", 3), {"name", "not"}),
        (("named", "any", 0), {"name", "not"}),
        (("plain",), set()),
    ],
)
def test_the_names_a_table_may_hold(keys, names):
    assert known_at(Outer, keys) == names
