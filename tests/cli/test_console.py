from io import StringIO

from cgb_cli.console import has_colours, stdout


class Terminal(StringIO):
    def isatty(self):
        return True


def test_colours_are_for_terminals_whose_owner_wants_them(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR")
    assert has_colours(Terminal())
    assert not has_colours(StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not has_colours(Terminal())
    monkeypatch.setenv("NO_COLOR", "")
    monkeypatch.setenv("TERM", "dumb")
    assert not has_colours(Terminal())


def test_what_is_piped_is_plain_and_not_wrapped(capsys):
    stdout().print("[bold]" + "x" * 150)
    assert capsys.readouterr().out == "[bold]" + "x" * 150 + "\n"
