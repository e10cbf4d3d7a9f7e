"""What the users of every transport that asks over HTTP may set."""

from typing import Annotated

import pytest
from pydantic import SecretStr

from cgb import ConfigError, Env
from cgb.config import Config
from cgb.upstream import UpstreamSettings

from .kit import Mine


@pytest.mark.parametrize("fields", [{"total_timeout_s": -1}, {"request_timeout": 0}, {"connect_timeout_s": 0}])
def test_a_budget_that_is_none_stops_the_start(fields):
    with pytest.raises(ValueError, match=next(iter(fields))):
        Mine.model_validate(fields)


@pytest.mark.parametrize(
    "address", ["https://a.example", "http://127.0.0.1:9/v1", "http://[::1]:9", "https://a.example/"]
)
def test_an_address(address):
    assert UpstreamSettings(base_url=address).base_url == address


@pytest.mark.parametrize("address", ["a.example", "ftp://a.example", "https://", "http://[fe80::1%eth0]", "http:// a"])
def test_what_is_no_address(address):
    with pytest.raises(ValueError, match="base_url"):
        UpstreamSettings(base_url=address)


def test_a_server_without_an_address_is_none():
    with pytest.raises(ValueError, match="base_url"):
        UpstreamSettings()


def test_the_environment_sets_what_every_server_shares():
    environment = {"REQUEST_TIMEOUT": "7", "HTTPS_PROXY": "http://proxy:1", "CGB_MINE_CONNECT_TIMEOUT_S": "3"}

    found = Config(environ=environment).plugin_settings({"mine": Mine}, ["mine"])["mine"]

    assert (found.request_timeout, found.connect_timeout_s) == (7, 3)
    assert found.proxy.get_secret_value() == "http://proxy:1"


class Keyed(Mine):
    """One with keys, as transports have them."""

    api_key: Annotated[SecretStr | None, Env("MINE_KEY")] = None
    api_keys: tuple[SecretStr, ...] = ()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\t", "\x00", "\u200b", "\udcff"])
@pytest.mark.parametrize("variable", ["MINE_KEY", "HTTPS_PROXY"])
def test_a_secret_that_no_header_can_hold_stops_the_start_and_is_not_shown(variable, end):
    """A key from a file, with the end of its line."""
    setting = {"MINE_KEY": "api_key", "HTTPS_PROXY": "proxy"}[variable]

    with pytest.raises(ConfigError, match=rf"^environment {variable}: plugin\.mine\.{setting}: a line break") as caught:
        Config(environ={variable: f"secret{end}"}).plugin_settings({"mine": Keyed}, ["mine"])

    assert "secret" not in str(caught.value)


def test_one_of_several_secrets_that_no_header_can_hold_stops_the_start():
    with pytest.raises(ValueError, match="api_keys"):
        Keyed(api_keys=("k1", "k2\n"))


def test_secrets():
    found = Keyed(api_key="k 1", api_keys=("k2", "ä"), proxy="http://me:p ss@proxy:1")

    assert found.api_key.get_secret_value() == "k 1"
