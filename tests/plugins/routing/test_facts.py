import pytest

from cgb_plugins.routing.facts import Facts

from .kit import AGENT, MONDAY, asked, facts

IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": ""}}
PDF = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": ""}}
TOOLS = [{"name": name, "input_schema": {}} for name in ("Bash", "Read")]
SEARCH = {"type": "web_search_20250305", "name": "web_search"}


def result(content="done"):
    return {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": content}]}


def user(content):
    return {"role": "user", "content": content}


@pytest.mark.parametrize(
    ("name", "fields", "plain", "found"),
    [
        ("model", {"model": "gemini-3"}, ("claude-opus-5-5",), ("gemini-3",)),
        ("tools", {"tools": TOOLS}, 0, 2),
        ("tool", {"tools": TOOLS}, (), ("Bash", "Read")),
        ("images", {"messages": [user([IMAGE])]}, False, True),
        ("images", {"messages": [user("Look"), result([IMAGE])]}, False, True),
        ("documents", {"messages": [user("Look"), result([PDF]), result(None)]}, False, True),
        ("thinking", {"thinking": {"type": "adaptive"}}, "disabled", "adaptive"),
        ("effort", {"output_config": {"effort": "high"}}, "none", "high"),
        ("web_search", {"tools": [SEARCH]}, False, True),
        ("kind", {"tools": [SEARCH]}, "main", "web_search"),
    ],
)
def test_facts(name, fields, plain, found):
    assert facts().of(name) == plain
    assert facts(**fields).of(name) == found


def test_facts_of_the_headers_and_the_time():
    found = facts(headers=AGENT)
    assert (found.of("subagent"), found.of("kind"), found.of("time")) == (True, "subagent", MONDAY)
    assert facts().of("subagent") is False
    assert found.of("header.x-claude-code-agent-id") == ("agent-1",)
    assert found.of("header.x-team") == ()


def test_the_newest_turns_own_effort_counts():
    """Beta per-turn-control: turns say for themselves how hard the model should try."""
    turns = [user("Hi"), {"role": "system", "content": [], "output_config": {"effort": "max"}}, user("Go on")]
    assert facts(messages=turns, output_config={"effort": "low"}).of("effort") == "max"


@pytest.mark.parametrize(
    ("messages", "found"),
    [
        ([user("#fast fix it")], ("#fast",)),
        ([user("Fix it, (see) @model:gemini-3.5, #slow!")], ("@model:gemini-3.5", "#slow")),
        ([user("# Heading #, a#b, x@y.org")], ()),
        (
            [
                user(
                    [
                        {"type": "text", "text": "<system-reminder>#no</system-reminder>"},
                        {"type": "text", "text": "#yes"},
                    ]
                )
            ],
            ("#yes",),
        ),
        ([user("#old"), {"role": "assistant", "content": "#model"}, user("#new")], ("#new",)),
        ([user("#fast"), {"role": "assistant", "content": "…"}, result("#file"), result()], ("#fast",)),
        ([user("#fast"), {"role": "system", "content": "#system"}], ("#fast",)),
        ([{"role": "assistant", "content": "#model"}], ()),
    ],
)
def test_tags_are_those_of_the_prompt(messages, found):
    """They count until the turn is done: between two tools there is no new prompt."""
    assert facts(messages=messages).of("tag") == found


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("tools", "7"),
        ("tool", "t0, t1, t2, t3, t4, … (7)"),
        ("tag", "none"),
        ("images", "false"),
        ("kind", "main"),
        ("header.x-team", "present"),
        ("header.x-other", "missing"),
    ],
)
def test_facts_as_people_read_them(name, told):
    tools = [{"name": f"t{number}", "input_schema": {}} for number in range(7)]
    assert facts(headers={"x-team": "secret"}, tools=tools).told(name) == told


def test_the_time_is_told_with_its_day_and_zone():
    assert facts().told("time") == f"{MONDAY.astimezone():%a %Y-%m-%d %H:%M %Z}"


def test_nothing_is_found_out_twice_or_unasked(counted):
    """An estimate of tokens reads the whole request, so it is the costliest fact there is."""
    request, ctx = asked()
    found = Facts(request, ctx)
    assert found.of("model")
    assert counted == []
    assert [found.of("tokens"), found.of("tokens")] == [5, 5]
    assert counted == [request]


def test_the_tokens_are_those_of_the_request_as_the_client_sent_it():
    request, ctx = asked("Hi")
    assert Facts(request.with_(model="x" * 500, system="word " * 500), ctx).of("tokens") == ctx.tokens
