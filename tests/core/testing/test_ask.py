import subprocess
import sys
from types import ModuleType, SimpleNamespace

import cgb_hello
import pytest

import cgb.testing
from cgb import Internal, NotFound, Overloaded, PluginError, Record, Settings, TextDelta, hookimpl
from cgb.config import Config
from cgb.plugins import Plugin
from cgb.testing import ScriptedTransport, aask, ask, opened, plugin_of, request_of


@hookimpl
def rewrite_request(request, ctx):
    ctx.note("seen", "Here.")
    return request.with_(max_tokens=7)


NOTING = SimpleNamespace(rewrite_request=rewrite_request)


def test_what_came_of_a_request():
    transport = ScriptedTransport("Hi.")
    asked = ask("Hello", [transport, NOTING])
    assert asked.message.content[0].text == "Hi."
    assert TextDelta(0, "Hi.") in asked.events
    assert isinstance(asked.record, Record)
    assert [(note.plugin, note.kind) for note in asked.notes] == [("plugin-2", "seen")]
    assert asked.ctx.request == request_of("Hello")
    assert transport.requests[0].request.max_tokens == 7


async def test_in_an_event_loop():
    asked = await aask("Hello", [ScriptedTransport("Hi.")], headers={"x-claude-code-agent-id": "a"})
    assert (asked.message.content[0].text, asked.ctx.kind) == ("Hi.", "subagent")


def test_a_request_is_words_json_or_a_value():
    raw = {"model": "claude-x", "messages": [{"role": "user", "content": "Hello"}]}
    for given in (raw, request_of(raw)):
        assert ask(given, [ScriptedTransport("Hi.")]).ctx.request.to_wire() == raw
    assert request_of("Hello").messages[0].content == "Hello"


def test_errors_are_raised():
    with pytest.raises(Overloaded):
        ask("Hello", [ScriptedTransport(Overloaded("No room."))])
    with pytest.raises(NotFound):
        ask("Hello", [])


def test_an_answer_out_of_the_grammar_fails_the_test():
    @hookimpl
    async def transform_stream(events):
        async for event in events:
            if not isinstance(event, TextDelta):
                yield event
            else:
                yield TextDelta(5, event.text)

    with pytest.raises(Internal, match="TextDelta for block 5, which is not open"):
        ask("Hello", [ScriptedTransport("Hi."), SimpleNamespace(transform_stream=transform_stream)])


@pytest.mark.parametrize("answer", ["Hi.", Overloaded("No room.")])
def test_watchers_are_told_before_it_returns(answer):
    seen = []

    @hookimpl
    async def request_finished(record):
        seen.append(record)

    try:
        ask("Hello", [ScriptedTransport(answer), SimpleNamespace(request_finished=request_finished)])
    except Overloaded:
        assert seen[0].error is answer
    else:
        assert seen[0].stop_reason == "end_turn"
    assert len(seen) == 1


def test_settings_come_from_the_configuration():
    class Mine(Settings):
        """Mine."""

        word: str

    @hookimpl
    def describe_settings():
        return Mine

    @hookimpl
    def rewrite_request(request, settings):
        return request.with_(word=settings.word)

    transport = ScriptedTransport("Hi.")
    plugin = SimpleNamespace(__name__="mine", describe_settings=describe_settings, rewrite_request=rewrite_request)
    ask("Hello", [transport, plugin], Config(file={"plugin": {"mine": {"word": "open"}}}))
    assert transport.requests[0].request.get("word") == "open"


def test_names_of_plugins():
    module = ModuleType("some_package.my_rules")
    module.rewrite_request = rewrite_request
    made = Plugin("own", module, "here")
    assert plugin_of(module).name == "my-rules"
    assert plugin_of(module, "other").name == "other"
    assert plugin_of(made) is made
    assert plugin_of(ScriptedTransport()).name == "scripted"
    assert plugin_of(ScriptedTransport(), "mine").name == "mine"
    assert plugin_of(NOTING).name == "plugin"


def test_an_installed_module_has_the_name_it_is_installed_under():
    module = ModuleType("cgb_hello")
    assert cgb_hello.__name__ == module.__name__
    module.rewrite_request = rewrite_request
    assert plugin_of(module).name == "hello"


def test_plugins_are_checked():
    with pytest.raises(PluginError, match="choose_route is not marked @hookimpl"):
        plugin_of(SimpleNamespace(choose_route=lambda request: None))


async def test_two_transports_under_two_names():
    async with opened([ScriptedTransport(), plugin_of(ScriptedTransport(), "other")]) as pipeline:
        assert list(pipeline.transports) == ["scripted", "other"]


def test_the_test_kit_needs_no_test_framework_and_starts_no_server():
    code = (
        "import sys, cgb.testing\n"
        "heavy = {'pytest', 'hypothesis', 'fastapi', 'uvicorn', 'litellm', 'cgb.testing.gemini_server'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "from cgb.testing import SimulatedGemini\n"
        "assert 'cgb.testing.gemini_server' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_the_test_kit_does_not_have_it_has_not():
    assert all(getattr(cgb.testing, name) for name in cgb.testing.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = cgb.testing.nothing
