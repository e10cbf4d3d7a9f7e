"""What a request links to, in its place."""

from base64 import b64encode
from collections import Counter

import pytest

from cgb import Context, InvalidRequest
from cgb_plugins.gemini import links
from cgb_plugins.gemini.fetch import Fetched
from cgb_plugins.gemini.links import Links

from .kit import assistant, call, image, made, request_of, result, user


class Fetcher:
    """Gives each address's own words; those of bad.example are refused."""

    def __init__(self):
        self.asked = Counter()

    async def fetch(self, url):
        self.asked[url] += 1
        if "bad.example" in url:
            raise InvalidRequest("bad.example answered with HTTP 404.")
        return Fetched("image/png", b64encode(url.encode()).decode())


def linked(url, kind="image"):
    return {"type": kind, "source": {"type": "url", "url": url}}


def whole(url, kind="image"):
    data = b64encode(url.encode()).decode()
    return {"type": kind, "source": {"type": "base64", "media_type": "image/png", "data": data}}


async def fetched(*messages, opened=None):
    request = request_of(*messages)
    ctx = Context(request)
    found = await (opened or Links(Fetcher())).fetched(request, ctx)
    return found, [note.kind for note in ctx.notes]


async def test_a_request_without_links_is_the_same():
    request = request_of("Hi", assistant(call("a")), user(result("a", [image()]), image()))

    assert await Links(Fetcher()).fetched(request, Context(request)) is request


@pytest.mark.parametrize("kind", ["image", "document"])
async def test_links_anywhere(kind):
    one, two = linked("http://x.example/1", kind), linked("http://x.example/2", kind)

    found, notes = await fetched(user("a", one), assistant(call("c")), user(result("c", [two, "b"][:1]), one))

    first, second = whole("http://x.example/1", kind), whole("http://x.example/2", kind)
    assert [block.to_wire() for block in found.messages[0].blocks] == [{"type": "text", "text": "a"}, first]
    assert found.messages[2].blocks[0].to_wire() == result("c", [second])
    assert found.messages[2].blocks[1].to_wire() == first
    assert notes == []


async def test_what_else_a_document_says_stays():
    found, _ = await fetched(user({**linked("http://x.example/1", "document"), "title": "T"}))

    assert found.messages[0].blocks[0].get("title") == "T"


async def test_one_that_cannot_be_read_is_words():
    found, notes = await fetched(user(linked("http://bad.example/1"), "and?"))

    [words, _] = found.messages[0].blocks
    assert words.text == "[a linked image could not be read: bad.example answered with HTTP 404.]"
    assert notes == ["as_text"]


async def test_each_link_is_fetched_once():
    fetcher = Fetcher()
    opened = Links(fetcher)
    history = [user(linked("http://x.example/1"), linked("http://x.example/1"), linked("http://bad.example/"))]

    for _ in range(3):
        found, _ = await fetched(*history, opened=opened)

    assert set(fetcher.asked.values()) == {1}
    assert found.messages[0].blocks[0].to_wire() == whole("http://x.example/1")


async def test_more_links_than_are_kept():
    urls = [f"http://x.example/{number}" for number in range(links._KEPT + 9)]

    found, notes = await fetched(user(*map(linked, urls)))

    assert [block.to_wire() for block in found.messages[0].blocks] == [whole(url) for url in urls]
    assert notes == []


async def test_the_newest_are_kept(monkeypatch):
    monkeypatch.setattr(links, "_KEPT", 2)
    fetcher = Fetcher()
    opened = Links(fetcher)

    for url in ("a", "b", "a", "c", "a", "b"):
        await fetched(user(linked(f"http://x.example/{url}")), opened=opened)

    assert fetcher.asked == {"http://x.example/a": 1, "http://x.example/b": 2, "http://x.example/c": 1}


async def test_few_large_ones_are_kept(monkeypatch):
    monkeypatch.setattr(links, "_KEPT_CHARACTERS", 30)
    fetcher = Fetcher()
    opened = Links(fetcher)

    for url in ("a", "b", "a"):
        found, _ = await fetched(user(linked(f"http://x.example/{url}")), opened=opened)

    assert fetcher.asked["http://x.example/a"] == 2
    assert found.messages[0].blocks[0].to_wire() == whole("http://x.example/a")


async def test_what_is_fetched_reaches_gemini():
    found, _ = await fetched(user(linked("http://x.example/1")))

    [part] = made(*(message.to_wire() for message in found.messages)).parts
    assert part == {"inlineData": {"mimeType": "image/png", "data": whole("http://x.example/1")["source"]["data"]}}
