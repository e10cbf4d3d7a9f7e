"""Whatever was always the server's own goes through; whatever cgb put into the history does not."""

from base64 import urlsafe_b64encode
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgb import MessagesRequest
from cgb.messages import CARRY_FIELD, carry, new_id
from cgb.testing.anthropic_server import check, signed
from cgb.testing.strategies import json_values, wire_requests
from cgb_plugins.anthropic.request import native

from .kit import assistant, call, request_of, result, text, user

FOREIGN = carry("thought", "Zm9yZWlnbg==", n=3, model="gemini-3")
URL = "https://example.org/ä"
OPAQUE = urlsafe_b64encode(URL.encode()).decode()


def cleaned(request, notes=None):
    """What is sent; notes are collected where a list is given."""
    return native(request, lambda kind, said: None if notes is None else notes.append(kind))


def messages_of(*messages, **fields):
    return cleaned(request_of(*messages, **fields))["messages"]


def own(raw):
    """The request with nothing in its answers that the Messages API itself would not have said."""
    raw = deepcopy(raw)
    for message in raw["messages"]:
        if message["role"] == "assistant" and isinstance(message["content"], list):
            for block in message["content"]:
                block.pop(CARRY_FIELD, None)
                for kind, member in (("thinking", "signature"), ("redacted_thinking", "data"), ("text", "text")):
                    if block["type"] == kind:
                        block[member] = f"x{block.get(member, '')}"
    return raw


@given(wire_requests().map(own))
def test_a_request_without_marks_goes_through_as_it_came(raw):
    assert cleaned(MessagesRequest.model_validate(raw)) == raw


@st.composite
def conversations(draw):
    """A conversation as the server would have it, and the same as cgb's clients send it."""
    plain, marked = [], []
    for turn in range(draw(st.integers(1, 3))):
        ids = [f"toolu_{turn}_{place}" for place in range(draw(st.integers(0, 3)))]
        carrying = [
            carry(one, draw(st.sampled_from(["", "c2ln", "no base64!"])), at=draw(st.integers(0, 9))) for one in ids
        ]
        extra = draw(st.dictionaries(st.just("cache_control"), json_values(), max_size=1))
        said = [text("Said.", **extra)] if draw(st.booleans()) or not ids else []
        thought = {"type": "thinking", "thinking": "", "signature": signed("")}
        kept = [thought] if draw(st.booleans()) else []
        foreign = [
            {"type": "thinking", "thinking": "Hm.", "signature": draw(st.sampled_from([FOREIGN, ""]))},
            {"type": "thinking", "thinking": "Unsigned."},
            {"type": "redacted_thinking", "data": carry("text", "c2ln", n=1, since=0)},
            text(draw(st.sampled_from(["", "\n "]))),
        ]
        plain += [user(text("Go.")), assistant(*kept, *said, *map(call, ids))]
        carriers = [call(one, **{CARRY_FIELD: one}) for one in carrying]
        noise = draw(st.lists(st.sampled_from(foreign), max_size=3))
        marked += [user(text("Go.")), assistant(*noise, *kept, *[{**one, CARRY_FIELD: "x"} for one in said], *carriers)]
        if ids:
            answered = draw(st.permutations(range(len(ids))))
            plain.append(user(*[result(ids[place]) for place in answered]))
            marked.append(user(*[result(carrying[place]) for place in answered]))
    return plain, marked


@given(conversations())
def test_what_is_left_is_the_conversation_without_the_marks(pair):
    plain, marked = pair
    assert messages_of(*marked) == messages_of(*plain) == plain
    check(cleaned(request_of(*marked)))


def test_ids_stay_different_and_of_the_servers_letters():
    carriers = [carry("a", "c2ln", at=0), carry("a", "c2ln", at=1), carry("ä|b", at=2), carry("", at=3)]
    [answer, results] = messages_of(
        assistant(call("a"), *map(call, carriers)), user(result("a"), *map(result, carriers))
    )
    assert [block["id"] for block in answer["content"]] == ["a", "a_2", "a_3", "__b", "toolu"]
    assert [block["tool_use_id"] for block in results["content"]] == ["a", "a_2", "a_3", "__b", "toolu"]


def test_a_result_without_its_call_loses_its_carrier_too():
    assert messages_of(user(result(carry("toolu_1", at=0)))) == [user(result("toolu_1"))]


def test_a_shortened_id_keeps_its_pair():
    shortened = carry("toolu_1", "c2lnbmF0dXJl", at=0)[:20]
    assert messages_of(assistant(call(shortened)), user(result(shortened))) == [
        assistant(call("toolu_1")),
        user(result("toolu_1")),
    ]


def test_an_answer_of_which_nothing_is_left_is_left_out():
    thought = {"type": "thinking", "thinking": "Hm.", "signature": FOREIGN}
    assert messages_of("One.", assistant(thought, text("")), "Two.") == messages_of("One.", "Two.")


def test_a_member_called_cgb_in_arguments_and_tools_is_the_clients():
    tool = {"name": "add", "input_schema": {"type": "object", "properties": {CARRY_FIELD: {}}}}
    said = assistant(call("toolu_1", input={CARRY_FIELD: 1}))
    request = request_of(said, user(result("toolu_1", **{CARRY_FIELD: 2})), tools=[tool])
    assert cleaned(request) == request.to_wire()


def test_a_search_that_another_made_becomes_words():
    tool_id = new_id("srvtoolu")
    found = {"type": "web_search_result", "title": "T", "url": URL, "encrypted_content": OPAQUE, "page_age": None}
    source = {"type": "web_search_result_location", "url": URL, "title": "T", "encrypted_index": OPAQUE}
    answer = assistant(
        {"type": "server_tool_use", "id": tool_id, "name": "web_search", "input": {"query": "q"}},
        {"type": "web_search_tool_result", "tool_use_id": tool_id, "content": [found]},
        text("Said.", citations=[source]),
    )
    assert messages_of(answer) == [
        assistant(text("[Searched the web for: q]"), text(f"[Found:\n- T: {URL}]"), text("Said."))
    ]


def test_a_search_that_found_nothing_becomes_words():
    tool_id = new_id("srvtoolu")
    answer = assistant(
        {"type": "server_tool_use", "id": tool_id, "name": "web_search", "input": {}},
        {"type": "web_search_tool_result", "tool_use_id": tool_id, "content": []},
    )
    assert messages_of(answer) == [assistant(text("[Searched the web]"), text("[Found nothing]"))]


def test_the_servers_own_search_stays():
    own_id = "srvtoolu_01WYG3ziw53XMcoyKL4XcZmE"
    source = {"type": "web_search_result_location", "url": URL, "encrypted_index": "Eo8BCioIAhgBIiQ="}
    foreign = {**source, "encrypted_index": OPAQUE}
    answer = assistant(
        {"type": "server_tool_use", "id": own_id, "name": "web_search", "input": {"query": "q"}},
        {"type": "web_search_tool_result", "tool_use_id": own_id, "content": []},
        text("Said.", citations=[source, foreign]),
    )
    [sent] = messages_of(answer)
    assert sent["content"][:2] == answer["content"][:2]
    assert sent["content"][2] == text("Said.", citations=[source])


BUDGET = {"type": "enabled", "budget_tokens": 2000}
CLEAR = {"type": "clear_thinking_20251015", "keep": "all"}
OTHER = {"type": "clear_tool_uses_20250919"}


def running(*content, tool_id):
    return request_of(
        "Add.",
        assistant(*content, call(tool_id)),
        user(result(tool_id)),
        thinking=BUDGET,
        context_management={"edits": [CLEAR]},
    )


def test_thinking_with_a_budget_is_off_while_anothers_calls_are_answered():
    """lbjlaq/Antigravity-Manager#139: `Expected thinking or redacted_thinking, but found tool_use`."""
    notes = []
    body = cleaned(running(tool_id=carry("toolu_1", at=0)), notes)
    assert body["thinking"] == {"type": "disabled"}
    assert "context_management" not in body
    assert notes == ["changed"]


def test_other_orders_about_the_context_stay():
    request = running(tool_id=carry("toolu_1", at=0)).with_(context_management={"edits": [CLEAR, OTHER], "x": 1})
    assert cleaned(request)["context_management"] == {"edits": [OTHER], "x": 1}


@pytest.mark.parametrize(
    "request_",
    [
        running({"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}, tool_id=carry("toolu_1", at=0)),
        running(tool_id="toolu_1"),
        running(tool_id=carry("toolu_1", at=0)).with_(thinking=None),
        request_of("Hi.", assistant(text("Said.", **{CARRY_FIELD: "x"})), "And?", thinking=BUDGET),
        request_of(assistant(call(carry("toolu_1", at=0))), thinking=BUDGET),
        request_of("Hi.", user(result(carry("toolu_1", at=0))), thinking=BUDGET),
    ],
)
def test_else_thinking_stays_as_the_client_wants_it(request_):
    notes = []
    assert cleaned(request_, notes).get("thinking") == request_.to_wire().get("thinking")
    assert notes == []
