"""Google Search as Anthropic's web search (known failures, search and other server tools)."""

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from cgb.messages import Usage, Writer
from cgb.testing import assert_stream
from cgb.testing.gemini_server.grounding import ground
from cgb_plugins.gemini.grounding import Domains, searched

from .kit import answer, assistant, frame, function, made, request_of, text, tool

SEARCH = {"type": "web_search_20250305", "name": "web_search"}


def site(title, uri="https://redirect.example/x"):
    return {"web": {"title": title, "uri": uri}}


def support(start, end, *sources):
    segment = {"endIndex": end} if start == 0 else {"startIndex": start, "endIndex": end}
    return {"segment": segment, "groundingChunkIndices": list(sources)}


def blocks(metadata, words, allowed=None):
    writer = Writer("m")
    events = [*writer.start(), *searched(metadata, words, writer, allowed or Domains()), *writer.finish("x", Usage())]
    return [block.to_wire() for block in assert_stream(events).content]


def cited(metadata, words, allowed=None):
    """The pieces of the text, with the titles of what each rests on."""
    found = blocks(metadata, words, allowed)[2:]
    return [(block["text"], [one["title"] for one in block.get("citations") or ()]) for block in found]


def test_what_was_searched_for_and_found_stands_before_the_text():
    metadata = {
        "webSearchQueries": ["a", "b"],
        "groundingChunks": [site("x.example", "https://x.example/1")],
        "groundingSupports": [support(0, 5, 0)],
    }

    use, result, said = blocks(metadata, "Hello")

    assert (use["type"], use["name"], use["input"]) == ("server_tool_use", "web_search", {"query": "a; b"})
    assert (result["type"], result["tool_use_id"]) == ("web_search_tool_result", use["id"])
    assert use["id"].startswith("srvtoolu_")
    [page] = result["content"]
    assert (page["type"], page["title"], page["url"]) == ("web_search_result", "x.example", "https://x.example/1")
    assert page["encrypted_content"]
    [citation] = said["citations"]
    assert citation["type"] == "web_search_result_location"
    assert (citation["url"], citation["title"], citation["cited_text"]) == ("https://x.example/1", "x.example", "Hello")
    assert citation["encrypted_index"]


SITES = {"webSearchQueries": ["q"], "groundingChunks": [site("a.example"), site("b.example")]}


@pytest.mark.parametrize(
    ("supports", "words", "expected"),
    [
        ([], "abc", [("abc", [])]),
        ([support(0, 3, 0)], "abc", [("abc", ["a.example"])]),
        ([support(1, 2, 0, 1)], "abc", [("a", []), ("b", ["a.example", "b.example"]), ("c", [])]),
        ([support(2, 3, 1), support(0, 1, 0)], "abc", [("a", ["a.example"]), ("b", []), ("c", ["b.example"])]),
        ([support(0, 2, 0), support(1, 3, 1)], "abc", [("ab", ["a.example"]), ("c", [])]),
        ([support(0, 2, 0)], "\u00fcber", [("\u00fc", ["a.example"]), ("ber", [])]),  # offsets count UTF-8 bytes
        ([support(0, 4, 0)], "\U0001f600!", [("\U0001f600", ["a.example"]), ("!", [])]),
        ([support(0, 1, 0)], "\u00fcber", [("\u00fcber", [])]),  # in the middle of a character
        ([support(0, 9, 0)], "abc", [("abc", [])]),
        ([support(2, 2, 0), support(2, 1, 0)], "abc", [("abc", [])]),
        ([support(0, 3, 7)], "abc", [("abc", [])]),
        ([{}, {"segment": None, "groundingChunkIndices": None}], "abc", [("abc", [])]),
        ([support(0, 3, 0)], "", []),
    ],
)
def test_text_with_what_it_rests_on(supports, words, expected):
    assert cited({**SITES, "groundingSupports": supports}, words) == expected


@pytest.mark.parametrize(
    ("allowed", "blocked", "shown"),
    [
        ((), (), ["a.example", "docs.b.example", "www.c.example"]),
        (("a.example",), (), ["a.example"]),
        (("b.example",), (), ["docs.b.example"]),
        (("docs.b.example/path", "C.example"), (), ["docs.b.example", "www.c.example"]),
        (("ample",), (), []),
        ((), ("b.example",), ["a.example", "www.c.example"]),
        (("a.example", "b.example"), ("docs.b.example",), ["a.example"]),
    ],
)
def test_only_sites_that_the_client_allows_are_shown(allowed, blocked, shown):
    metadata = {
        "webSearchQueries": ["q"],
        "groundingChunks": [site("a.example"), site("docs.b.example"), {"maps": {}}, site("www.c.example")],
        "groundingSupports": [support(0, 1, 0, 1, 2, 3)],
    }

    found = blocks(metadata, "x", Domains(allowed, blocked))

    assert [page["title"] for page in found[1]["content"]] == shown
    assert [one["title"] for one in found[2].get("citations") or ()] == shown


def test_a_page_is_known_by_its_address_too():
    allowed = Domains(["x.example"])

    assert allowed.admits({"title": "A page", "uri": "https://www.x.example/1"})
    assert allowed.admits({"domain": "x.example"})
    assert not allowed.admits({})


def test_the_model_is_asked_to_keep_to_the_sites():
    body = made("Search", tools=[{**SEARCH, "allowed_domains": ["a.example"], "blocked_domains": ["b.example"]}])

    [part] = body.body["systemInstruction"]["parts"]
    assert "a.example" in part["text"]
    assert "b.example" in part["text"]


LETTERS = st.text("a\u00fc\u20ac\U0001f600 ", max_size=12)
SUPPORTS = st.lists(st.builds(support, st.integers(0, 40), st.integers(0, 40), st.integers(0, 3)), max_size=6)


@for_all(LETTERS, SUPPORTS)
def test_the_pieces_are_the_text_and_citations_lie_on_their_bytes(words, supports):
    pieces = cited({**SITES, "groundingSupports": supports}, words)

    assert "".join(piece for piece, _ in pieces) == words
    assert all(piece for piece, _ in pieces)
    spans, at = {(one["segment"].get("startIndex", 0), one["segment"]["endIndex"]) for one in supports}, 0
    for piece, sources in pieces:
        end = at + len(piece.encode())
        assert not sources or (at, end) in spans
        at = end


# In a whole answer


def grounded(*parts, **fields):
    step = ground("q")
    return frame(*parts, finish="STOP", candidate={"groundingMetadata": dict(step.grounding)}, **fields)


SAID = ground("q").text


@pytest.mark.parametrize("cut", [1, 9, 40])
def test_an_answer_that_searched(cut):
    """The words may come before Gemini says what they rest on."""
    message = answer(frame(text(SAID[:cut])), grounded(text(SAID[cut:])), request=request_of(tools=[SEARCH]))

    kinds = [block.type for block in message.content]
    assert kinds[:2] == ["server_tool_use", "web_search_tool_result"]
    assert "".join(block.text for block in message.content if block.type == "text") == SAID
    assert sum(bool(block.get("citations")) for block in message.content if block.type == "text") == 2
    assert message.usage.get("server_tool_use") == {"web_search_requests": 1}
    assert message.stop_reason == "end_turn"


def test_an_answer_that_did_not_search_is_as_any_other():
    message = answer(frame(text("a")), frame(text("b"), finish="STOP"), request=request_of(tools=[SEARCH]))

    assert [block.to_wire() for block in message.content] == [{"type": "text", "text": "ab"}]
    assert message.usage.get("server_tool_use") is None


def test_words_and_calls_keep_their_order_where_nothing_was_searched():
    asked = request_of(tools=[SEARCH, tool()])
    message = answer(frame(text("a"), function(), text("b")), frame(finish="STOP"), request=asked)

    assert [block.type for block in message.content] == ["text", "tool_use", "text"]


def test_a_search_and_a_call():
    asked = request_of(tools=[SEARCH, tool()])
    message = answer(frame(text(SAID), function()), grounded(), request=asked)

    assert [block.type for block in message.content][-1] == "tool_use"
    assert message.stop_reason == "tool_use"


def test_a_search_ends_at_a_stop_sequence():
    message = answer(grounded(text(SAID)), request=request_of(tools=[SEARCH], stop_sequences=["second"]))

    assert "".join(block.text for block in message.content if block.type == "text") == SAID.partition("second")[0]
    assert (message.stop_reason, message.stop_sequence) == ("stop_sequence", "second")


def test_what_a_search_gave_comes_back_as_words():
    message = answer(grounded(text(SAID)), request=request_of(tools=[SEARCH]))

    body = made("Search", assistant(*(block.to_wire() for block in message.content)), "Thanks")

    said = "".join(part["text"] for part in body.contents[1]["parts"])
    assert SAID in said
    assert "https://example.com/one" in said
