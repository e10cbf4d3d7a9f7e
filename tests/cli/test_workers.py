import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from cgb.plugins import Plugin
from cgb_cli import workers
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
