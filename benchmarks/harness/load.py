"""The load client, as a process of its own: so many connections, each asks again as soon as it has its answer.

    python -m harness.load < order.json

An order has `port`, `path`, `body`, `chunks`, `connections` and `requests`; the report is printed as JSON. Every
answer is checked: status 200, each piece of the text once and in order, and its end.
"""

from __future__ import annotations

import asyncio
import gc
import json
import re
import sys
import time
from statistics import median
from typing import Any, cast

import httptools
import uvloop

from harness.shapes import STAMP as MARK

STAMP = MARK.encode()
NUMBERS = re.compile(rb"~(\d{5})")
HEADERS = {
    "host": "127.0.0.1", "content-type": "application/json", "anthropic-version": "2023-06-01",
    "x-api-key": "sk-none", "authorization": "Bearer sk-none",
}  # fmt: skip


class Load:
    """What is asked, and what has come of it."""

    def __init__(self, order: dict[str, Any]) -> None:
        body = order["body"].encode()
        head = [f"POST {order['path']} HTTP/1.1", *(f"{name}: {value}" for name, value in HEADERS.items())]
        self._request = "\r\n".join([*head, f"content-length: {len(body)}", "", ""]).encode() + body
        self._is_stamped = STAMP in body
        self.streamed = order["chunks"] > 0
        self.expected = [b"%05d" % place for place in range(order["chunks"] or 1)]
        self.left, self.open = order["requests"], 0
        self.first_text: list[float] = []
        self.total: list[float] = []
        self.errors: list[str] = []
        self.done = asyncio.get_running_loop().create_future()

    def request(self) -> bytes:
        """What to send; what is stamped is another each time."""
        if not self._is_stamped:
            return self._request
        return self._request.replace(STAMP, b"%010d" % (time.time_ns() % 10**10))

    def next(self) -> bool:
        """Whether there is one more to ask; the last answer ends the run."""
        if not self.left:
            if not self.open and not self.done.done():
                self.done.set_result(None)
            return False
        self.left -= 1
        self.open += 1
        return True

    def judge(self, status: int, body: bytes, first_text: float, total: float) -> None:
        """Count an answer."""
        self.open -= 1
        ended = not self.streamed or b'"message_stop"' in body[-200:]
        if status == 200 and ended and NUMBERS.findall(body) == self.expected:  # noqa: PLR2004 - HTTP's
            self.first_text.append(first_text)
            self.total.append(total)
        else:
            self.errors.append(f"HTTP {status}: {body[:200]!r} … {body[-100:]!r}")

    def report(self, seconds: float, cpu_s: float) -> dict[str, Any]:
        """Times in milliseconds."""
        return {
            "answers": len(self.total),
            "errors": self.errors[:3],
            "failed": len(self.errors),
            "seconds": seconds,
            "client_cpu_s": cpu_s,
            "first_text_ms": median(self.first_text or [0]) * 1e3,
            "total_ms": median(self.total or [0]) * 1e3,
        }


class Client(asyncio.Protocol):
    """A connection of the load."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # noqa: D102 - of asyncio
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def _ask(self) -> None:
        self._busy = self._load.next()
        if not self._busy:
            self._transport.close()
            return
        self._parser = httptools.HttpResponseParser(self)
        self._body = bytearray()
        request = self._load.request()
        self._begin, self._first_text = time.perf_counter(), 0.0
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:  # noqa: D102 - of asyncio
        self._parser.feed_data(data)

    def on_body(self, data: bytes) -> None:  # noqa: D102 - of httptools
        if not self._first_text and b"~" in data:
            self._first_text = time.perf_counter() - self._begin
        self._body += data

    def on_message_complete(self) -> None:  # noqa: D102 - of httptools
        asyncio.get_running_loop().call_soon(self._ended, self._parser.get_status_code())

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: D102 - of asyncio
        if self._busy:
            self._body += f"connection lost: {exc}".encode()
            self._load.left = 0  # a run with an error is void
            self._ended(0)

    def _ended(self, status: int) -> None:
        total = time.perf_counter() - self._begin
        self._busy = False
        self._load.judge(status, bytes(self._body), self._first_text, total)
        self._ask()


async def run(order: dict[str, Any]) -> dict[str, Any]:
    """Ask until all is answered; what came of it."""
    load, loop = Load(order), asyncio.get_running_loop()
    gc.disable()
    begin, idle = time.perf_counter(), time.process_time()
    try:
        for _ in range(order["connections"]):
            await loop.create_connection(lambda: Client(load), "127.0.0.1", order["port"])
        await load.done
    except OSError as error:
        load.errors.append(f"no connection: {error}")
    return load.report(time.perf_counter() - begin, time.process_time() - idle)


if __name__ == "__main__":
    json.dump(uvloop.run(run(json.load(sys.stdin))), sys.stdout)
