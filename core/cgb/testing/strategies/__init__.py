"""Hypothesis strategies for whoever writes a plugin: requests, answers, schemas, and other pieces of the same.

    @given(answers(), st.data())
    def test_it_does_not_matter_in_which_pieces_an_answer_comes(answer, data):
        whole = list(events_of(answer))
        assert transformed(data.draw(cuttings(whole))) == transformed(whole)

Needs hypothesis: `pip install 'claude-gemini-bridge[testing]'`.
"""

from .answers import answers, messages, usages
from .blocks import blocks, flat_blocks, novel_blocks
from .cuttings import cuttings
from .events import deltas, events
from .facts import contexts, errors, records, routes, targets
from .requests import requests, tools
from .schemas import schemas
from .values import json_values, names, objects, texts, words
from .wire_requests import wire_requests

__all__ = [
    "answers",
    "blocks",
    "contexts",
    "cuttings",
    "deltas",
    "errors",
    "events",
    "flat_blocks",
    "json_values",
    "messages",
    "names",
    "novel_blocks",
    "objects",
    "records",
    "requests",
    "routes",
    "schemas",
    "targets",
    "texts",
    "tools",
    "usages",
    "wire_requests",
    "words",
]
