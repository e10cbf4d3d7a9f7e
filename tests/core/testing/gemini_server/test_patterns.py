import re

import pytest

from cgb.testing.gemini_server.patterns import match


@pytest.mark.parametrize(
    "pattern",
    [
        "^abc$",
        "^[a-z0-9_-]{3,8}$",
        r"^\d{4}-\d{2}-\d{2}$",
        "^(a|b)+c?$",
        "^(?:x|(y|z))*$",
        r"^https?://[^\s/]+/.*$",
        "^[^]]+$",
        r"^\[\w+\]$",
        "(?=a)a",
        "(?P<name>q)+?",
        "^(?!x)[a-y]$",
        "^$",
        "",
        "^/",
    ],
)
def test_what_it_makes_matches(pattern):
    made = match(pattern)
    assert made is not None
    assert re.search(pattern, made)


def test_a_least_length():
    made = match("^[a-f]+$", 50)
    assert made is not None
    assert len(made) >= 50


@pytest.mark.parametrize("pattern", ["(", "^a{1}$(?=b)", "[z-a]"])
def test_what_cannot_be_matched(pattern):
    assert match(pattern) is None
