"""What a pool does to a request on its way out."""

import pytest

from cgb.upstream import pool as module

from .kit import http, opened, raw_server


@pytest.mark.parametrize("size", [0, 1, module._AT_ONCE, module._AT_ONCE + 1, 3_000_000])
async def test_a_body_of_any_size_goes_out_whole_and_with_the_same_headers(size):
    sent = bytes(size)
    async with (
        raw_server(http(b"ok")) as server,
        opened(server.url) as upstream,
        upstream.request("POST", "x", sent, {"content-type": "application/json"}) as response,
    ):
        assert await response.read() == b"ok"

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    names = [line.partition(b":")[0].lower() for line in head.split(b"\r\n")[1:]]
    assert body == sent
    assert names == [b"host", b"content-type", b"accept", b"accept-encoding", b"user-agent", b"content-length"]


async def test_calls_that_are_never_entered_leave_nothing_behind():
    async with raw_server() as server, opened(server.url) as upstream:
        upstream.request("GET", "x")

    assert server.connections == 0
