from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from cgb import Model, PluginError, Route, Settings, Transport
from cgb.opening import described, entered, listed
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
    [(Mine(), "returned Mine where type was due"), (dict, "returned dict, which is no subclass of cgb.Settings")],
)
def test_what_describes_no_settings(given, how):
    with pytest.raises(PluginError, match=rf"^plugin 'mine': its some_hook {how}\.$"):
        described(step(lambda: given))


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
        with pytest.raises(PluginError, match="returned async_generator where AbstractAsyncContextManager was due"):
            await entered(stack, step(forgotten))
