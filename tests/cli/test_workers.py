import os
import socket
import sys
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from uvicorn import Config

from cgb.errors import ConfigError
from cgb.plugins import Plugin
from cgb_cli import workers
from cgb_cli.serve import listen
from cgb_cli.start import Start


def test_a_worker_makes_the_application_that_was_asked_for(monkeypatch, echo):
    monkeypatch.setenv("_CGB_START", "")
    workers.announce(Start(options={"plugins": echo, "server.ping_s": 3}, demo=True))
    monkeypatch.setattr("cgb_cli.log.setup", lambda _: None)
    made = workers.app()
    assert made.state.settings.ping_s == 3
    assert made.state.demo


def test_a_worker_that_cannot_start_says_why_in_a_line(monkeypatch, capsys):
    monkeypatch.setenv("_CGB_START", Start(options={"plugins": "nobody"}).to_json())
    monkeypatch.setattr("cgb_cli.log.setup", lambda _: None)
    with pytest.raises(SystemExit) as end:
        workers.app()
    assert end.value.code == 3
    assert capsys.readouterr().err.startswith("cgb: there is no installed plugin 'nobody'")


def test_nobody_else_shares_the_address():
    with listen("127.0.0.1", 0, shared=True) as listener, pytest.raises(ConfigError, match="in use"):
        listen(*listener.getsockname(), shared=True)


@pytest.mark.skipif(sys.platform != "linux", reason="no other system deals connections out")
def test_each_worker_gets_connections_and_an_address_that_all_have_left_refuses_them(monkeypatch):
    """Of one listener for two, one worker once took all of sixteen connections."""
    monkeypatch.setattr("uvicorn.supervisors.multiprocess.signal.signal", lambda *_: None)
    listener = listen("127.0.0.1", 0, shared=True)
    address = listener.getsockname()
    made = workers.Workers(Config("any:app", workers=2), listener)
    with ExitStack() as stack:
        stack.enter_context(socket.create_connection(address))  # who is early waits for the first
        for _ in range(2):
            theirs = [stack.enter_context(given.dup()) for given in made.sockets]
            made.processes.append(SimpleNamespace(is_alive=lambda **_: True, listens=theirs[0]))
        made.keep_subprocess_alive()
        for _ in range(64):
            stack.enter_context(socket.create_connection(address))
        accepted = [waiting(process.listens) for process in made.processes]
        assert sum(accepted) == 65
        assert min(accepted) > 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)


def waiting(listener):
    """How many connections nobody has accepted."""
    listener.setblocking(False)
    accepted = 0
    while True:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return accepted
        accepted += 1


def test_the_folders_of_plugins_are_watched_but_not_all_of_site_packages(tmp_path):
    def plugin(file):
        module = ModuleType("m")
        module.__file__ = file
        return Plugin("p", module, "d")

    single = str(Path(sys.prefix) / "lib" / "site-packages" / "one.py")
    package = os.fspath(tmp_path / "package" / "__init__.py")
    rules = os.fspath(tmp_path / "rules.py")
    watched = workers.watched([plugin(single), plugin(package), plugin(rules), plugin(None)])
    assert watched == [str(tmp_path), str(tmp_path / "package")]
