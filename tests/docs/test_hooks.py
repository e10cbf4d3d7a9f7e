"""The page of hooks is the generated one, and the example of each hook does what its docstring says."""

import asyncio
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from cgb import Context, MessagesRequest, Overloaded, Route, Target, hookimpl
from cgb.config import Config
from cgb.hooks import HOOKS
from cgb.testing import ScriptedTransport, ask, opened
from cgb_cli.hooks_page import markdown

DOCS = Path(__file__).parents[2] / "docs"


def example(hook: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(hook, DOCS / "hooks" / f"{hook}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def request(**fields: object) -> dict[str, object]:
    return {"model": "claude-opus-5-5", "max_tokens": 9_000, "messages": [{"role": "user", "content": "Hi"}], **fields}


def test_the_page_is_the_generated_one() -> None:
    assert (DOCS / "hooks.md").read_text() == markdown(DOCS / "hooks")


def test_every_hook_has_an_example_and_every_example_its_hook() -> None:
    assert {path.stem for path in (DOCS / "hooks").glob("*.py")} == set(HOOKS)
    assert all(hasattr(example(hook), hook) for hook in HOOKS)


@pytest.mark.parametrize(("configured", "sent"), [(None, 4_000), (50, 50)])
def test_describe_settings(configured: int | None, sent: int) -> None:
    transport = ScriptedTransport("Hello.")
    config = Config(options={"plugin.describe-settings.max_tokens": configured} if configured else {})
    ask(request(), [transport, example("describe_settings")], config)
    assert transport.requests[0].request.max_tokens == sent


def test_open_transport() -> None:
    asked = ask(request(model="claude-parrot"), [example("open_transport")])
    assert [block.to_wire() for block in asked.message.content] == [{"type": "text", "text": "Hi"}]


def test_wrap_transport() -> None:
    class Overloading:
        @staticmethod
        @hookimpl
        def choose_route() -> Route:
            return Route("scripted", "first", fallbacks=(Route("scripted", "second"),))

    transport = ScriptedTransport(Overloaded("no room"), "Hello.")
    chooser = ModuleType("chooser")
    chooser.choose_route = Overloading.choose_route  # type: ignore[attr-defined]
    asked = ask(request(), [transport, chooser, example("wrap_transport")])
    assert [sent.route.model for sent in transport.requests] == ["first", "second"]
    assert [note.kind for note in asked.notes] == ["fallback"]


def test_list_models() -> None:
    async def routed() -> Route:
        async with opened([example("list_models")]) as pipeline:
            asked = MessagesRequest.model_validate(request(model="claude-at-night"))
            _, route = await pipeline.route(asked, Context(asked))
            assert [model.display_name for model in pipeline.models()] == ["Night shift"]
            return route

    assert str(asyncio.run(routed())) == "gemini/gemini-4-neon"


def test_rewrite_request() -> None:
    transport = ScriptedTransport("Saluton.")
    ask(request(system="Be brief."), [transport, example("rewrite_request")])
    assert [block.get("text") for block in transport.requests[0].request.system_blocks] == [
        "Be brief.",
        "Answer in Esperanto.",
    ]


def test_choose_route() -> None:
    asked = MessagesRequest.model_validate(request())
    choose = example("choose_route").choose_route
    assert choose(Context(asked, "title")).model == "gemini-flash-lite-latest"
    assert choose(Context(asked, "main")) is None


@pytest.mark.parametrize(("target", "kept"), [(Target(thinking="levels"), None), (Target(native=True), 0.5)])
def test_fit_request(target: Target, kept: float | None) -> None:
    transport = ScriptedTransport("Hello.", target=target)
    ask(request(temperature=0.5), [transport, example("fit_request")])
    assert transport.requests[0].request.temperature == kept


def test_transform_stream() -> None:
    asked = ask(request(), [ScriptedTransport("Stop! At once!"), example("transform_stream")])
    assert asked.message.content[0].get("text") == "Stop. At once."


def test_request_finished() -> None:
    module = example("request_finished")
    ask(request(), [ScriptedTransport("Hello."), module])
    assert module.WRITTEN == {"claude-opus-5-5": 1}
