import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest
from pydantic import BaseModel, Field, model_validator

from cgb import Model, PluginError, Route, Settings, Transport, hookimpl, opening
from cgb.isolation.owners import Owner
from cgb.isolation.stats import HookLimits
from cgb.opening import described, entered, listed, models_of
from cgb.plugins import Plugin
from cgb.steps import Step

MODEL = Model("a", Route("t", "m"))


def step(function, hook="some_hook"):
    return Step("mine", hook, function, (), None)


class Mine(Settings):
    """Mine."""


def test_the_model_of_a_plugins_settings():
    assert described(step(lambda: Mine)) is Mine


@pytest.mark.parametrize(
    ("given", "how"),
    [
        (Mine(), "returned an instance of Mine, where the class itself is due"),
        (dict, "returned dict, which is no subclass of cgb.Settings"),
        (BaseModel, "returned BaseModel, which is no subclass of cgb.Settings"),
        (None, "returned NoneType, which is no subclass of cgb.Settings"),
    ],
)
def test_what_describes_no_settings(given, how):
    with pytest.raises(PluginError, match=rf"^plugin 'mine': its some_hook {how}\.$"):
        described(step(lambda: given))


class Inner(Settings):
    """A table within."""

    count: int = Field(default=1, ge=0)


def test_a_default_that_no_user_might_set_is_the_plugins_fault():
    class Wrong(Settings):
        """Wrong."""

        port: int = "eighty"

    class WrongWithin(Settings):
        """Wrong within."""

        inner: Inner = Field(default_factory=lambda: {"count": -1})

    for model, where in ((Wrong, "port"), (WrongWithin, "inner.count")):
        with pytest.raises(PluginError) as caught:
            described(step(lambda model=model: model))
        said = f"plugin 'mine': its some_hook returned {model.__name__}, whose default of {where} does not fit: Input "
        assert str(caught.value).startswith(said)


def test_a_default_that_cannot_even_be_made_is_the_plugins_fault():
    class Wrong(Settings):
        """Wrong."""

        port: int = Field(default_factory=lambda: 1 / 0)

    with pytest.raises(PluginError, match="plugin 'mine': its some_hook raised ZeroDivisionError"):
        described(step(lambda: Wrong))


def test_what_users_must_set_is_no_wrong_default():
    class Strict(Settings):
        """Needs a key, or at least one of two others."""

        key: str
        one: str = ""
        other: str = ""

        @model_validator(mode="after")
        def _some(self):
            if not (self.one or self.other):
                raise ValueError("one of them is needed")
            return self

    class Loose(Strict):
        """Needs one of two."""

        key: str = ""

    assert described(step(lambda: Strict)) is Strict
    assert described(step(lambda: Loose)) is Loose


def test_the_models_of_all_plugins():
    @hookimpl
    def describe_settings():
        return Mine

    @hookimpl
    def list_models():
        return []

    plugins = [
        Plugin("a", SimpleNamespace(describe_settings=describe_settings), "here"),
        Plugin("b", SimpleNamespace(list_models=list_models), "here"),
    ]
    assert models_of(iter(plugins)) == {"a": Mine, "b": None}


@pytest.mark.parametrize("models", [[MODEL], (MODEL,), iter([MODEL])])
def test_models_come_in_any_iterable(models):
    assert listed(step(lambda: models)) == (MODEL,)


@pytest.mark.parametrize(
    ("given", "how"),
    [
        (None, "returned NoneType where Iterable was due"),
        (["a"], "listed str, which is no cgb.Model"),
        ((1 / 0 for _ in "a"), "raised ZeroDivisionError: division by zero"),
    ],
)
def test_what_lists_no_models(given, how):
    with pytest.raises(PluginError, match=rf"^plugin 'mine': its some_hook {how}\.$"):
        listed(step(lambda: given))


async def test_a_transport_is_open_until_the_stack_ends():
    seen, transport = [], Transport()

    @asynccontextmanager
    async def opening():
        yield transport
        seen.append("closed")

    async with AsyncExitStack() as stack:
        assert await entered(stack, step(opening)) is transport
        assert seen == []
    assert seen == ["closed"]


@pytest.mark.parametrize(
    ("given", "how"),
    [(5, "opened int, which is no subclass of cgb.Transport"), (KeyError("x"), "raised KeyError: 'x'")],
)
async def test_what_opens_no_transport(given, how):
    @asynccontextmanager
    async def opening():
        if isinstance(given, Exception):
            raise given
        yield given

    async with AsyncExitStack() as stack:
        with pytest.raises(PluginError, match=rf"^plugin 'mine': its some_hook {how}\.$"):
            await entered(stack, step(opening))


async def test_a_hook_that_its_author_forgot_to_mark_a_context_manager():
    async def forgotten():
        yield Transport()

    async with AsyncExitStack() as stack:
        with pytest.raises(PluginError, match="returned async_generator, no async context manager: use @async"):
            await entered(stack, step(forgotten))


async def test_a_transport_that_is_handed_over_bare():
    async with AsyncExitStack() as stack:
        with pytest.raises(PluginError, match="returned Transport, no async context manager: use @asynccontextmanager"):
            await entered(stack, step(Transport))


def owned(function, timeout_s=60.0):
    return replace(
        step(function, "open_transport"), owner=Owner("cgb-mine 1.0", limits=HookLimits(timeout_s=timeout_s))
    )


async def test_a_transport_that_does_not_open_stops_the_start_in_time():
    @asynccontextmanager
    async def never():
        await asyncio.Event().wait()
        yield Transport()

    async with AsyncExitStack() as stack:
        with pytest.raises(PluginError, match=r"its open_transport did not open a transport within 0\.01 s\.$"):
            await entered(stack, owned(never, 0.01))


@pytest.mark.parametrize("fails", [True, False])
async def test_a_transport_that_does_not_close_is_named_and_the_others_close(caplog, monkeypatch, fails):
    monkeypatch.setattr(opening, "_CLOSING_S", 0.01)
    closed = []

    @asynccontextmanager
    async def whole():
        yield Transport()
        closed.append("whole")

    @asynccontextmanager
    async def broken():
        yield Transport()
        if fails:
            raise KeyError
        await asyncio.Event().wait()

    async with AsyncExitStack() as stack:
        await entered(stack, owned(whole))
        await entered(stack, owned(broken))
    assert closed == ["whole"]
    assert "plugin 'mine' (cgb-mine 1.0) failed in open_transport when it was closed" in caplog.text
