"""Gemini's search, through LiteLLM."""

import pytest

from cgb.testing import SimulatedGemini

from .kit import GEMINIS, GPT, NEW, QUIET, answer, asked, convert, plain, request_of, tool

SEARCH = {"type": "web_search_20250305", "name": "web_search"}
QUERIES = {"webSearchQueries": ["one", "two"]}
PAGES = {
    "groundingChunks": [
        {"web": {"uri": "https://google.example/r", "title": "www.one.example"}},
        {"web": {"uri": "https://sub.two.example/x"}},
        {"retrievedContext": {}},
    ]
}

pytestmark = QUIET


def found(metadata=QUERIES | PAGES, text="Two pages.", **fields):
    """The blocks of an answer to a search that says so much of it."""
    said = [{"content": text[:3]}, {"content": text[3:]}]
    told = {"choices": [], "vertex_ai_grounding_metadata": [metadata]}
    request = request_of(tools=[{**SEARCH, **fields}])
    return plain(answer(*said, told, request=request, model=NEW, native="STOP"))


def test_what_was_found_comes_before_the_words_that_rest_on_it():
    called, result, text = found()

    assert (called["type"], called["name"], called["input"]) == ("server_tool_use", "web_search", {"query": "one; two"})
    assert (result["type"], result["tool_use_id"]) == ("web_search_tool_result", called["id"])
    assert [(one["title"], one["url"]) for one in result["content"]] == [
        ("www.one.example", "https://google.example/r"),
        ("https://sub.two.example/x", "https://sub.two.example/x"),
    ]
    assert text == {"type": "text", "text": "Two pages."}


@pytest.mark.parametrize(
    ("sites", "shown"),
    [
        ({"allowed_domains": ["one.example"]}, ["https://google.example/r"]),
        ({"allowed_domains": ["two.example"]}, ["https://sub.two.example/x"]),
        ({"blocked_domains": ["www.two.example/"]}, ["https://google.example/r"]),
        ({"allowed_domains": ["three.example"]}, []),
    ],
)
def test_other_sites_are_not_shown(sites, shown):
    """Gemini cannot be told which sites to search."""
    assert [one["url"] for one in found(**sites)[1]["content"]] == shown


def test_sites_are_wished_for():
    search = {**SEARCH, "allowed_domains": ["a.example"], "blocked_domains": ["b.example", "c.example"]}
    wished = "Search only these sites: a.example. Use nothing from these sites: b.example, c.example."

    assert convert(request_of(tools=[search]), NEW)[0]["messages"][0] == {"role": "system", "content": wished}
    for body, _ in (convert(request_of(tools=[search]), GPT), convert(request_of(tools=[search, tool()]), NEW)):
        assert body["messages"][0]["role"] == "user"


def test_an_answer_without_a_search_is_its_text():
    assert found({}) == [{"type": "text", "text": "Two pages."}]


def test_a_stop_sequence_in_a_search():
    request = request_of(tools=[SEARCH], stop_sequences=["STOP"])

    assert plain(answer({"content": "Said. STOP Not said."}, request=request, model=NEW)) == [
        {"type": "text", "text": "Said. "}
    ]


def test_a_refusal_keeps_what_was_held_back():
    request = request_of(tools=[SEARCH])
    message = answer({"content": "Said."}, request=request, model=NEW, ending="content_filter", native="SAFETY")

    assert message.stop_reason == "refusal"
    assert plain(message)[0]["text"].startswith("Said.\n\n[")


@pytest.mark.parametrize(("model", "tools"), [(GPT, [SEARCH]), (NEW, [SEARCH, tool()])])
def test_where_nobody_searches_the_pages_come_as_a_list(model, tools):
    """As from providers that search unasked."""
    cited = {"annotations": [{"url_citation": {"url": "https://one.example", "title": "One"}}]}
    said = plain(answer({"content": "Said."}, cited, request=request_of(tools=tools), model=model, native="STOP"))

    assert said == [{"type": "text", "text": "Said.\n\nSources:\n- [One](https://one.example)"}]


@pytest.mark.parametrize("unstreamed", [False, True])
@pytest.mark.parametrize("model", GEMINIS)
async def test_pages_of_gemini_as_litellm_hands_them_on(model, unstreamed):
    async with SimulatedGemini() as service:
        message = await asked(service, request_of("Bridges?", tools=[SEARCH]), model, unstreamed=unstreamed)

    called, result, text = plain(message)[-3:]
    assert called["input"] == {"query": "Bridges?"}
    assert [one["url"] for one in result["content"]] == ["https://example.com/one", "https://example.org/two"]
    assert text["text"].startswith("The first page")
    assert message.usage.server_tool_use == {"web_search_requests": 1}
