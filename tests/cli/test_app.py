from importlib.metadata import version

import pytest


def test_alone_it_prints_help(invoke):
    result = invoke()
    assert result.exit_code == 0
    assert all(command in result.output for command in ("serve", "code", "check", "plugins"))


def test_version(invoke):
    result = invoke("--version")
    assert (result.exit_code, result.output) == (0, f"cgb {version('claude-gemini-bridge')}\n")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("serve", "--port", "0", "--plugins", "nobody"), "no installed plugin 'nobody'"),
        (("serve", "--config", "absent.toml"), "absent.toml: cannot be read"),
        (("plugins", "list", "--plugins", "-gemini"), "drops -gemini, which is not in it"),
    ],
)
def test_a_refusal_is_one_line_and_exit_2(invoke, args, said):
    result = invoke(*args)
    assert result.exit_code == 2
    assert result.stderr.startswith("cgb: ")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_refusal_of_many_lines_is_still_one(invoke, tmp_path):
    (tmp_path / "bad.py").write_text("raise ValueError('one\\ntwo')")
    result = invoke("serve", "--port", "0", "--plugins", "bad.py")
    assert result.stderr == "cgb: plugin 'bad.py' does not load: ValueError: one two (bad.py, line 1)\n"


def test_an_error_of_ours_is_no_refusal(invoke, monkeypatch):
    monkeypatch.setattr("cgb.config.Config.read", lambda *_: 1 / 0)
    assert isinstance(invoke("serve").exception, ZeroDivisionError)
