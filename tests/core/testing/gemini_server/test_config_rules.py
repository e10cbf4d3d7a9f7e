import pytest

STAR = "* GenerateContentRequest.generation_config"
RANGE = (
    "Unable to submit request because it has a maxOutputTokens value of {} but the supported range is from 1 "
    "(inclusive) to {} (exclusive). Update the value and try again."
)
SCHEMA = {"type": "OBJECT", "properties": {"a": {"type": "STRING"}}}


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({"maxOutputTokens": 0}, RANGE.format(0, 65537)),
        ({"maxOutputTokens": 65537}, RANGE.format(65537, 65537)),
        ({"temperature": 2.1}, f"{STAR}.temperature: temperature must be in the range [0.0, 2.0].\n"),
        ({"temperature": -1}, f"{STAR}.temperature: temperature must be in the range [0.0, 2.0].\n"),
        ({"topP": 1.1}, f"{STAR}.top_p: top_p must be in the range [0.0, 1.0].\n"),
        ({"stopSequences": list("abcdef")}, f"{STAR}.stop_sequences: at most 5 stop sequences are allowed.\n"),
        ({"stopSequences": ["a", ""]}, f"{STAR}.stop_sequences[1]: cannot be empty\n"),
        ({"candidateCount": 2}, "Multiple candidates is not enabled for this model"),
        (
            {"responseMimeType": "text/html"},
            f"{STAR}.response_mime_type: allowed mimetypes are application/json, text/plain, text/x.enum.\n",
        ),
        (
            {"responseSchema": SCHEMA},
            f"{STAR}.response_mime_type: a compatible response_mime_type must be set with a response schema.\n",
        ),
        (
            {
                "responseSchema": SCHEMA,
                "responseJsonSchema": {"type": "object"},
                "responseMimeType": "application/json",
            },
            f"{STAR}: only one of response_schema and response_json_schema may be set.\n",
        ),
    ],
)
def test_what_the_service_says(client, config, text):
    assert client.rejected({"generationConfig": config}) == text


LEVEL = "Thinking level {} is not supported for this model."
BUDGET = "The thinking budget {} is invalid. Please choose a value between {} and {}."


@pytest.mark.parametrize(
    ("model", "thinking", "text"),
    [
        (
            "gemini-3-pro",
            {"thinkingLevel": "LOW", "thinkingBudget": 1},
            "You can only set only one of thinking budget and thinking level.",
        ),
        ("gemini-2.5-pro", {"thinkingLevel": "low"}, "Thinking level is not supported for this model."),
        ("gemini-3-pro-preview", {"thinkingLevel": "MEDIUM"}, LEVEL.format("MEDIUM")),
        ("gemini-3.1-pro-preview", {"thinkingLevel": "MINIMAL"}, LEVEL.format("MINIMAL")),
        ("gemini-3.8-flash", {"thinkingBudget": 0}, LEVEL.format("MINIMAL")),
        ("gemini-3.8-flash", {"thinkingBudget": 99999}, BUDGET.format(99999, 0, 32768)),
        ("gemini-4-argon", {"thinkingLevel": "XHIGH"}, LEVEL.format("XHIGH")),
        ("gemini-4-argon", {"thinkingBudget": 100}, "Thinking budget is not supported for this model."),
        ("gemini-2.5-pro", {"thinkingBudget": 0}, "Budget 0 is invalid. This model only works in thinking mode."),
        ("gemini-2.5-pro", {"thinkingBudget": 127}, BUDGET.format(127, 128, 32768)),
        ("gemini-2.5-flash", {"thinkingBudget": 24577}, BUDGET.format(24577, 1, 24576)),
        ("gemini-2.5-flash-lite", {"thinkingBudget": 511}, BUDGET.format(511, 512, 24576)),
    ],
)
def test_thinking_controls(client, model, thinking, text):
    assert client.rejected({"generationConfig": {"thinkingConfig": thinking}}, model) == text


@pytest.mark.parametrize(
    ("model", "thinking"),
    [
        ("gemini-4-neon", {"thinkingLevel": "XHIGH"}),
        ("gemini-3.5-flash", {"thinkingLevel": "MINIMAL"}),
        ("gemini-3.5-flash", {"thinkingBudget": 0}),
        ("gemini-2.5-flash", {"thinkingBudget": 0}),
        ("gemini-2.5-pro", {"thinkingBudget": -1}),
        ("gemini-2.5-pro", {"thinkingBudget": 128, "includeThoughts": True}),
        ("gemini-3-pro", {"thinkingLevel": "THINKING_LEVEL_UNSPECIFIED"}),
    ],
)
def test_thinking_controls_that_fit(client, model, thinking):
    client.accepted({"generationConfig": {"thinkingConfig": thinking}}, model)


def test_gemini_4_has_no_penalties(client):
    body = {"generationConfig": {"presencePenalty": 0.5}}
    assert client.rejected(body, "gemini-4-argon") == "Penalty is not enabled for models/gemini-4-argon"
    client.accepted(body)


def test_gemini_4_counts_the_output_of_all_hops(client):
    client.accepted({"generationConfig": {"maxOutputTokens": 500_000}}, "gemini-4-neon")
    message = client.rejected({"generationConfig": {"maxOutputTokens": 1_048_577}}, "gemini-4-neon")
    assert message == RANGE.format(1048577, 1048577)
