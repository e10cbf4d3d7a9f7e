"""Calls that Gemini spoilt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgb.messages import legal_name
from cgb_plugins.gemini.spoilt import calls_of, declared_name, mended

from .kit import asked, function, request_of, text, tool

NAMES = ("Bash", "TodoWrite", "mcp__a-b__c-d", "do it", "Read")
ASKED = asked(request_of(tools=[tool(name) for name in NAMES]))


def read(message):
    return [(call["name"], call["input"]) for call in calls_of(message, ASKED)]


LS = ("Bash", {"command": "ls"})


@pytest.mark.parametrize(
    ("message", "calls"),
    [
        ("Malformed function call: print(default_api.Bash(command='ls'))", [LS]),
        ("Malformed function call: default_api.Bash(command='ls')", [LS]),
        ('print(Bash(command="ls"))', [LS]),
        ("bash(command='ls')", [LS]),
        ("default_api:Bash", []),
        ("```tool_code\nprint(default_api.Bash(command='ls'))\n```", [LS]),
        ("Malformed function call: ```python\ndefault_api.Bash(command='ls')\n```", [LS]),
        ("```\ndefault_api.Bash(command='ls')```", [LS]),
        ("print(default_api.Bash(command='ls'))\nprint(default_api.Read(path='x'))", [LS, ("Read", {"path": "x"})]),
        ("print(default_api.Bash(command='ls'), default_api.Read())", [LS, ("Read", {})]),
        ("[default_api.Bash(command='ls'), Bash(command='ls')]", [LS, LS]),
        ("default_api.Bash(command='ls'); Bash(command='ls')", [LS, LS]),
        ("print(default_api.mcp__a-b__c-d(x=1))", [("mcp__a-b__c-d", {"x": 1})]),
        (f"default_api.{legal_name('do it')}(x=1)", [("do it", {"x": 1})]),
        ("Bash(command='''a\r\n```b```\n''')", [("Bash", {"command": "a\n```b```\n"})]),
        (r"Bash(command='\d \u00e9 ü')", [("Bash", {"command": "\\d é ü"})]),
        (
            "Bash(a=True, b=None, c=true, d=null, e=-1, f=-1.5, g=[1, (2,)], h={'x': {'y': false}}, i=1e3)",
            [("Bash", dict(a=True, b=None, c=True, d=None, e=-1, f=-1.5, g=[1, [2]], h={"x": {"y": False}}, i=1e3))],  # noqa: C408
        ),
        (
            "default_api.TodoWrite(todos=[default_api.TodoWriteTodos(content='a', status='b')])",
            [("TodoWrite", {"todos": [{"content": "a", "status": "b"}]})],
        ),
    ],
)
def test_a_call_in_python_is_read(message, calls):
    """pydantic/pydantic-ai#3300, langchain-ai/langgraph#6574."""
    assert read(message) == calls


@pytest.mark.parametrize(
    "message",
    [
        "",
        "Malformed function call: ",
        "Unterminated string",
        "default_api.Bash(command='ls'",
        "default_api.Bash('ls')",
        "default_api.Bash(**{'command': 'ls'})",
        "default_api.Bash(command=open('/etc/passwd').read())",
        "default_api.Bash(command=other)",
        "default_api.Bash(command=f'{x}')",
        "default_api.Bash(command='a' + 'b')",
        "default_api.Bash(command=b'ls')",
        "default_api.Bash(command={'ls'})",
        "default_api.Bash(command={1: 2})",
        "default_api.Bash(command={**x})",
        "default_api.Bash(command=...)",
        "default_api.Bash(command=1j)",
        "default_api.Bash(command=1e999)",
        "default_api.Bash(command=-True)",
        r"default_api.Bash(command='\ud800')",
        "default_api.Bash(n=99999999999999999999999)",
        "default_api.Bash(command='ls', command='rm')",
        "default_api.Bash(command='ls')\nimport os",
        "default_api.Bash(command='ls')\ndefault_api.Unheard_of(x=1)",
        "default_api.Unheard_of(x=1)",
        "eval(default_api.Bash(command='ls'))",
        "print(default_api.Bash(command='ls'), end='')",
        "x = default_api.Bash(command='ls')",
        "default_api.Bash - 1",
        "default_api\n.Bash(command='ls')",
        "Bash(command='a\0')",
        "(" * 100_000,
        "Bash(a=" + "[" * 5_000 + "]" * 5_000 + ")",
        "Bash(a='" + "x" * 1_000_000 + "')",
    ],
)
def test_what_is_no_call_of_a_tool_with_literals_is_none(message):
    assert read(message) == []


@given(st.text())
def test_nothing_that_gemini_says_breaks_it(message):
    assert isinstance(calls_of(message, ASKED), tuple)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=6,
)  # fmt: skip
ARGUMENTS = st.dictionaries(st.sampled_from(["command", "path", "x_1", "todos"]), JSON)


@given(st.lists(st.tuples(st.sampled_from(["Bash", "Read"]), ARGUMENTS), min_size=1, max_size=3))
def test_what_python_can_write_is_read_as_it_was_meant(calls):
    lines = [
        f"default_api.{name}({', '.join(f'{one}={value!r}' for one, value in arguments.items())})"
        for name, arguments in calls
    ]

    assert read("Malformed function call: print(" + ", ".join(lines) + ")") == calls


@pytest.mark.parametrize(
    ("called", "known"),
    [
        ("Bash", "Bash"),
        ("bash", "Bash"),
        ("BASH", "Bash"),
        ("default_api:Bash", "Bash"),
        ("default_api.bash", "Bash"),
        ("default_api:bash", "Bash"),
        ("do it", "do it"),
        (legal_name("do it").upper(), "do it"),
        ("Bush", None),
        ("", None),
    ],
)
def test_the_tool_that_a_name_can_only_mean(called, known):
    assert declared_name(called, ASKED) == known


def test_a_name_that_could_mean_two_tools_means_none():
    both = asked(request_of(tools=[tool("bash"), tool("Bash")]))

    assert declared_name("BASH", both) is None
    assert declared_name("bash", both) == "bash"


def test_unexpected_calls_are_sorted():
    parts = [text("Hi"), function("bash", {"command": "ls"}, id="1"), function("Bush", {"a": 1}), function("", {})]

    kept, unknown = mended(parts, ASKED)

    assert kept == [text("Hi"), function("Bash", {"command": "ls"}, id="1")]
    assert unknown == ({"name": "Bush", "input": {"a": 1}},)
    assert [note.kind for note in ASKED.ctx.notes] == ["mended"]


def test_where_the_client_wants_no_calls_none_is_made():
    """tensorzero/tensorzero#2329: mode NONE, and a call all the same."""
    silent = asked(request_of(tools=[tool("Bash")], tool_choice={"type": "none"}))

    assert mended([function("Bash", {})], silent) == ([], ({"name": "Bash", "input": {}},))
