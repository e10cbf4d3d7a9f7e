import re

import pytest

from cgb.messages import ToolNames, legal_name

LONG = "mcp__server__" + "x" * 100


@pytest.mark.parametrize("name", ["Bash", "_x", "mcp__a__b", "a.b-c", "x" * 64, "a_12345678"])
def test_a_legal_name_stays_as_it_is(name):
    assert legal_name(name) == name


@pytest.mark.parametrize("name", ["", "1a", "-a", ".a", "a b", "ä", "a/b", "a:b", LONG, "\ud83d"])
def test_any_other_becomes_legal_and_stays_different(name):
    legal = legal_name(name)
    assert re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_.\-]{0,63}", legal)
    assert legal != legal_name(name + "x") != name
    assert legal == legal_name(name)


def test_a_name_that_looks_like_a_hashed_one_is_hashed_too():
    assert len({legal_name("a b"), legal_name(legal_name("a b")), legal_name("a_b")}) == 3


def test_the_limit_is_the_targets():
    assert legal_name("x" * 64, 63) != "x" * 64
    assert len(legal_name(LONG, 30)) == 30
    assert legal_name(LONG, 128) == LONG


def test_names_go_out_and_come_back():
    names = ToolNames(["Bash", "a b", LONG])
    for name in ("Bash", "a b", LONG):
        assert names.to_client(names.to_upstream(name)) == name
    assert names.to_upstream("Bash") == "Bash"


def test_a_name_of_the_history_that_is_no_longer_declared_goes_out_too():
    assert ToolNames([]).to_upstream("a b") == ToolNames(["a b"]).to_upstream("a b")


@pytest.mark.parametrize(
    ("upstream", "client"),
    [
        ("default_api:Bash", "Bash"),
        ("default_api.Bash", "Bash"),
        ("print:default_api.Bash", "Bash"),
        ("default_api.mcp.x", "mcp.x"),
        ("default_api.Nope", "default_api.Nope"),
        ("bash", "bash"),
        ("", ""),
    ],
)
def test_a_prefix_that_was_never_declared_is_taken_off(upstream, client):
    assert ToolNames(["Bash", "mcp.x"]).to_client(upstream) == client


def test_a_declared_name_with_a_dot_is_not_cut():
    assert ToolNames(["api.Bash", "Bash"]).to_client("api.Bash") == "api.Bash"
