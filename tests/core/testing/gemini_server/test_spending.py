import pytest


def spent(client, config, model="gemini-3-pro", **step):
    if step:
        client.gemini.reply(step)
    answer = client.accepted({"generationConfig": config}, model).json
    candidate = answer["candidates"][0]
    text = "".join(part.get("text", "") for part in candidate["content"].get("parts", ()))
    return candidate["finishReason"], text, answer["usageMetadata"].get("thoughtsTokenCount", 0)


@pytest.mark.parametrize(
    ("model", "thinking", "tokens"),
    [
        ("gemini-3-pro", {}, 40),
        ("gemini-3.5-flash", {"thinkingLevel": "MINIMAL"}, 0),
        ("gemini-3.5-flash-lite", {}, 0),
        ("gemini-3.5-flash-lite", {"thinkingLevel": "LOW"}, 40),
        ("gemini-2.5-flash", {}, 40),
        ("gemini-2.5-flash", {"thinkingBudget": 0}, 0),
        ("gemini-2.5-flash-lite", {}, 0),
        ("gemini-2.5-flash-lite", {"thinkingBudget": -1}, 40),
    ],
)
def test_thinking_costs(client, model, thinking, tokens):
    assert spent(client, {"thinkingConfig": thinking}, model)[2] == tokens


def test_a_tiny_limit_is_eaten_by_thinking(client):
    assert spent(client, {"maxOutputTokens": 30}) == ("MAX_TOKENS", "", 30)


def test_a_small_limit_leaves_room(client):
    reason, text, _ = spent(client, {"maxOutputTokens": 64})
    assert reason == "STOP"
    assert text.startswith("You said")


def test_a_long_text_is_cut(client):
    reason, text, _ = spent(client, {"maxOutputTokens": 100}, text="x" * 1000)
    assert (reason, len(text)) == ("MAX_TOKENS", 4 * 92)


def test_heavy_thinking_leaves_nothing(client):
    spent_all = spent(client, {"maxOutputTokens": 1000}, text="never said", thinking="heavy")
    assert spent_all == ("MAX_TOKENS", "", 1000)
