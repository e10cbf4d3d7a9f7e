"""Start an installed `cgb` with an installed plugin, ask it something over HTTP, and see the plugin's effect."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from urllib.error import URLError
from urllib.request import Request, urlopen

DEADLINE_S = 30


def main(cgb: str) -> None:
    """Serve, ask, check, stop."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as home:
        env = {"PATH": os.environ["PATH"], "HOME": home}
        command = [cgb, "serve", "--demo", "--plugins", "default,hello", "--port", str(port)]
        server = subprocess.Popen(command, cwd=home, env=env)  # noqa: S603 - our own program
        try:
            health = ask(url, "/health", None)
            answer = ask(url, "/v1/messages", {
                "model": "claude-opus-5-5", "max_tokens": 500,
                "messages": [{"role": "user", "content": "Is anybody there?"}],
            })  # fmt: skip
        finally:
            server.terminate()
            server.wait(DEADLINE_S)
    names = [plugin["name"] for plugin in health["plugins"]]
    assert names[-1] == "hello", names  # noqa: S101
    assert answer["content"][-1]["type"] == "text", answer  # noqa: S101
    assert answer["usage"]["output_tokens"] > 0, answer  # noqa: S101
    print(f"installed {health['version']} with {', '.join(names)} answered: {answer['content'][-1]['text'][:60]!r}")  # noqa: T201


def ask(url: str, path: str, body: dict[str, object] | None) -> dict[str, object]:
    """One call; waits for the server to come up."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(url + path, data, {"content-type": "application/json"})  # noqa: S310 - loopback
    deadline = time.monotonic() + DEADLINE_S
    while True:
        try:
            with urlopen(request, timeout=DEADLINE_S) as response:  # noqa: S310 - loopback
                return json.load(response)
        except URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


main(sys.argv[1])
