from cgb_cli.plugins import Commands


def test_alone_it_names_its_commands(invoke):
    shown = invoke("plugins").output
    assert "Look at plugins, and make one." in shown
    assert all(command in shown for command in Commands.functions)
    assert {"list", "show", "hooks"} <= set(Commands.functions)
