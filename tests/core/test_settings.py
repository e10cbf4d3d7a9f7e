import pytest
from pydantic import SecretStr, ValidationError

from cgb import Env, Settings


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
