"""The plugin's settings and hooks."""

import gc
import logging
import weakref
from itertools import count

import pytest

from cgb import ConfigError, NotFound
from cgb.config import Config
from cgb.testing import ScriptedTransport, ask, opened, plugin_of
from cgb_plugins import model_map, routing
from cgb_plugins.routing import Routing, choose_route

from .kit import asked
from .kit import routing as settings_of

_names = (f"rule of test {number}" for number in count())


def sent(*rules, request="Hi", headers=None, **more):
    """Where a request went that was asked through a pipeline, and the request as it arrived there."""
    gemini = ScriptedTransport("Hello.")
    config = Config(file={"plugin": {"routing": {"rules": list(rules), **more}}})
    came = ask(request, [plugin_of(gemini, "gemini"), model_map, routing], config, headers)
    return str(gemini.requests[0].route), gemini.requests[0].request, came


def test_it_is_a_plugin():
    assert plugin_of(routing).name == "routing"


def test_without_rules_it_has_no_say_and_notes_nothing():
    where, _, came = sent()
    assert where == "gemini/gemini-pro-latest"
    assert came.notes == ()


def test_a_rule_that_holds_beats_the_model_map():
    where, _, came = sent({"name": "tagged", "when": {"tag": "#fast"}, "to": "gemini/quick"}, request="#fast Hi")
    assert where == "gemini/quick"
    assert [(note.plugin, note.kind, note.text) for note in came.notes] == [("routing", "rule", 'rule 1 "tagged" won')]


def test_where_no_rule_holds_the_model_map_decides():
    where, _, came = sent({"when": {"tag": "#fast"}, "to": "gemini/quick"})
    assert where == "gemini/gemini-pro-latest"
    assert [(note.kind, note.text) for note in came.notes] == [("no_rule", "no rule holds")]
    assert [rule.holds for rule in came.notes[0].data["rules"]] == [False]


def test_a_header_of_the_users_own_chooses():
    """ANTHROPIC_CUSTOM_HEADERS reach the bridge (Claude Code contract, headers)."""
    where, *_ = sent({"when": {"header": {"X-Team": "blue"}}, "to": "gemini/b"}, headers={"x-team": "blue"})
    assert where == "gemini/b"


def test_parameters_are_set_and_what_they_do_not_name_stays():
    """A title's JSON schema is in the same object as the effort (Claude Code contract, body)."""
    body = {
        "model": "claude-opus-5-5",
        "max_tokens": 9,
        "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": {}}},
        "messages": [
            {"role": "user", "content": "Hi"},
            {"role": "system", "content": [], "output_config": {"effort": "low"}},
        ],
    }
    _, arrived, _ = sent({"to": "gemini/a", "set": {"effort": "max", "max_tokens": 500}}, request=body)
    assert arrived.output_config.to_wire() == {"effort": "max", "format": {"type": "json_schema", "schema": {}}}
    assert arrived.max_tokens == 500
    assert arrived.messages[1].get("output_config") == {}


async def test_models_are_listed_and_picked():
    model = {"id": "fast", "name": "Fast", "to": "gemini/quick", "set": {"effort": "low"}}
    config = Config(file={"plugin": {"routing": {"models": [model], "rules": [{"to": "gemini/all"}]}}})
    async with opened([plugin_of(ScriptedTransport(), "gemini"), routing], config) as pipeline:
        assert [(one.id, one.display_name) for one in pipeline.models()] == [("fast", "Fast"), ("claude-fast", "Fast")]
        picked = await pipeline.route_of("claude-fast")
        assert (str(picked), picked.set, picked.why) == (
            "gemini/quick",
            {"output_config.effort": "low"},
            "fast was picked",
        )
        assert str(await pipeline.route_of("other")) == "gemini/all"


def test_a_rule_that_leads_past_all_transports_is_told():
    with pytest.raises(NotFound, match=r"the route nowhere/x leads to a transport that no plugin opened"):
        sent({"to": "nowhere/x"})


def test_two_models_of_the_same_id_are_refused(tmp_path):
    path = tmp_path / "cgb.toml"
    head = "[[plugin.routing.models]]\n"
    path.write_text(f'{head}id = "fast"\nto = "a/b"\n{head}id = "claude-fast"\nto = "a/c"\n')
    with pytest.raises(ConfigError, match=r"plugin\.routing: two models have the same id\."):
        Config.read(path).plugin_settings({"routing": Routing}, ["routing"])


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (
            'to = "a/b"\nwhen = { tokens = "lots" }',
            ":7: plugin.routing.rules[1].when.tokens: should be a count such as",
        ),
        (
            'to = "a/b"\n[plugin.routing.rules.when]\nkind = ["main", "mian"]',
            ":8: plugin.routing.rules[1].when.kind[1]: Input",
        ),
        (
            'to = "a/b"\nwhen = [{}, { not = { modle = "x" } }]',
            ":7: plugin.routing.rules[1].when[1].not.modle: Extra inputs",
        ),
        ('to = "gemini"', ":6: plugin.routing.rules[1].to: String should match pattern"),
        ('name = "x"', ":5: plugin.routing.rules[1].to: Field required."),
        ('to = "a/b"\nset = { effort = "hihg" }', ":7: plugin.routing.rules[1].set.effort: Input should be 'low'"),
    ],
)
def test_a_wrong_rule_is_told_with_its_line(tmp_path, toml, said):
    path = tmp_path / "cgb.toml"
    path.write_text(
        f'# routes\n[[plugin.routing.rules]]\nname = "first"\nto = "gemini/a"\n[[plugin.routing.rules]]\n{toml}\n'
    )

    with pytest.raises(ConfigError) as caught:
        Config.read(path).plugin_settings({"routing": Routing}, ["routing"])

    assert str(caught.value).startswith(f"{path}{said}")


async def test_rules_that_never_win_are_told_at_start_once(caplog):
    caplog.set_level(logging.INFO, "cgb.routing")
    name = next(_names)
    rules = [{"to": "a/b", "when": {"images": True}}, {"to": "a/c", "when": {"tools": 0}, "name": name}, {"to": "a/d"}]
    rules.append({"to": "a/e", "name": name})
    for _ in range(2):
        async with opened([routing], Config(file={"plugin": {"routing": {"rules": rules}}})):
            pass
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", f'plugin.routing.rules: rule 4 "{name}" never wins: rule 3 holds whenever it does.'),
        ("INFO", f'plugin.routing.rules: rule 2 "{name}" can hold together with rule 1, which then wins.'),
    ]


def test_rules_are_made_ready_once_and_ask_for_nothing_twice(counted):
    """Ten rules may cost a request 0.05 ms: what they share is found out once."""
    settings = settings_of(*({"when": {"tokens": f">{number}000000"}} for number in range(1, 11)))
    request, ctx = asked()
    assert settings.numbered is settings.numbered
    assert choose_route(request, ctx, settings) is None
    assert counted == [request]


def test_a_request_is_gone_when_its_last_reader_is():
    """A note leads to the facts it was made of; a circle would keep long conversations in memory."""
    request, ctx = asked("#x " * 10)
    choose_route(request, ctx, settings_of({"when": {"tag": "#y", "not": {"tokens": ">5"}}}))
    assert ctx.notes[0].data["rules"][0].holds is False
    gone = weakref.ref(request)
    gc.disable()
    try:
        del request, ctx
        assert gone() is None
    finally:
        gc.enable()
