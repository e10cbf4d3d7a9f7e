import pytest

ARGON = "gemini-4-argon"
TOKEN = "continuationToken"
STEP = {"text": "abcdef", "thoughts": "hm", "calls": [{"name": "f"}], "hops": 3, "chunks": 1}


def ask(client, model=ARGON, **fields):
    declared = {"functionDeclarations": [{"name": "f"}]}
    thoughts = {"thinkingConfig": {"includeThoughts": True}}
    body = {"tools": [declared], "generationConfig": thoughts, **fields}
    return client.generate(body, model)


def hop(client, model=ARGON, **fields):
    answer = ask(client, model, **fields)
    assert answer.status == 200, answer.text
    return answer, answer.json["candidates"][0]


def test_a_long_answer_comes_in_hops(client):
    client.gemini.reply(STEP)
    said, token, ends = [], {}, []
    for _ in range(3):
        answer, candidate = hop(client, **token)
        said.append(answer.said)
        ends.append(candidate["finishReason"])
        token = {TOKEN: candidate.get(TOKEN)}
    assert said == ["ab", "cd", "ef"]
    assert ends == ["CONTINUATION", "CONTINUATION", "STOP"]
    assert token == {TOKEN: None}
    assert "functionCall" in answer.parts[-1]


def test_only_the_first_hop_thinks(client):
    client.gemini.reply(STEP)
    answer, candidate = hop(client)
    assert answer.json["usageMetadata"]["thoughtsTokenCount"]
    answer, _ = hop(client, **{TOKEN: candidate[TOKEN]})
    assert "thoughtsTokenCount" not in answer.json["usageMetadata"]


@pytest.mark.parametrize(
    ("changes", "model", "text"),
    [
        ({"generationConfig": {"maxOutputTokens": 9}}, ARGON, "belongs to another request"),
        ({}, "gemini-4-neon", "belongs to another request"),
        ({}, "gemini-3.8-flash", "not supported"),
        ({TOKEN: "bm8="}, ARGON, "Invalid continuation token"),
        ({TOKEN: "e30="}, ARGON, "Invalid continuation token"),
    ],
)
def test_a_token_is_for_the_same_request(client, changes, model, text):
    client.gemini.reply(STEP)
    _, candidate = hop(client)
    answer = ask(client, model, **{TOKEN: candidate[TOKEN], **changes})
    assert (answer.status, text in answer.message) == (400, True)
    assert [violation.rule for violation in client.gemini.violations] == ["continuation-token"]


def test_only_gemini_4_has_hops(client):
    client.gemini.reply({"text": "abcdef", "hops": 3})
    answer, candidate = hop(client, model="gemini-3.8-flash")
    assert (answer.said, candidate["finishReason"]) == ("abcdef", "STOP")
