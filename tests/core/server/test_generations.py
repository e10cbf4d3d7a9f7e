"""A pipeline replaced by another, and no answer dropped."""

import asyncio
import logging
from contextlib import aclosing, asynccontextmanager
from types import SimpleNamespace

import pytest

from cgb import ConfigError, Route, Settings, hookimpl
from cgb.config import Config
from cgb.exchange import Exchange
from cgb.plugins import load, select
from cgb.server import generations as module
from cgb.server.generations import Generations, watching
from cgb.testing import ScriptedTransport, plugin_of, request_of


class Greeting(Settings):
    words: str = "old"


def plugin(closed):
    """A plugin that answers with the words that are configured, and tells when it is closed."""

    @hookimpl
    def describe_settings():
        return Greeting

    @hookimpl
    @asynccontextmanager
    async def open_transport(settings):
        task = asyncio.current_task()
        yield ScriptedTransport(settings.words, settings.words)
        assert asyncio.current_task() is task
        closed.append(settings.words)

    @hookimpl
    def choose_route(request):
        return Route("greeting", request.model)

    hooks = SimpleNamespace(
        describe_settings=describe_settings, open_transport=open_transport, choose_route=choose_route
    )
    return plugin_of(hooks, "greeting")


def configured(words, **more):
    return Config({"plugin": {"greeting": {"words": words, **more}}})


async def said(exchange):
    async with aclosing(exchange.events()) as events:
        found = [event async for event in events]
    exchange.finish()
    return "".join(getattr(event, "text", "") for event in found)


def asking(generations):
    return Exchange(generations.pipeline, request_of("Hello"), {})


async def settled(done):
    async with asyncio.timeout(10):
        while not done():  # noqa: ASYNC110 - of files and logs, which know no events
            await asyncio.sleep(0)


async def test_an_answer_ends_as_it_began():
    closed = []
    async with Generations.open([plugin(closed)], configured("old")) as generations:
        begun = asking(generations)
        await generations.replace([plugin(closed)], configured("new"))
        assert await said(asking(generations)) == "new"
        assert closed == []
        assert await said(begun) == "old"
        await settled(lambda: closed == ["old"])
    assert closed == ["old", "new"]


async def test_one_that_nobody_uses_closes_at_once():
    closed = []
    async with Generations.open([plugin(closed)], configured("old")) as generations:
        await generations.replace([plugin(closed)], configured("new"))
        await settled(lambda: closed == ["old"])


async def test_what_does_not_open_changes_nothing():
    closed = []
    async with Generations.open([plugin(closed)], configured("old")) as generations:
        with pytest.raises(ConfigError, match="wrods"):
            await generations.replace([plugin(closed)], configured("new", wrods=1))
        assert await said(asking(generations)) == "old"
        assert closed == []


async def test_all_of_them_close_at_the_end():
    closed = []
    async with Generations.open([plugin(closed)], configured("old")) as generations:
        asking(generations)
        await generations.replace([plugin(closed)], configured("new"))
    assert sorted(closed) == ["new", "old"]


GREETING = """
from contextlib import asynccontextmanager

from cgb import Route, Settings, hookimpl
from cgb.testing import ScriptedTransport


class Greeting(Settings):
    words: str


@hookimpl
def describe_settings():
    return Greeting


@hookimpl
@asynccontextmanager
async def open_transport(settings):
    yield ScriptedTransport(settings.words)


@hookimpl
def choose_route(request):
    return Route("greeting", request.model)
"""


async def test_a_changed_file_is_taken_over_and_a_broken_one_is_not(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(module, "_LOOK_S", 0)
    caplog.set_level(logging.INFO, "cgb")
    path, greeting = tmp_path / "cgb.toml", tmp_path / "greeting.py"
    greeting.write_text(GREETING)

    def written(words, more=""):
        path.write_text(f'plugins = "{greeting}"\n[plugin.greeting]\nwords = "{words}"\n{more}')
        return Config.read(path)

    config = written("old")
    plugins = load(select(config.plugins))
    async with (
        Generations.open(plugins, config) as generations,
        watching(generations, config, lambda: Config.read(path)),
    ):
        first = generations.pipeline
        written("new")
        await settled(lambda: generations.pipeline is not first)
        assert await said(asking(generations)) == "new"
        written("broken", "wrods = 1")
        await settled(lambda: "was not taken over" in caplog.text)
        assert "cgb.toml:4: plugin.greeting.wrods" in caplog.text
        path.write_text("[")
        await settled(lambda: caplog.text.count("was not taken over") == 2)
        written("newer", "[server]\nport = 1\n")
        await settled(lambda: "needs a restart" in caplog.text)
        assert await said(asking(generations)) == "newer"


@pytest.mark.parametrize(("path", "reread"), [(None, Config), ("cgb.toml", None)])
async def test_nothing_to_watch(path, reread):
    async with watching(None, Config(path=path), reread):
        assert len(asyncio.all_tasks()) == 1
