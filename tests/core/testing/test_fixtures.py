"""The fixtures, as a plugin's author has them: in a process of their own, opted in to by a conftest.py."""

import subprocess
import sys

OPTS_IN = 'pytest_plugins = ["cgb.testing.fixtures"]\n'

PLUGIN = """
from cgb import Settings, TextBlock, hookimpl

class Sentence(Settings):
    sentence: str = "Be kind."

@hookimpl
def describe_settings():
    return Sentence

@hookimpl
def rewrite_request(request, settings):
    return request.with_(system=(*request.system_blocks, TextBlock(text=settings.sentence)))
"""

TESTS = """
import pytest

from cgb import ApiError
from cgb.testing import request_of

import kind

BODY = b'{"contents": [{"parts": [{"text": "Hi"}]}], "nonsense": 1}'
HEADERS = {"content-type": "application/json", "x-goog-api-key": "test"}


def test_it_is_seen_upstream(simulated_gemini, serve_bridge):
    simulated_gemini.reply({"text": "Hello."}, {"text": "Bye."})
    for bridge, sentence in ((serve_bridge(kind), "Be kind."), (serve_bridge("kind.py", {"sentence": "Be."}), "Be.")):
        assert bridge.ask("Hi").content[0].text in {"Hello.", "Bye."}
        asked = [call.body for call in simulated_gemini.calls if call.body and "contents" in call.body][-1]
        assert asked["systemInstruction"]["parts"][0]["text"] == sentence, asked


async def test_it_can_be_asked_from_a_coroutine(serve_bridge):
    assert serve_bridge(kind).ask("Hi", {"x-claude-code-session-id": "1"}).stop_reason == "end_turn"


def test_an_error_is_raised(serve_bridge):
    with pytest.raises(ApiError) as caught:
        serve_bridge(kind).ask(request_of("Hi").with_(model="nobody-knows"))
    assert caught.value.status == 404


def test_what_gemini_would_refuse_fails_the_test(simulated_gemini):
    from urllib.error import HTTPError
    from urllib.request import ProxyHandler, Request, build_opener

    url = simulated_gemini.url + "/v1beta/models/gemini-3-flash-preview:generateContent"
    with pytest.raises(HTTPError):
        build_opener(ProxyHandler({})).open(Request(url, BODY, HEADERS))
"""


def run(folder, *args):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *args, str(folder)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def project(folder, conftest):
    (folder / "conftest.py").write_text(conftest)
    (folder / "kind.py").write_text(PLUGIN)
    (folder / "test_kind.py").write_text(TESTS.replace("async def test", "def test"))


def test_a_plugin_is_seen_at_work(tmp_path):
    project(tmp_path, OPTS_IN)
    done = run(tmp_path, "-W", "error")
    assert "4 passed, 1 error" in done.stdout, done.stdout + done.stderr
    assert "ERROR test_kind.py::test_what_gemini_would_refuse_fails_the_test - assert [" in done.stdout


def test_nobody_has_them_who_did_not_opt_in(tmp_path):
    project(tmp_path, "")
    done = run(tmp_path, "-k", "seen")
    assert "fixture 'simulated_gemini' not found" in done.stdout
