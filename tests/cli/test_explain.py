import json
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from cgb_cli.app import app

from ..fixtures import posted, replies

THIRD = """
from cgb import Settings, TextDelta, hookimpl
from pydantic import SecretStr


class Third(Settings):
    token: SecretStr = SecretStr("hidden")


@hookimpl
def describe_settings():
    return Third


@hookimpl
def rewrite_request(request, ctx, settings):
    ctx.note("capped", "less is more", token=settings.token)
    return request.with_(max_tokens=100)


@hookimpl
def fit_request(request):
    return request


@hookimpl
async def transform_stream(events):
    async for event in events:
        yield TextDelta(event.index, event.text.upper()) if isinstance(event, TextDelta) else event
"""

SCHEMAS = """
from cgb import hookimpl

@hookimpl
def fit_request(request, ctx):
    ctx.note("schema", "told", tool="Bash", changes=[{"path": "/properties/x", "keyword": "oneOf", "how": "weakened"}])
    return request
"""


AGAIN = """
from dataclasses import replace

from cgb import ApiError, TransportWrapper, hookimpl


class Again(TransportWrapper):
    async def send(self, request, route, ctx):
        try:
            async for event in self.inner.send(request, route, ctx):
                yield event
        except ApiError:
            async for event in self.inner.send(request, replace(route, options={"slowly": True}), ctx):
                yield event


@hookimpl
def wrap_transport(transport):
    return Again(transport)
"""


@pytest.fixture
def request_file(tmp_path):
    """A captured request by its name, as a file."""

    def request_file(name="01-main-opus-first-turn"):
        path = tmp_path / "request.json"
        path.write_bytes(posted()[name].body)
        return str(path)

    return request_file


@pytest.fixture
def third(tmp_path):
    path = tmp_path / "third.py"
    path.write_text(THIRD)
    return f"default,{path}"


def under(output, head):
    """The lines of a section, up to the next empty line."""
    lines = output.splitlines()
    first = next(place for place, line in enumerate(lines) if line.split("  ")[0] == head)
    rest = lines[first + 1 :]
    return rest[: rest.index("")] if "" in rest else rest


def test_a_diff_for_each_plugin(invoke, request_file, third):
    result = invoke("explain", request_file(), "--plugins", third)
    assert result.exit_code == 0, result.output
    assert result.output.startswith("request  main, claude-opus-5-5, messages: 2, tools: 12, tokens: about 11,913\n")
    assert under(result.output, "rewrite_request") == ["  third", "    - /max_tokens: 128000", "    + /max_tokens: 100"]
    assert under(result.output, "choose_route")[-1] == "  model-map  gemini/gemini-pro-latest  (claude-* → big_model)"
    fits = under(result.output, "fit_request")
    assert fits[0] == "  tidy-request"
    assert any(re.match(r"    - /system: .*x-anthropic-billing-header", line) for line in fits)
    assert fits[-1] == "  unchanged: gemini-guidance, third"
    assert "schema=gemini-json-schema" in under(result.output, "target")[0]
    assert "      contents: [" in under(result.output, "body")
    assert under(result.output, "notes") == ["  third  capped: less is more"]
    assert "transform_stream" not in result.output


@pytest.mark.parametrize(
    "name", ["06-tool-loop-opus", "10-tool-result-image", "28-session-title", "30-count-tokens-tools"]
)
def test_captured_requests_of_every_kind(invoke, request_file, name):
    result = invoke("explain", request_file(name), "--model", "claude-haiku-4-5", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["request"]["model"] == "claude-haiku-4-5"
    assert told["route"]["model"] == "gemini-flash-latest"
    assert told["attempts"][0]["body"]["contents"]


def test_the_way_back_of_a_recorded_answer(invoke, tmp_path, request_file, third):
    (tmp_path / "answer.sse").write_bytes(replies()["text.sse"])
    result = invoke("explain", request_file(), "--plugins", third, "--answer", "answer.sse")
    assert result.exit_code == 0, result.output
    back = under(result.output, "transform_stream")
    assert re.fullmatch(r"  third  (\d+) events → \1: \d+ changed", back[0])
    assert back[1].startswith("    - /content/0/text: ")
    assert (
        back[2]
        == back[1].replace("- /content", "+ /content").partition(': "')[0] + ': "' + back[1].partition(': "')[2].upper()
    )
    assert "stream-repair" in back[3]
    assert under(result.output, "answer")


def test_what_a_wrapper_asks_for_again(invoke, tmp_path, request_file):
    (tmp_path / "again.py").write_text(AGAIN)
    (tmp_path / "error.json").write_bytes(replies()["error-429.json"])
    result = invoke("explain", request_file(), "--plugins", "default,-stream-repair,again.py", "--answer", "error.json")
    assert result.exit_code == 1
    assert "attempt 1  gemini/gemini-pro-latest\n" in result.output
    assert "attempt 2  gemini/gemini-pro-latest; options {'slowly': True}, with the same request\n" in result.output
    assert "  again  asked 2 times" in under(result.output, "wrap_transport")
    assert result.output.splitlines()[-1].startswith("429 rate_limit_error: ")


def test_a_simulated_gemini_answers(invoke, monkeypatch, request_file, third):
    monkeypatch.setenv("GEMINI_API_KEY", "real")
    result = invoke("explain", request_file(), "--plugins", third, "--simulated")
    assert result.exit_code == 0, result.output
    assert '    - /content/1/text: "[Simulated Gemini (demo), no real model]' in result.output
    assert '    + /content/1/text: "[SIMULATED GEMINI (DEMO), NO REAL MODEL]' in result.output


def test_only_gemini_is_simulated(invoke, request_file, echo):
    result = invoke("explain", request_file(), "--plugins", echo, "--simulated")
    assert result.exit_code == 2
    assert result.stderr.startswith(
        "cgb: the request's way leads to echo/echo-claude-opus-5-5, and only gemini is simulated"
    )


def test_it_needs_no_key_and_asks_nobody(invoke, monkeypatch, request_file):
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:1")
    assert invoke("explain", request_file()).exit_code == 0


def test_it_reads_standard_input():
    result = CliRunner().invoke(app, ["explain", "-", "--json"], input=posted()["28-session-title"].body)
    assert json.loads(result.stdout)["request"]["kind"] == "title"
    wrong = CliRunner().invoke(app, ["explain", "-"], input=b"{}")
    assert (wrong.exit_code, wrong.stderr) == (
        2,
        "cgb: standard input: model: Field required; messages: Field required.\n",
    )


def test_json_tells_all_and_no_secret(invoke, request_file, third):
    result = invoke("explain", request_file(), "--plugins", third, "--json")
    told = json.loads(result.stdout)
    assert "hidden" not in result.stdout
    assert told["rewrite_request"] == [
        {"plugin": "third", "changes": [{"op": "replace", "path": "/max_tokens", "before": 128000, "after": 100}]}
    ]
    assert told["notes"] == [
        {"plugin": "third", "kind": "capped", "text": "less is more", "data": {"token": "**********"}}
    ]
    assert told["plugins"][-1] == "third"
    assert told["attempts"][0]["body"]["generationConfig"]["maxOutputTokens"] >= 100


def test_what_became_of_schemas(invoke, tmp_path, request_file):
    (tmp_path / "told.py").write_text(SCHEMAS)
    result = invoke("explain", request_file(), "--plugins", "default,-tool-schema,told.py", "--schemas")
    assert result.exit_code == 0, result.output
    first, row, *_, tools, later, sizes = result.output.splitlines()
    assert first.split() == ["tool", "bytes", "path", "keyword", "how"]
    assert row.split()[0] == "Bash"
    assert row.split()[-3:] == ["/properties/x", "oneOf", "weakened"]
    assert tools == "tools: 12, of them 10 with nothing lost, 1 with changes"
    assert later == "not sent: DeferredToolPlaceholder"
    assert re.fullmatch(r"schemas: [\d,]+ → [\d,]+ bytes", sizes)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("absent.json",), "absent.json: cannot be read: No such file or directory."),
        (("request.json", "--answer", "absent.sse"), "absent.sse: cannot be read"),
        (
            ("request.json", "--answer", "request.json"),
            "request.json: is no answer of the Messages API: id: Field required.",
        ),
        (("request.json", "--answer", "a", "--simulated"), "leave one of them out"),
        (("request.json", "--upto", "fit_reqest"), "Did you mean 'fit_request'?"),
        (("request.json", "--plugins", "nobody"), "no installed plugin 'nobody'"),
        (("request.json", "--config", "absent.toml"), "absent.toml: cannot be read"),
    ],
)
def test_a_refusal_is_one_line_and_exit_2(invoke, request_file, args, said):
    request_file()
    result = invoke("explain", *args)
    assert result.exit_code == 2
    assert result.stderr.startswith("cgb: ")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_request_that_fails_is_shown_and_exit_1(invoke, request_file):
    result = invoke("explain", request_file(), "--model", "nobodys")
    assert result.exit_code == 1
    assert result.output.splitlines()[-1].startswith(
        "404 not_found_error: no plugin has a route for the model 'nobodys'."
    )


@pytest.mark.parametrize(("upto", "last"), [("rewrite_request", "rewrite_request"), ("choose_route", "choose_route")])
def test_it_stops_where_it_was_told_to(invoke, request_file, third, upto, last):
    output = invoke("explain", request_file(), "--plugins", third, "--upto", upto).output
    heads = [line for line in output.splitlines() if line and not line.startswith(" ") and not line.startswith("notes")]
    assert heads[-1] == last


def test_fastapi_is_not_imported(request_file):
    code = "import sys; from cgb_cli import main\ntry: main()\nexcept SystemExit: pass\nprint('fastapi' in sys.modules)"
    args = [sys.executable, "-c", code, "explain", request_file()]
    done = subprocess.run(args, capture_output=True, text=True, check=True)
    assert done.stdout.endswith("\nFalse\n")
