import pytest

from cgb_cli.check import findings
from cgb_cli.start import Start


def test_all_is_well(invoke, tmp_path, echo):
    (tmp_path / "only.py").write_text(ONLY_OPUS)
    result = invoke("check", "--plugins", f"{echo},only.py")
    assert result.exit_code == 0, result.output
    assert "✓ configuration: the environment, no cgb.toml\n" in result.output
    assert "✓ plugins: echo → only\n" in result.output
    assert "✓ opus: claude-opus-5-5 → echo/one\n" in result.output
    # One call is enough for a model that all names lead to.
    assert result.output.count("✓ connection: claude-opus-5-5 → echo/one answered in") == 1
    assert "✗" not in result.output


ONLY_OPUS = """
from cgb import Route, hookimpl

@hookimpl
def choose_route():
    return Route("echo", "one")
"""


def test_a_lacking_key_is_told_with_its_fix_and_nobody_is_asked(invoke, monkeypatch, echo):
    monkeypatch.setenv("CGB_ECHO_KEY", "false")
    result = invoke("check", "--plugins", echo)
    assert result.exit_code == 1
    assert "✗ there is no key\n  → set CGB_ECHO_KEY\n" in result.output
    assert "connection" not in result.output


def test_a_model_without_a_route_is_told(invoke, echo):
    result = invoke("check", "--plugins", echo)
    assert result.exit_code == 1
    assert "✗ fable: claude-fable-5 → no plugin has a route" in result.output


def test_a_failing_connection_is_told(invoke, tmp_path, echo):
    (tmp_path / "only.py").write_text(ONLY_OPUS.replace('"one"', '"broken"'))
    result = invoke("check", "--plugins", f"{echo},only.py")
    assert result.exit_code == 1
    assert "✗ connection: claude-opus-5-5 → echo/broken failed with 404: it is broken\n" in result.output


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("plugins = [", "✗ cgb.toml: is not TOML"),
        ("[server]\nprt = 1", "✗ cgb.toml:2: server.prt: Extra inputs are not permitted"),
        ('plugins = "gemni"', "✗ there is no installed plugin 'gemni'"),
        ('[server]\nlog_level = "loud"', "✗ server.log_level: there is no level 'loud'"),
    ],
)
def test_a_wrong_configuration_is_a_finding(invoke, tmp_path, toml, said):
    (tmp_path / "cgb.toml").write_text(toml)
    result = invoke("check")
    assert result.exit_code == 1
    assert said in result.output


async def test_the_file_is_named(tmp_path, echo):
    (tmp_path / "cgb.toml").write_text("")
    first = await anext(findings(Start(options={"plugins": echo})))
    assert first.text == "configuration: cgb.toml and the environment"
