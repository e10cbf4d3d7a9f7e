import re

import pytest

THOUGHTS = {"generationConfig": {"thinkingConfig": {"includeThoughts": True}}}


def parts_of(frames):
    return [part for frame in frames for part in frame["candidates"][0]["content"].get("parts", ())]


def test_a_text_comes_in_pieces(client):
    client.gemini.reply({"text": "abcdefgh", "chunks": 4})
    frames = client.stream({}).frames
    assert [part["text"] for part in parts_of(frames)] == ["ab", "cd", "ef", "gh", ""]
    assert [frame["candidates"][0].get("finishReason") for frame in frames] == [None] * 4 + ["STOP"]
    assert len({frame["responseId"] for frame in frames}) == 1


def test_usage_is_cumulative(client):
    frames = client.stream({}).frames
    spoken = [frame["usageMetadata"]["candidatesTokenCount"] for frame in frames]
    assert spoken == sorted(spoken)
    usage = frames[-1]["usageMetadata"]
    parts = ("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount")
    assert usage["totalTokenCount"] == sum(usage[name] for name in parts)


def test_the_last_frame_after_a_call(client):
    client.gemini.reply({"text": "I look.", "calls": [{"name": "f", "args": {"a": 3.0}}, {"name": "g"}]})
    frames = client.stream({}).frames
    text, first, second, last = parts_of(frames)
    assert text == {"text": "I look."}
    assert first["functionCall"]["args"] == {"a": 3.0}
    assert re.fullmatch("[a-z0-9]{8}", second["functionCall"]["id"])
    assert ("thoughtSignature" in first, "thoughtSignature" in second) == (True, False)
    assert last == {"text": ""}
    candidate = frames[-1]["candidates"][0]
    assert candidate["finishMessage"] == "Model generated function call(s)."
    assert candidate["finishReason"] == "STOP"


def test_gemini_2_signs_nothing_and_gives_no_ids(client):
    client.gemini.reply({"calls": [{"name": "f"}]}, {"text": "x"})
    assert parts_of(client.stream({}, "gemini-2.5-pro").frames) == [
        {"functionCall": {"name": "f", "args": {}}},
        {"text": ""},
    ]
    assert parts_of(client.stream({}, "gemini-2.5-pro").frames) == [{"text": "x"}]


def test_thoughts_are_sent_when_asked_for(client):
    script = {"text": "x", "thoughts": "hm"}
    client.gemini.reply(script, script)
    assert parts_of(client.stream(THOUGHTS).frames)[0] == {"text": "hm", "thought": True}
    assert not any("thought" in part for part in parts_of(client.stream({}).frames))


def test_the_default_agent_thinks_aloud(client):
    thought, *_ = parts_of(client.stream(THOUGHTS).frames)
    assert thought["thought"] is True


def test_one_answer_has_its_texts_joined(client):
    client.gemini.reply({"text": "abcdef", "thoughts": "hm, hm", "chunks": 3})
    answer = client.generate(THOUGHTS)
    thought, text = answer.parts
    assert thought == {"text": "hm, hm", "thought": True}
    assert text["text"] == "abcdef"
    assert text["thoughtSignature"]


def test_a_scripted_finish(client):
    client.gemini.reply({"text": "x", "finish": "RECITATION", "finishMessage": "why"})
    candidate = client.generate({}).json["candidates"][0]
    assert (candidate["finishReason"], candidate["finishMessage"]) == ("RECITATION", "why")


@pytest.mark.parametrize(("alias", "name"), [("gemini-3-pro", "gemini-3-pro-preview"), ("gemini-4-neon",) * 2])
def test_the_answer_names_the_real_model(client, alias, name):
    assert client.generate({}, alias).json["modelVersion"] == name


PARTS = [
    {"text": "hm", "thought": True, "sign": True},
    {"text": "a", "sign": True},
    {"text": "b"},
    {"functionCall": {"name": "f"}, "sign": True},
    {"functionCall": {"name": "f"}},
]


@pytest.mark.parametrize(("thoughts", "number"), [(THOUGHTS, 5), ({}, 4)])
def test_parts_as_a_script_says_them(client, thoughts, number):
    client.gemini.reply({"parts": PARTS, "force": True})
    parts = parts_of(client.stream(thoughts).frames)
    assert [("text" in part, "thoughtSignature" in part) for part in parts] == [
        (True, True),
        (True, True),
        (True, False),
        (False, True),
        (False, False),
    ][5 - number :]
    answer = client.stream(
        {
            "contents": [
                {"role": "user", "parts": [{"text": "x"}]},
                {"role": "model", "parts": parts[:2]},
                {"role": "user", "parts": [{"text": "x"}]},
            ]
        }
    )
    assert (answer.status, client.gemini.violations) == (200, [])


def test_parts_are_unsigned_before_gemini_3(client):
    client.gemini.reply({"parts": PARTS, "force": True})
    answer = client.generate({}, "gemini-2.5-flash")
    assert not any("thoughtSignature" in part for part in answer.parts)
