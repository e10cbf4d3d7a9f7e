import socket
from contextlib import asynccontextmanager

import aiohttp
import pytest

from cgb import Model, Route, Transport, UpstreamFailed
from cgb.testing import ScriptedTransport

OPENS = "it opens and closes without network"
TELLS = "it tells of its models without network"
FAILS = "without network it answers, or fails as an ApiError"


def opening(transport, before=lambda: None):
    @asynccontextmanager
    async def open_transport():
        before()
        yield transport

    return open_transport


class Remote(Transport):
    """Asks a service, and takes its failures for its own."""

    error = UpstreamFailed

    async def send(self, request, route, ctx):
        try:
            async with aiohttp.ClientSession() as client, client.get("http://127.0.0.1:9/") as answer:
                await answer.read()
        except aiohttp.ClientError as error:
            raise self.error("unreachable") from error
        yield


class Leaking(Remote):
    error = OSError


class Silent(Transport):
    async def send(self, request, route, ctx):
        return
        yield


class Untold(ScriptedTransport):
    def target(self, model):
        return None


class Unmissed(ScriptedTransport):
    def missing(self):
        return ["a key"]


@pytest.mark.parametrize("transport", [ScriptedTransport("Hello."), Remote()])
def test_what_answers_or_fails_as_it_should_holds(passes, transport):
    passes(open_transport=opening(transport))


@pytest.mark.parametrize(
    ("hook", "prop", "said"),
    [
        (opening(None), OPENS, "opened NoneType, which is no subclass of cgb.Transport"),
        (opening(Transport(), lambda: socket.create_connection(("127.0.0.1", 9))), OPENS, "there is no network here"),
        (opening(Untold("Hello.")), TELLS, "target returned something else than a cgb.Target"),
        (opening(Unmissed("Hello.")), TELLS, "missing returned something else than cgb.Findings"),
        (opening(ScriptedTransport("Hello.", models=[Model("a", Route("", "b"))])), TELLS, "needs the name of a"),
        (opening(Leaking()), FAILS, "it raised OSError: unreachable"),
        (opening(Silent()), FAILS, "the answer ended without message_stop"),
    ],
)
def test_each_fault_is_caught(broken, hook, prop, said):
    assert said in broken(open_transport=hook)[prop]


def test_the_network_is_there_again_afterwards(passes):
    passes(open_transport=opening(ScriptedTransport("Hello.")))
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()
