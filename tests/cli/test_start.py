from pathlib import Path

from cgb_cli.start import Start


def test_another_process_starts_the_same_way():
    start = Start(Path("x.toml"), {"plugins": "a,b", "server.port": 1, "server.host": None}, demo=True)
    assert Start.from_json(start.to_json()) == start
    assert Start.from_json(Start().to_json()) == Start()


def test_the_options_are_over_all_else(monkeypatch):
    monkeypatch.setenv("CGB_SERVER_PORT", "1111")
    assert Start(options={"server.port": 2222, "server.host": None}).config().server.port == 2222


def test_the_command_hands_on_what_was_given():
    command = Start(Path("x.toml"), {"plugins": "a,b"}, demo=True).command(99)
    assert command[3:] == [
        *("cgb", "serve", "--host", "127.0.0.1", "--port", "99"),
        *("--plugins", "a,b", "--config", "x.toml", "--demo"),
    ]


def test_the_command_leaves_to_the_configuration_what_was_not_given():
    assert Start(options={"plugins": None}).command(99)[-1] == "99"


def test_the_file_is_read_anew_only_if_it_is_to_be_watched():
    assert Start().reread is None
    start = Start(options={"server.port": 2222}, watch=True)
    assert Start.from_json(start.to_json()) == start
    assert start.reread().server.port == 2222
