"""`cgb serve` with the default plugins between a provider that never ends and a client that does not read."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from .conftest import serving, wait_until

FRAME = json.dumps({"candidates": [{"content": {"role": "model", "parts": [{"text": "x" * 16_384}]}}]}).encode()
ASK = {
    "model": "claude-opus-5-5",
    "max_tokens": 2_000,
    "stream": True,
    "messages": [{"role": "user", "content": "Hello?"}],
}


class Endless:
    """A provider on a real socket whose one answer has no end."""

    def __init__(self) -> None:
        self.sent = 0
        self.left = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __call__(self) -> None:
        connection, _ = self._listener.accept()
        data = b"data: " + FRAME + b"\r\n\r\n"
        with connection:
            connection.recv(1 << 20)
            head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
            try:
                connection.sendall(head)
                while True:
                    connection.sendall(b"%x\r\n%b\r\n" % (len(data), data))
                    self.sent += len(data)
            except OSError:
                self.left.set()

    def stalled(self) -> int:
        """How many bytes it could send, once it can send no more."""
        before = -1
        while self.sent != before or not before:
            before = self.sent
            self.left.wait(0.5)
        return before

    def close(self) -> None:
        self._listener.close()


@contextmanager
def endless() -> Iterator[Endless]:
    with closing(Endless()) as provider:
        answering = threading.Thread(target=provider, daemon=True)
        answering.start()
        yield provider
        answering.join(10)


def asking(url: str) -> socket.socket:
    """A client that asks, and has room for next to nothing."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", int(url.rpartition(":")[2])))
    body = json.dumps(ASK).encode()
    client.sendall(b"POST /v1/messages HTTP/1.1\r\nhost: bridge\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
    return client


def test_a_client_that_does_not_read_stops_the_provider_and_one_that_leaves_cancels_it(tmp_path: Path) -> None:
    with endless() as provider:
        env = {"GOOGLE_GEMINI_BASE_URL": provider.url, "GEMINI_API_KEY": "a-test-key", "CGB_GEMINI_REFRESH_MODELS": "0"}
        with serving(cwd=tmp_path, env=env) as url, closing(asking(url)) as client:
            sent = provider.stalled()
            # Nearly all of it stands in the kernel's buffers of two connections.
            assert sent < 32 << 20
            while provider.sent < sent + (4 << 20):
                assert client.recv(1 << 20)
            provider.stalled()
            left_at = time.monotonic()
            client.close()
            wait_until(provider.left.is_set, 10)
            assert time.monotonic() - left_at < 1
