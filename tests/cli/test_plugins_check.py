import subprocess
import sys

import pytest

FAULTY = """
from cgb import Settings, hookimpl


class Faults(Settings):
    count: int = 1


@hookimpl
def describe_settings():
    return Faults


@hookimpl
def rewrite_request(request, settings):
    return request.with_(messages=request.messages[-settings.count:])
"""


@pytest.fixture
def faulty(tmp_path):
    path = tmp_path / "faulty.py"
    path.write_text(FAULTY)
    return str(path)


def test_a_plugin_that_keeps_its_promises(invoke):
    result = invoke("plugins", "check", "hello", "--examples", "5")
    assert result.exit_code == 0
    first, *lines = result.stdout.splitlines()
    assert first.startswith("✓ hello loads from cgb-hello")
    assert lines[:2] == ["✓ settings: Hello (sentence)", "✓ hooks: rewrite_request"]
    assert "✓ rewrite_request: a valid request stays valid" in lines
    assert all(line.startswith("✓ rewrite_request: ") for line in lines[2:])


def test_a_file_that_breaks_one(invoke, faulty):
    result = invoke("plugins", "check", faulty, "--examples", "40", "--shortens")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    place = lines.index("✗ rewrite_request: a valid request stays valid")
    assert lines[place + 1].startswith("  → not a request: messages: unexpected `tool_use_id`")
    assert lines[place + 2].startswith('  request = {"model":')


def test_what_is_configured_counts(invoke, faulty, tmp_path):
    (tmp_path / "cgb.toml").write_text("[plugin.faulty]\ncount = 1000\n[plugin.hello]\nsentence = 'x'\n")
    assert invoke("plugins", "check", faulty, "--examples", "20").exit_code == 0


def test_a_claim_is_looked_at(invoke):
    result = invoke("plugins", "check", "hello", "--transparent", "--examples", "2")
    assert result.exit_code == 1
    assert "✗ rewrite_request: being transparent, it leaves requests as they are" in result.stdout


@pytest.mark.parametrize(
    ("name", "said"),
    [("hallo", "no installed plugin 'hallo'"), ("split", "plugin.split.to: Field required"), ("default", "not one")],
)
def test_what_cannot_be_looked_at_is_one_line(invoke, name, said):
    result = invoke("plugins", "check", name)
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_without_hypothesis_the_rest_is_checked():
    code = "import sys; sys.modules['hypothesis'] = None\nfrom cgb_cli import main\nmain()"
    command = [sys.executable, "-c", code, "plugins", "check", "hello"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == (
        "Not more than that: the property suite needs hypothesis: pip install 'claude-gemini-bridge[testing]'"
    )
