import json
import tomllib

import pytest
from jsonschema import Draft7Validator


@pytest.fixture
def file(tmp_path):
    def write(text):
        (tmp_path / "cgb.toml").write_text(text)

    return write


def test_each_value_has_its_origin_and_secrets_stay_hidden(invoke, file, tmp_path, monkeypatch):
    file('plugins = "model-map,gemini"\n[server]\nport = 9\n[plugin.gemini]\napi_keys = ["sesame"]\n')
    (tmp_path / ".env").write_text("BIG_MODEL=large\nGEMINI_API_KEY=sesame\n")
    monkeypatch.setenv("LOG_LEVEL", "debug")
    result = invoke("config")
    assert result.exit_code == 0
    shown = result.stdout.splitlines()
    assert 'plugins = "model-map,gemini"  # cgb.toml:1' in shown
    assert "# model-map → gemini" in shown
    assert "port = 9  # cgb.toml:3" in shown
    assert 'log_level = "debug"  # environment LOG_LEVEL' in shown
    assert 'big_model = "large"  # .env BIG_MODEL' in shown
    assert 'host = "127.0.0.1"  # default' in shown
    assert 'api_key = "**********"  # .env GEMINI_API_KEY' in shown
    assert 'api_keys = ["**********"]  # cgb.toml:5' in shown
    assert "# proxy is not set" in shown
    assert "sesame" not in result.output
    assert tomllib.loads(result.stdout)["plugin"]["model-map"]["big_model"] == "large"


def test_the_command_line_is_an_origin(invoke, echo):
    assert f'plugins = "{echo}"  # command line' in invoke("config", "--plugins", echo).stdout


def test_programs_get_json_without_secrets(invoke, monkeypatch):
    monkeypatch.setenv("GEMINI_API_KEY", "sesame")
    result = invoke("config", "--plugins", "gemini,tool-schema", "--json")
    said = json.loads(result.stdout)
    assert said["plugins"]["order"] == ["gemini", "tool-schema"]
    assert said["tables"]["plugin.gemini"]["api_key"]["origin"] == "environment GEMINI_API_KEY"
    assert said["tables"]["plugin.tool-schema"] is None
    assert "sesame" not in result.output


@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_a_wrong_value_hides_no_other_table(invoke, file, as_json):
    file('plugins = "model-map,gemini"\n[server]\nprot = 9\n[plugin.gemini]\nlink_limit_mb = "sesame"\n')
    result = invoke("config", *as_json)
    assert result.exit_code == 2
    assert result.stderr == "cgb: cgb.toml:3: server.prot: Extra inputs are not permitted. Did you mean 'port'?\n"
    assert "cgb.toml:5: plugin.gemini.link_limit_mb: Input should be a valid integer" in result.stdout
    assert "gemini-pro-latest" in result.stdout
    assert "sesame" not in result.output


def test_a_wrong_list_hides_not_the_server(invoke):
    result = invoke("config", "--plugins", "gemni")
    assert result.exit_code == 2
    assert "port = 8082" in result.stdout
    assert "no installed plugin 'gemni'" in result.stderr


def test_a_table_of_no_plugin_is_told(invoke, file):
    file("[plugin.gemni]\n")
    result = invoke("config")
    assert result.exit_code == 2
    assert "cgb.toml:1: plugin.gemni: there is no such plugin. Did you mean 'gemini'?" in result.stderr


def test_the_schema_is_of_the_enabled_plugins(invoke, echo, file):
    schema = json.loads(invoke("config", "--schema", "--plugins", f"{echo},model-map").stdout)
    check = Draft7Validator(schema)
    good = "#:schema ./cgb.schema.json\n[plugin.echo]\nkey = true\n[plugin.gemini]\nany = 1\n"
    assert check.is_valid(tomllib.loads(good))
    assert not check.is_valid({"plugin": {"echo": {"kye": True}}})
    assert not check.is_valid({"plugin": {"model-map": {"modles": 1}}})
