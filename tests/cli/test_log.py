import logging
from time import localtime, mktime

import pytest

from cgb.context import Context, Note
from cgb.errors import ConfigError, RateLimited
from cgb.messages import MessageParam, MessagesRequest, Tool, Usage
from cgb.record import Record
from cgb.transport import Route
from cgb_cli.log import Lines, printable, setup

TOOL = Tool(name="Bash", input_schema={})
NOON = mktime((2026, 1, 1, 12, 0, 0, 0, 1, localtime().tm_isdst))


def line(*, kind="main", model="claude-opus-5-5", tools=(), colours=False, **record):
    message = MessageParam(role="user", content="my secret is 42")
    request = MessagesRequest(model=model, max_tokens=1, messages=(message,), tools=tools)
    entry = logging.makeLogRecord({"levelno": logging.INFO, "levelname": "INFO", "created": NOON, "msg": "x"})
    entry.record, entry.ctx = Record(request=request, **record), Context(request, kind)
    return Lines(colours=colours).format(entry).split("  ", 1)[1]


def test_a_whole_answer():
    usage = Usage(input_tokens=1200, cache_read_input_tokens=81_000, output_tokens=345)
    route = Route("gemini", "gemini-pro-latest")
    said = line(tools=(TOOL, TOOL), routes=(route,), usage=usage, first_event_s=0.824, duration_s=4.1)
    assert said == (
        "claude-opus-5-5 → gemini-pro-latest  2 tools  1.2k in +81.0k cached, 345 out  first 0.82s  4.10s  200"
    )


def test_little_to_say():
    assert line() == "claude-opus-5-5  0.00s  200"


def test_what_is_out_of_the_ordinary():
    routes = (Route("gemini", "a"), Route("gemini", "b"))
    notes = (Note("ladder", "retry", "…", {}), Note("ladder", "retry", "…", {}), Note("names", "renamed", "…", {}))
    said = line(kind="subagent", routes=routes, notes=notes)
    assert said == "claude-opus-5-5 → b (attempt 2)  subagent  0.00s  200  ladder: retry (x2); names: renamed"


def test_an_error_names_status_and_type_and_tells_no_secret():
    said = line(error=RateLimited("the key AIza-secret is used up"), cancelled=True)
    assert said.endswith("0.00s  429 rate_limit_error")


def test_the_client_left():
    assert line(cancelled=True).endswith("client left")


def test_nothing_of_the_conversation_is_told():
    assert "secret" not in line(kind="title", notes=(Note("p", "k", "my secret", {"secret": 1}),))


def test_a_client_cannot_forge_a_line():
    said = line(model="x\n12:00:00  claude\x1b[2J" + "y" * 200)
    assert "\n" not in said
    assert "\x1b" not in said
    assert len(said) < 120


def test_colours():
    assert "\x1b[32m200\x1b[0m" in line(colours=True)
    assert "\x1b[31m429" in line(colours=True, error=RateLimited("…"))


def test_other_lines_are_plain(capsys):
    setup("info")
    logging.getLogger("cgb").info("all is well")
    logging.getLogger("cgb.gemini").warning("not quite")
    logging.getLogger("cgb").debug("unheard")
    logging.getLogger("somebody").info("unheard")
    logging.getLogger("somebody").error("oh")
    said = [entry.split("  ", 1)[1] for entry in capsys.readouterr().err.splitlines()]
    assert said == ["all is well", "warning: not quite", "error: oh"]


def test_a_traceback_is_shown(capsys):
    setup("warning")
    try:
        int("why")
    except ValueError:
        logging.getLogger("cgb").exception("it failed")
    said = capsys.readouterr().err
    assert "error: it failed\nTraceback" in said
    assert "ValueError: invalid" in said


def test_a_line_does_not_pay_for_what_it_does_not_say(monkeypatch):
    heard = []
    setup("info")
    monkeypatch.setattr(logging.getLogger("cgb"), "handle", heard.append)

    logging.getLogger("cgb").info("x")

    assert (heard[0].thread, heard[0].process, heard[0].lineno) == (None, None, 0)


def test_levels():
    setup("DEBUG")
    assert logging.getLogger("cgb").level == logging.DEBUG
    with pytest.raises(ConfigError, match="there is no level 'loud'"):
        setup("loud")


def test_printable():
    assert printable("a\tb\u202ec") == "a?b?c"
    assert printable("abcdef", 4) == "abc…"


@pytest.fixture(autouse=True)
def _as_before(monkeypatch):
    for name in ("logThreads", "logProcesses", "logMultiprocessing", "_srcfile"):
        monkeypatch.setattr(logging, name, getattr(logging, name))
    root, ours = logging.getLogger(), logging.getLogger("cgb")
    before = root.handlers[:], root.level, ours.level
    # basicConfig closes the handlers it replaces, and these are pytest's.
    root.handlers = []
    yield
    root.handlers, root.level, ours.level = before
