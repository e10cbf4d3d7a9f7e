import pytest


@pytest.mark.parametrize("command", [("serve",), ("code",), ("check",), ("plugins", "list")])
def test_every_command_takes_the_list_of_plugins_and_a_file(invoke, command):
    shown = invoke(*command, "--help").output
    assert "--plugins" in shown
    assert "--config" in shown
