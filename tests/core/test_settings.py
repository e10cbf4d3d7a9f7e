import pytest
from pydantic import Field, SecretStr, ValidationError

from cgb import Env, Settings
from cgb.settings import descriptions, known_at


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


class Further(Outer):
    """Adds to them."""

    plain: int = 1
    """Described
    anew."""
    said: int = Field(default=0, description="Said there.")
    """Not here."""
    "Nor here."


def test_the_string_below_a_field_describes_it():
    assert descriptions(Outer) == {"some": "Described here."}
    assert descriptions(Further) == {"some": "Described here.", "plain": "Described\nanew.", "said": "Said there."}


def test_without_a_source_there_is_no_description():
    namespace = {"Settings": Settings, "__name__": "nowhere"}
    exec("class Typed(Settings):\n    one: int = 1\n    'Described.'\n", namespace)
    assert descriptions(namespace["Typed"]) == {}


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
