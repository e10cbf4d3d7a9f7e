"""Where a server listens, and how a connection to it comes about."""

import asyncio
import base64
import gc
import socket

import pytest

from cgb import Timeout, UpstreamFailed
from cgb.upstream import origin as module
from cgb.upstream.origin import Origin

from .kit import LOOPS, Clock, connections, http, lost, opened, raw_server, read, run, serving, silent
from .tls import NAME, encrypted, served_as, trusted, tunnels

__all__ = ["encrypted", "trusted"]

BODY = b"one two " * 50
LARGE = bytes(range(256)) * 3_000

pytestmark = pytest.mark.usefixtures("no_bypass")


@pytest.fixture
def no_bypass(monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


# Addresses


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://a.example", ("http", "a.example", 80)),
        ("https://A.example/v1", ("https", "a.example", 443)),
        ("http://a.example:8080", ("http", "a.example", 8080)),
        ("http://[fe80::1]:8080", ("http", "fe80::1", 8080)),
        ("https://bücher.example", ("https", "xn--bcher-kva.example", 443)),
        ("proxy:3128", ("http", "proxy", 3128)),
        ("proxy", ("http", "proxy", 80)),
        ("me:secret@proxy:3128", ("http", "proxy", 3128)),
    ],
)
def test_an_address(url, found):
    assert Origin.of(url)[:3] == found


@pytest.mark.parametrize(
    "url",
    ["", "socks5://proxy:1080", "http://", "http://a:port", "http://a:70000", "http://a..b", "http://[::1", "ftp://a"],
)
def test_what_is_no_address(url):
    with pytest.raises(ValueError, match=r"^is not of the kind http://host:port$"):
        Origin.of(url)


@pytest.mark.parametrize("setting", ["proxy", "base_url"])
async def test_what_is_no_address_is_named_by_its_setting(setting):
    address = {"base_url": "http://me:secret@mine.invalid:1", setting: "socks5://me:secret@mine.invalid:1"}
    base = "http://me:secret@a..b" if setting == "base_url" else address["base_url"]
    proxy = address["proxy"] if setting == "proxy" else None

    with pytest.raises(UpstreamFailed, match=rf"^plugin\.mine\.{setting} is not of the kind .* Change it\.$") as caught:
        await read(base, proxy=proxy)

    assert "secret" not in caught.value.message


# Names with several addresses


def named(monkeypatch, *addresses):
    """The name `mine.invalid` has these."""

    async def getaddrinfo(host, port, **_):
        assert host == "mine.invalid"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)


def free():
    """An address where nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()


def at(server):
    return "127.0.0.1", int(server.url.rpartition(":")[2])


async def test_where_the_first_address_refuses_the_second_is_asked(monkeypatch):
    async with raw_server(http(BODY)) as server:
        named(monkeypatch, free(), at(server))
        assert await read("http://mine.invalid") == BODY


async def test_where_the_first_address_hangs_the_second_is_asked(monkeypatch):
    """A network whose IPv6 leads nowhere."""
    loop = asyncio.get_running_loop()
    connect, hanging = loop.sock_connect, free()

    async def sock_connect(one, address):
        await (loop.create_future() if address == hanging else connect(one, address))

    monkeypatch.setattr(loop, "sock_connect", sock_connect)
    monkeypatch.setattr(module, "_NEXT_AFTER_S", 0.01)
    async with raw_server(http(BODY)) as server:
        named(monkeypatch, hanging, at(server))
        assert await read("http://mine.invalid") == BODY


async def test_where_all_addresses_refuse_the_server_cannot_be_reached(monkeypatch):
    named(monkeypatch, free(), free())

    with pytest.raises(UpstreamFailed, match=r"could not be reached"):
        await read("http://mine.invalid")


async def test_what_uvloop_raises_of_a_socket_is_told_like_any_other(monkeypatch):
    async def sock_connect(*_):
        raise RuntimeError("File descriptor 7 is used by transport")

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", sock_connect)

    with pytest.raises(UpstreamFailed, match=r"could not be reached \(RuntimeError\)"):
        await read("http://127.0.0.1:9")


async def test_a_silent_connection_is_kept_alive():
    async with silent(http(BODY)) as host, opened(f"http://{host}") as upstream:
        async with upstream.request("GET", "x") as response:
            await response.read()
        (connection,) = connections(upstream)
        plug = connection._wire.get_extra_info("socket")
        said = [plug.getsockopt(level, option) for level, option, _ in module._KEPT_ALIVE]

    assert said == [value for _, _, value in module._KEPT_ALIVE]


async def test_a_system_that_does_not_let_it_be_kept_alive_is_told_of(monkeypatch):
    monkeypatch.setattr(module, "_KEPT_ALIVE", [(socket.SOL_SOCKET, 0x7FFF, 1)])
    async with raw_server() as server:
        with pytest.raises(UpstreamFailed, match=r"could not be reached \(OSError\)"):
            await read(server.url)
    gc.collect(1)


# Encryption


async def answering(reader, writer):
    """A server that answers every request with its line and that text."""
    while head := await reader.readuntil(b"\r\n\r\n"):
        writer.write(http(head.partition(b"\r\n")[0] + LARGE))


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("loop", LOOPS)
def test_an_encrypted_connection_is_used_again(loop, tmp_path):
    async def main():
        async with (
            serving(answering, served_as("localhost", tmp_path)) as port,
            opened(f"https://localhost:{port}") as upstream,
        ):
            for path in ("x", "y"):
                async with upstream.request("GET", path) as response:
                    assert await response.read() == f"GET /{path} HTTP/1.1".encode() + LARGE
                assert len(upstream._way[0]._idle) == 1
            assert len(connections(upstream)) == 1

    run(main(), loop)


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("name", [NAME, "localhost"])
def test_a_server_of_another_name_is_not_asked(loop, name, tmp_path):
    heads = []

    async def handle(reader, writer):
        heads.append(await reader.read())

    async def main():
        host = "127.0.0.1" if name == "localhost" else "localhost"
        async with serving(handle, served_as(name, tmp_path)) as port:
            with pytest.raises(UpstreamFailed, match=r"could not be reached \(SSLCertVerificationError\)"):
                await read(f"https://{host}:{port}")

    run(main(), loop)
    assert not any(heads)


@pytest.mark.parametrize("loop", LOOPS)
def test_a_server_whose_certificate_nobody_vouches_for_is_not_asked(loop, tmp_path):
    async def main():
        async with serving(answering, served_as("localhost", tmp_path)) as port:
            with pytest.raises(UpstreamFailed, match=r"could not be reached \(SSLCertVerificationError\)"):
                await read(f"https://localhost:{port}")

    run(main(), loop)


@pytest.mark.parametrize("loop", LOOPS)
def test_a_server_that_does_not_encrypt_is_not_asked(loop):
    async def handle(reader, writer):
        await reader.read(65_536)
        writer.write(b"HTTP/1.1 400 The plain HTTP request was sent to HTTPS port\r\n\r\n")

    async def main():
        async with serving(handle) as port:
            with pytest.raises(UpstreamFailed, match=r"could not be reached \(SSLError\)"):
                await read(f"https://127.0.0.1:{port}")

    run(main(), loop)


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("framing", [b"Content-Length: %d\r\n\r\n" % len(LARGE), b"\r\n"])
def test_a_large_encrypted_body_is_whole_though_its_server_is_gone_before_it_is_taken(loop, framing, tmp_path):
    """uvloop forgets what waits decrypted where its reading is paused when the connection ends."""

    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n" + framing + LARGE)
        await writer.drain()
        writer.transport.abort()  # without TLS's farewell, as many do
        gone.set()

    async def main():
        nonlocal gone
        gone = asyncio.Event()
        async with (
            serving(handle, served_as("localhost", tmp_path)) as port,
            opened(f"https://localhost:{port}") as upstream,
            upstream.request("GET", "x") as response,
        ):
            said = await anext(response.chunks)
            await gone.wait()
            for _ in range(500):
                await asyncio.sleep(0)
            return said + await response.read()

    gone = None
    assert run(main(), loop) == LARGE


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("loop", LOOPS)
def test_leaving_an_encrypted_call_ends_its_connection_at_once(loop, tmp_path):
    """With TLS's own farewell alone, a server that looks at nothing but the socket would go on for half a minute."""
    ends = []

    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(http(BODY)[:-1])
        ends.append(await reader.read())

    async def main():
        async with (
            serving(handle, served_as("localhost", tmp_path)) as port,
            opened(f"https://localhost:{port}") as upstream,
        ):
            async with upstream.request("GET", "x") as response:
                await anext(response.chunks)
            await lost(upstream)
            assert not connections(upstream)

    run(main(), loop)


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("loop", LOOPS)
def test_an_encrypted_connection_whose_request_is_not_sent_is_not_used_again(loop, tmp_path):
    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(http(b"no", "413 Large"))
        await writer.drain()
        await reader.read()

    async def main():
        async with (
            serving(handle, served_as("localhost", tmp_path)) as port,
            opened(f"https://localhost:{port}") as upstream,
        ):
            async with upstream.request("POST", "x", bytes(16_000_000)) as response:
                assert (response.status, await response.read()) == (413, b"no")
            await lost(upstream)

    run(main(), loop)


# Tunnels


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("scheme", ["http://", "", "https://"])
def test_a_tunnel(loop, scheme, encrypted, tmp_path):
    async def main():
        (tmp_path / "proxy").mkdir()
        context = served_as("localhost", tmp_path / "proxy") if scheme == "https://" else None
        async with (
            serving(answering, encrypted) as port,
            tunnels(port, context) as (proxy, heads),
            opened(f"https://{NAME}:{port}", proxy=f"{scheme}me:p%40ss@localhost:{proxy}") as upstream,
        ):
            for path in ("x", "y"):
                async with upstream.request("POST", path, b"", {"key": "secret"}) as response:
                    assert await response.read() == f"POST /{path} HTTP/1.1".encode() + LARGE
        return port, heads

    port, (head,) = run(main(), loop)
    said = base64.b64encode(b"me:p@ss").decode()
    assert head.decode().split("\r\n") == [
        f"CONNECT {NAME}:{port} HTTP/1.1",
        f"host: {NAME}:{port}",
        f"proxy-authorization: Basic {said}",
        "",
        "",
    ]


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("loop", LOOPS)
def test_a_tunnel_to_a_server_of_another_name(loop, tmp_path):
    async def main():
        async with (
            serving(answering, served_as("localhost", tmp_path)) as port,
            tunnels(port) as (proxy, _),
        ):
            with pytest.raises(UpstreamFailed, match=r"could not be reached \(SSLCertVerificationError\)"):
                await read(f"https://{NAME}", proxy=f"http://127.0.0.1:{proxy}")

    run(main(), loop)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n", "the proxy on the way answered HTTP 407"),
        (b"HTTP/1.1 302 Portal\r\n\r\n<html>", "the proxy on the way answered HTTP 302"),
        (b"SSH-2.0-OpenSSH\r\n", "the proxy on the way sent no HTTP"),
        (b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", "the proxy on the way sent no HTTP"),
        (b"HTTP/1.1 200 OK\r\n", "ConnectionResetError"),
        (b"", "ConnectionResetError"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "(ConnectionResetError|BrokenPipeError)"),
        (b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 400 Bad\r\n\r\n", "(SSLError|ConnectionResetError|BrokenPipeError)"),
    ],
)
def test_a_proxy_that_makes_no_tunnel(loop, answer, why):
    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)

    async def main():
        async with serving(handle) as port:
            with pytest.raises(UpstreamFailed, match=rf"^Mine at mine\.invalid could not be reached \({why}\)\. Ask"):
                await read(f"https://{NAME}", proxy=f"http://127.0.0.1:{port}")

    run(main(), loop)


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
async def test_a_proxy_that_hangs(said):
    async with silent(said) as host:
        with pytest.raises(
            Timeout, match=r"not be connected to within the 0\.1 s that plugin\.mine\.connect_timeout_s"
        ):
            await read(f"https://{NAME}", proxy=f"http://{host}", connect_timeout_s=0.1)


async def test_a_proxy_that_hangs_for_as_long_as_the_whole_may_take():
    async with silent() as host:
        clock = Clock()
        task = asyncio.ensure_future(read(f"https://{NAME}", proxy=f"http://{host}", total_timeout_s=20))
        await clock.forward(0)
        await clock.forward(15)
        assert not task.done()
        await clock.forward(6)
        with pytest.raises(Timeout, match="total_timeout_s"):
            await task
