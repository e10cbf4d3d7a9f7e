"""What the simulated Anthropic refuses, each as the real one words it."""

import pytest

from cgb.testing.anthropic_server import Refused, check, signed

URL = "https://example.org"


def text(words="Hi.", **fields):
    return {"type": "text", "text": words, **fields}


def call(tool_id="toolu_1", **fields):
    return {"type": "tool_use", "id": tool_id, "name": "add", "input": {}, **fields}


def result(tool_id="toolu_1", **fields):
    return {"type": "tool_result", "tool_use_id": tool_id, **fields}


def thought(signature):
    return {"type": "thinking", "thinking": "Hm.", "signature": signature}


def body(*contents, **fields):
    """Turns that alternate, the user's first."""
    roles = ("user", "assistant")
    messages = [{"role": roles[place % 2], "content": content} for place, content in enumerate(contents)]
    return {"model": "claude", "max_tokens": 1, "messages": messages, **fields}


OWN_SEARCH = {"type": "web_search_result", "url": URL, "encrypted_content": signed(URL)}
FOUND = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1"}


@pytest.mark.parametrize(
    "accepted",
    [
        body("Hi."),
        body([text(cache_control={"type": "ephemeral"})], metadata={}, context_management={}),
        body("Hi.", [thought(signed("Hm.")), text(), call(), call("toolu_2")], [result("toolu_2"), result(), text()]),
        body("Hi.", [{"type": "redacted_thinking", "data": signed("redacted")}, text()], "And?"),
        body("Hi.", [{**FOUND, "content": [OWN_SEARCH]}], "And?"),
        body("Hi.", [call()], [result(content=[text()])]),
        body("Hi.", []),
        body("Hi.", [thought(signed("Hm.")), call()], [result()], thinking={"type": "enabled"}),
        body("Hi.", [call()], [result()], thinking={"type": "adaptive"}),
        body("Hi.", [text()], "And?", thinking={"type": "enabled"}),
        {
            "model": "claude",
            "max_tokens": 1,
            "messages": [{"role": "user", "content": "Hi."}, {"role": "system", "content": []}],
        },
    ],
)
def test_what_the_api_takes_is_taken(accepted):
    check(accepted)


@pytest.mark.parametrize(
    ("refused", "told"),
    [
        (body("Hi.", cgb=1), r"cgb: Extra inputs"),
        ({"model": "claude", "messages": []}, "max_tokens: Field required"),
        (body([text(cgb="x")]), r"messages\.0\.content\.0\.text\.cgb: Extra inputs"),
        (body("Hi.", [call(cgb="x")], [result()]), r"tool_use\.cgb: Extra inputs"),
        (body("Hi.", [call()], [result(content=[text(cgb="x")])]), r"tool_result\.content\.0\.text\.cgb"),
        (body([{"type": "novel"}]), "Input tag 'novel'"),
        (body([text(" \n")]), "non-whitespace"),
        (body("Hi.", [], "And?"), r"messages\.1: all messages must have non-empty content"),
        (body("Hi.", [call("a|b")], [result("a|b")]), "String should match pattern"),
        (body("Hi.", [call(), call()], [result()]), "must be unique"),
        (body("Hi.", [call()], "And?"), "without `tool_result`"),
        (body("Hi.", [call()]), "without `tool_result`"),
        (body([result()]), "unexpected `tool_use_id`"),
        (body("Hi.", [thought("another's")], "And?"), "Invalid `signature`"),
        (body("Hi.", [{"type": "thinking", "thinking": "Hm."}], "And?"), "Invalid `signature`"),
        (body("Hi.", [{"type": "redacted_thinking", "data": "another's"}], "And?"), "Invalid `data`"),
        (
            body("Hi.", [{**FOUND, "content": [{**OWN_SEARCH, "encrypted_content": "x"}]}], "And?"),
            "Invalid `encrypted_c",
        ),
        (body("Hi.", [text(citations=[{"url": URL, "encrypted_index": "x"}])], "And?"), "Invalid `encrypted_index`"),
        (body("Hi.", [call()], [result()], thinking={"type": "enabled"}), "Expected `thinking`"),
    ],
)
def test_what_the_api_refuses_is_refused(refused, told):
    with pytest.raises(Refused, match=told):
        check(refused)


def test_counting_takes_nothing_that_only_an_answer_needs():
    asked = body("Hi.")
    with pytest.raises(Refused, match="max_tokens: Extra inputs"):
        check(asked, counting=True)
    del asked["max_tokens"]
    check(asked, counting=True)
