"""Start an installed `cgb` with an installed plugin, ask it something over HTTP, and see the plugin's effect."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from cgb.testing import SimulatedGemini

DEADLINE_S = 30
SENTENCE = "Begin your answer with a friendly hello."


def main(cgb: str) -> None:
    """Serve, ask, check, stop."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with SimulatedGemini.in_thread() as gemini, tempfile.TemporaryDirectory() as home:
        keys = {"GOOGLE_GEMINI_BASE_URL": gemini.url, "GEMINI_API_KEY": "any", "CGB_GEMINI_REFRESH_MODELS": "0"}
        command = [cgb, "serve", "--plugins", "default,hello", "--port", str(port)]
        env = {"PATH": os.environ["PATH"], "HOME": home, **keys}
        server = subprocess.Popen(command, cwd=home, env=env)  # noqa: S603 - our own program
        try:
            health = ask(url, "/health", None)
            user = {"role": "user", "content": "Is anybody there?"}
            answer = ask(url, "/v1/messages", {"model": "claude-opus-5-5", "max_tokens": 500, "messages": [user]})
        finally:
            server.terminate()
            server.wait(DEADLINE_S)
        names = [plugin["name"] for plugin in health["plugins"]]
        said = answer["content"][-1]["text"]
        assert names[-1] == "hello", names  # noqa: S101
        assert said, answer  # noqa: S101
        assert gemini.calls[-1].body["systemInstruction"] == {"parts": [{"text": SENTENCE}]}  # noqa: S101
        assert gemini.violations == []  # noqa: S101
    print(f"installed {health['version']} with {', '.join(names)} answered: {said[:60]!r}")  # noqa: T201


def ask(url: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
    """One call; waits for the server to come up."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(url + path, data, {"content-type": "application/json"})  # noqa: S310 - loopback
    deadline = time.monotonic() + DEADLINE_S
    while True:
        try:
            with urlopen(request, timeout=DEADLINE_S) as response:  # noqa: S310 - loopback
                found: dict[str, Any] = json.load(response)
                return found
        except URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


main(sys.argv[1])
