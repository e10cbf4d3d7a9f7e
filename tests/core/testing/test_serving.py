import pytest

from cgb import ApiError, ConfigError, Overloaded
from cgb.config import Config
from cgb.testing import ScriptedTransport, plugin_of
from cgb.testing.serving import serving


def test_a_bridge_answers_on_a_socket():
    with serving([plugin_of(ScriptedTransport("Hello."))], Config()) as bridge:
        assert bridge.url.startswith("http://127.0.0.1:")
        assert bridge.ask("Hi").content[0].text == "Hello."


async def test_it_can_be_asked_where_an_event_loop_runs():
    with serving([plugin_of(ScriptedTransport("Hello."))], Config()) as bridge:
        assert bridge.ask("Hi", {"x-app": "cli"}).stop_reason == "end_turn"


def test_an_error_comes_as_one():
    with (
        serving([plugin_of(ScriptedTransport(Overloaded("no room")))], Config()) as bridge,
        pytest.raises(ApiError, match="no room") as caught,
    ):
        bridge.ask("Hi")
    assert (caught.value.status, caught.value.type) == (529, "overloaded_error")


def test_what_is_configured_wrongly_is_raised():
    with pytest.raises(ConfigError, match="server"), serving([], Config(file={"server": 1})):
        pass
