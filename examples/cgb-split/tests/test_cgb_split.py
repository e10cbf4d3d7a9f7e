"""A plugin's test needs no framework: a stage is a function."""

import cgb_split
import pytest

from cgb import Context, MessageParam, MessagesRequest, Route

REQUEST = MessagesRequest(model="claude-opus-5-5", max_tokens=1, messages=(MessageParam(role="user", content="Hi"),))


def route(session: str | None, request: MessagesRequest = REQUEST, share: float = 0.25) -> Route | None:
    headers = {} if session is None else {"x-claude-code-session-id": session}
    settings = cgb_split.Split(to="gemini/gemini-3.5-flash", share=share, models="claude-opus-*")
    return cgb_split.choose_route(request, Context(request, headers=headers), settings)


def test_a_share_of_the_conversations_goes_elsewhere() -> None:
    routes = [route(f"session {number}") for number in range(1_000)]
    assert {str(one) for one in routes} == {"gemini/gemini-3.5-flash", "None"}
    assert sum(one is not None for one in routes) == pytest.approx(250, abs=50)


def test_a_conversation_stays_where_it_is() -> None:
    assert all(route(f"session {number}") == route(f"session {number}") for number in range(100))


@pytest.mark.parametrize(("share", "taken"), [(0, 0), (1, 100)])
def test_none_and_all(share: float, taken: int) -> None:
    assert sum(route(f"session {number}", share=share) is not None for number in range(100)) == taken


def test_other_models_and_clients_without_sessions_are_left_alone() -> None:
    assert route("session 1", REQUEST.with_(model="claude-haiku-5-5"), share=1) is None
    assert route(None, share=1) is None
