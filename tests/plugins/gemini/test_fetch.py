"""Links are read from the open internet only, within a size and a time."""

import asyncio
import socket
from base64 import b64decode
from contextlib import asynccontextmanager

import pytest
from aiohttp.resolver import ThreadedResolver

from cgb import InvalidRequest
from cgb_plugins.gemini.fetch import Fetched, Fetcher, is_public

from .kit import http, raw_server

SECRETS = ("pass", "word", "token", "fragment")


@asynccontextmanager
async def fetcher(limit_mb=1, timeout_s=20.0, allows=lambda address: True):
    opened = Fetcher(limit_mb, timeout_s, allows)
    try:
        yield opened
    finally:
        await opened.aclose()


async def refused(url, says, **fields):
    """The words in which an address is refused; nothing secret of it is in them."""
    async with fetcher(**fields) as opened:
        with pytest.raises(InvalidRequest, match=says) as caught:
            await opened.fetch(url)
    assert not any(secret in caught.value.message for secret in SECRETS)
    return caught.value.message


def secret(url):
    """The same address with what must not be repeated."""
    return url.replace("://", "://user:pass@").rstrip("/") + "/a.png?key=token#fragment"


def moved(to, status="302 Found"):
    return http(b"", status, location=to)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("2002:808:808::1", True),
        ("64:ff9b::808:808", True),
        ("127.0.0.1", False),
        ("127.255.255.254", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("168.63.129.16", True),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::127.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b:1::1", False),
        ("2002:7f00:1::", False),
        ("2001:0:1::1", False),
        ("fe80::1", False),
        ("fe80::1%1", False),
        ("fec0::1", False),
        ("fd00:ec2::254", False),
        ("ff02::1", False),
    ],
)
def test_public_addresses(address, public):
    assert is_public(address) == public


async def test_a_file():
    async with raw_server(http(b"\x89PNG", kind="image/png; charset=x")) as server, fetcher() as opened:
        found = await opened.fetch(f"{server.url}/a.png?key=token")

    assert found == Fetched("image/png", "iVBORw==")
    assert server.requests[0].startswith(b"GET /a.png?key=token HTTP/1.1")
    assert b"cookie" not in server.requests[0].lower()


INTERNAL = [
    "http://127.0.0.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f.1:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://127.1:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://0:{port}/",
    "http://localhost:{port}/",
    "http://LOCALHOST.:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::1]:{port}/",
    "http://[0:0:0:0:0:0:0:1]:{port}/",
    "http://\uff11\uff12\uff17.0.0.1:{port}/",
    "http://127\u30020\u30020\u30021:{port}/",
    "http://%31%32%37.0.0.1:{port}/",
    "http://8.8.8.8@127.0.0.1:{port}/",
]


@pytest.mark.parametrize("form", INTERNAL)
async def test_addresses_of_ours_are_not_even_connected_to(form):
    async with raw_server(http(b"internal")) as server:
        port = server.url.rpartition(":")[2]
        await refused(form.format(port=port), "public address|cannot be read|malformed", allows=None)

    assert server.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://192.168.0.1/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "https://[64:ff9b::a9fe:a9fe]/",
    ],
)
async def test_addresses_inside_networks_are_refused_by_their_number(url):
    await refused(secret(url), "not a public address", allows=None)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize("to", INTERNAL[:8])
async def test_a_redirect_leads_to_no_address_of_ours(status, to):
    """The first server passes as a public one; the second is the operator's own."""
    async with (
        raw_server(http(b"internal")) as inner,
        raw_server(moved(to.format(port=inner.url[17:]), status)) as outer,
    ):
        asked = []

        def first_only(address):
            asked.append(address)
            return len(asked) == 1

        await refused(secret(outer.url), "public address|cannot be read", allows=first_only)

    assert (outer.connections, inner.connections) == (1, 0)


def resolving(monkeypatch, *addresses):
    """Every name leads to these addresses; which names were looked up."""
    looked_up = []

    async def resolve(self, host, port=0, family=socket.AF_INET):
        looked_up.append(host)
        return [
            {"hostname": host, "host": one, "port": port, "family": socket.AF_UNSPEC, "proto": 0, "flags": 0}
            for one in addresses
        ]

    monkeypatch.setattr(ThreadedResolver, "resolve", resolve)
    return looked_up


async def test_a_name_is_looked_up_for_each_connection(monkeypatch):
    """What passed a moment ago is no pass for the next connection."""
    looked_up, seen = resolving(monkeypatch, "127.0.0.1"), []

    def allows(address):
        seen.append(address)
        return len(seen) == 1

    async with raw_server(moved("http://again.example/"), http(b"internal")) as server:
        await refused(server.url.replace("127.0.0.1", "first.example"), "cannot be read", allows=allows)

    assert looked_up == ["first.example", "again.example"]
    assert len(server.requests) == 1


@pytest.mark.parametrize("found", [["127.0.0.1"], ["10.0.0.1", "::1"], []])
async def test_a_name_that_leads_inside_is_refused(monkeypatch, found):
    resolving(monkeypatch, *found)

    await refused(secret("http://inside.example"), r"inside\.example/a\.png cannot be read", allows=None)


async def test_of_several_addresses_only_public_ones_are_tried(monkeypatch):
    resolving(monkeypatch, "127.0.0.2", "127.0.0.1")
    async with (
        raw_server(http(b"ok", kind="text/plain")) as server,
        fetcher(allows=lambda address: address == "127.0.0.1") as opened,
    ):
        found = await opened.fetch(server.url.replace("127.0.0.1", "two.example"))

    assert b64decode(found.data) == b"ok"


async def test_a_redirect_is_followed():
    async with (
        raw_server(http(b"ok", kind="image/png")) as second,
        raw_server(moved("/b"), moved(f"{second.url}/c")) as first,
        fetcher() as opened,
    ):
        assert b64decode((await opened.fetch(f"{first.url}/a")).data) == b"ok"

    assert first.requests[1].startswith(b"GET /b ")
    assert second.requests[0].startswith(b"GET /c ")


@pytest.mark.parametrize("to", ["/again?key=token", ""])
async def test_redirects_have_an_end(to):
    async with raw_server(*[moved(to)] * 9) as server:
        await refused(secret(server.url), "redirects more than 3 times")

    assert len(server.requests) == 4


@pytest.mark.parametrize("to", ["file:///etc/hosts", "ftp://x.example/", "gopher://x.example", "data:text/plain,x"])
async def test_a_redirect_leads_to_no_other_kind_of_address(to):
    async with raw_server(moved(to)) as server:
        await refused(secret(server.url), "no http or https address")


@pytest.mark.parametrize(
    "url",
    ["file:///etc/hosts", "ftp://x.example/", "", "a.png", "//x.example/a", "http://", "http:///a", "javascript:1"],
)
async def test_other_addresses(url):
    await refused(url, "no http or https address|malformed")


@pytest.mark.parametrize(
    "url", ["http://[::1", "http://x.example:port/", "http://x.example:99999/", "http://a b/", "http://\x00/"]
)
async def test_malformed_addresses_are_the_clients_fault(url):
    await refused(url, "malformed|cannot be read|no http")


@pytest.mark.parametrize("extra", [0, 1])
async def test_the_largest_file(extra):
    async with raw_server(http(b"x" * (1024 * 1024 + extra))) as server, fetcher() as opened:
        if extra:
            with pytest.raises(InvalidRequest, match="larger than 1 MB"):
                await opened.fetch(server.url)
        else:
            assert len(b64decode((await opened.fetch(server.url)).data)) == 1024 * 1024


async def test_a_file_that_never_ends_is_not_read_to_the_end():
    async def endless(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while not writer.is_closing():
                writer.write(b"x" * 65_536)
                await writer.drain()
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(endless, "127.0.0.1", 0)
    async with server:
        await refused(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", "larger than 1 MB")


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"])
async def test_the_longest_time(begun):
    done = asyncio.Event()

    async def silent(reader, writer):
        writer.write(begun)
        await done.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await refused(secret(f"http://127.0.0.1:{port}"), "took longer than 0.1 s", timeout_s=0.1)
        done.set()


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified", "403 Forbidden", "404 Not Found", "500 Oops"])
async def test_any_other_status(status):
    async with raw_server(http(b"", status)) as server:
        await refused(secret(server.url), f"HTTP {status[:3]}")


@pytest.mark.parametrize("answer", [b"nonsense\r\n\r\n", b" ", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"])
async def test_an_answer_that_is_none(answer):
    async with raw_server(answer) as server:
        await refused(secret(server.url), "cannot be read")


async def test_nobody_there():
    async with raw_server() as server:
        pass

    await refused(secret(server.url), r"http://127\.0\.0\.1/a\.png cannot be read \(.*\)\. Send the file itself")


async def test_cookies_of_one_site_are_not_sent_again():
    async with raw_server(http(b"a", **{"set-cookie": "a=b"}), http(b"b")) as server, fetcher() as opened:
        await opened.fetch(server.url)
        await opened.fetch(server.url)

    assert b"cookie" not in server.requests[1].lower()
