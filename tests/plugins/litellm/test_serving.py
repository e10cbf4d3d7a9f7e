"""A bridge in a process of its own, started as people start it."""

import json
import re
import subprocess
import sys
import textwrap
from contextlib import contextmanager
from http.client import HTTPConnection

import pytest
from anyio.from_thread import start_blocking_portal

from cgb.testing import SimulatedGemini

DEADLINE_S = 60
LISTENS = re.compile(r"listens on http://127\.0\.0\.1:(\d+)")
STEP = {"text": "Here you are.", "thoughts": "Hm.", "calls": [{"name": "Bash", "args": {}}], "chunks": 3}
TOOLS = [{"name": "Bash", "input_schema": {"type": "object", "properties": {"a": {"type": "string"}}}}]
THROUGH = "litellm/gemini/gemini-3-flash-preview"

PROBE = """
    import sys
    from cgb import hookimpl

    @hookimpl
    def rewrite_request(request):
        with open("loaded.txt", "a") as said:
            print(request.model, request.stream, "litellm" in sys.modules, file=said)
        return request
"""


@pytest.fixture(scope="module")
def gemini():
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(SimulatedGemini()) as service:
        yield service


@contextmanager
def serving(gemini, home):
    """`cgb serve` with the default plugins and one that watches; gives a function that asks, and what is printed."""
    (home / "probe.py").write_text(textwrap.dedent(PROBE))
    (home / "cgb.toml").write_text(
        f"""
        [plugin.gemini]
        base_url = "{gemini.url}"
        api_key = "k"
        refresh_models = false
        [plugin.litellm]
        gemini_base_url = "{gemini.url}"
        gemini_api_key = "k"
        """
    )
    command = [sys.executable, "-P", "-m", "cgb", "serve", "--port", "0", "--plugins", "default,./probe.py"]
    with subprocess.Popen(command, cwd=home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        printed = []
        try:
            while not (found := LISTENS.search("".join(printed))):
                line = process.stdout.readline()
                assert line, printed
                printed.append(line)
            yield lambda model, **fields: ask(int(found[1]), model, **fields), printed
        finally:
            process.terminate()
            printed.append(process.communicate(timeout=DEADLINE_S)[0])


def ask(port, model, **fields):
    body = {"model": model, "max_tokens": 99, "messages": [{"role": "user", "content": "Hi"}], **fields}
    connection = HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S)
    connection.request("POST", "/v1/messages", json.dumps(body))
    response = connection.getresponse()
    answered = response.read()
    connection.close()
    assert response.status == 200, answered
    return answered


def test_litellm_is_imported_by_the_first_request_that_needs_it_and_says_nothing(gemini, tmp_path):
    """Its import takes seconds and 170 MB; its hints, warnings and logs are none of the operator's business."""
    with serving(gemini, tmp_path) as (asked, printed):
        asked("gemini-2.5-flash")
        asked("gemini-2.5-flash")
        for stream in (True, False):
            gemini.reply(STEP)
            asked(THROUGH, stream=stream, tools=TOOLS, thinking={"type": "adaptive"})

    asked_for = (tmp_path / "loaded.txt").read_text().splitlines()[-4:]  # before these, its start looks for routes
    plain = "gemini-2.5-flash None False"
    assert asked_for == [plain, plain, f"{THROUGH} True False", f"{THROUGH} False True"]
    text = "".join(printed)
    assert text.count("LiteLLM") == 2
    assert not re.search(r"warning: (?!plugin .* is slow)|Warning|Provider List|litellm\.|pydantic|Traceback", text)
