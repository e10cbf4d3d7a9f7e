import json

import pytest

from cgb.testing.gemini_server import Chaos, SimulatedGemini, Step
from cgb.testing.gemini_server.resuming import Broken, rest

TEXT = "One two three four."
NOTE = "Go on exactly where you stopped."


def user(text=NOTE):
    return {"role": "user", "parts": [{"text": text}]}


def model(*texts):
    return {"role": "model", "parts": [{"text": text} for text in texts]}


CALL = {"functionCall": {"name": "f", "args": {}}}
RESULT = {"functionResponse": {"name": "f", "response": {}}}


@pytest.mark.parametrize(
    ("contents", "text"),
    [
        ([user(), model("One t"), user()], "wo three four."),
        ([user(), model("One", " t"), user()], "wo three four."),
        ([user(), model("One"), user(), model(" two"), user()], " three four."),
        (
            [user(), {"role": "model", "parts": [{"text": "hm", "thought": True}, {"text": "One"}]}, user()],
            " two three four.",
        ),
    ],
)
def test_the_rest(contents, text):
    step, _ = rest(Step(TEXT), contents)
    assert step.text == text


@pytest.mark.parametrize(
    "contents",
    [
        [user()],
        [user(), model("Two"), user()],
        [user(), model(TEXT), user()],
        [user(), model("One")],
        [user(), model("One"), {"role": "user", "parts": [RESULT]}],
        [user(), {"role": "model", "parts": [{"text": "One"}, CALL]}, user()],
        [user(), model(""), user()],
    ],
)
def test_nothing_to_go_on_with(contents):
    assert rest(Step(TEXT), contents) is None


def test_options():
    contents = [user(), model("One two"), user()]
    assert rest(Step(TEXT, overlap=3), contents)[0].text == "two three four."
    assert rest(Step(TEXT, overlap=99), contents)[0].text == TEXT
    assert rest(Step(TEXT, restart=True), contents)[0].text == TEXT
    assert rest(Step(TEXT, continues=False), contents) is None


def test_a_whole_text_is_broken_off_when_calls_were_to_come_or_it_is_known():
    contents = [user(), model(TEXT), user()]
    assert rest(Step(TEXT, calls=[{"name": "f"}]), contents)[0].text == ""
    assert rest(Step(TEXT), contents, broke=True)[0].text == ""


def test_what_is_asked_again_is_forgotten():
    broken, contents = Broken(), [user("a")]
    broken.note(contents)
    assert broken.settle([user("b")]) is None
    assert broken.settle([*contents, model("One"), user()]) == 2
    assert broken.settle(contents) is None


def test_everything_can_be_forgotten():
    broken = Broken()
    broken.note([user("a")])
    broken.clear()
    assert broken.settle([user("a")]) is None


def test_each_break_is_asked_again_once():
    broken, contents = Broken(), [user("a")]
    broken.note(contents)
    broken.note(contents)
    assert [broken.settle(contents) for _ in range(3)] == [0, 0, None]


def test_an_answer_that_broke_twice_is_forgotten_whole():
    broken, first = Broken(), [user("a")]
    second = [*first, model("One"), user()]
    for contents in (first, second):
        broken.note(contents)
    assert broken.settle([*second, model(" two"), user()]) == 2
    assert broken.settle(first) is None


def test_the_memory_has_an_end(monkeypatch):
    monkeypatch.setattr("cgb.testing.gemini_server.resuming.REMEMBERED", 2)
    broken = Broken()
    for name in "abc":
        broken.note([user(name)])
    assert [broken.settle([user(name)]) for name in "abc"] == [None, 0, 0]


# Through the service


def ask(client, *contents, method="stream"):
    return getattr(client, method)({"contents": list(contents)})


def spoken(answer):
    parts = [part for frame in answer.frames for part in frame["candidates"][0]["content"].get("parts", ())]
    return "".join(part["text"] for part in parts)


def spoken_before_the_error(answer):
    parts = [part for frame in answer.frames[:-1] for part in frame["candidates"][0]["content"].get("parts", ())]
    return "".join(part["text"] for part in parts)


def scripted(**fault):
    return user(f"@gemini {json.dumps([{'text': TEXT, 'chunks': 4, 'fault': fault}, {'text': 'Second answer.'}])}")


@pytest.mark.parametrize("place", ["text", "last"])
def test_a_directive_goes_on_where_it_stopped(client, place):
    """The model's own partial turn is no step done: neither while it goes on nor when it was whole but not finished."""
    script = scripted(kind="error_frame", at=place)
    broken = client.stream({"contents": [script]})
    said = spoken_before_the_error(broken)
    resumed = ask(client, script, model(said), user())
    assert said + spoken(resumed) == TEXT
    assert ask(client, script, model(TEXT), user("Next."), method="accepted").said == "Second answer."


def test_nothing_left_to_say_stays_nothing_when_it_is_asked_for_again(client):
    script = scripted(kind="error_frame", at="last")
    client.stream({"contents": [script]})
    assert [spoken(ask(client, script, model(TEXT), user())) for _ in range(2)] == ["", ""]
    assert ask(client, script, model(TEXT), user("Next."), method="accepted").said == "Second answer."


def test_it_may_break_again(client):
    with_two = [{"text": TEXT, "chunks": 4, "fault": {"kind": "cut_mid_frame", "at": "text"}}] * 2
    client.gemini.reply(*with_two, {"text": TEXT})
    said = ""
    for _ in range(2):
        with pytest.raises(Exception, match="IncompleteRead"):
            ask(client, user("x"), *([model(said), user()] if said else []))
        said += "One " if not said else "two "
    assert spoken(ask(client, user("x"), model(said), user())) == "three four."


def test_a_header_script_goes_on(client):
    answer = client.generate(
        {"contents": [user("x"), model("One"), user()]}, x_simulated_gemini=f'{{"text": "{TEXT}"}}'
    )
    assert answer.said == " two three four."


def test_a_queued_step_goes_on_or_begins_again(client):
    contents = [user("x"), model("One two"), user()]
    client.gemini.reply(
        {"text": TEXT}, {"text": TEXT, "overlap": 3}, {"text": TEXT, "restart": True}, {"text": "Other."}
    )
    said = [ask(client, *contents, method="accepted").said for _ in range(4)]
    assert said == [" three four.", "two three four.", TEXT, "Other."]


def test_calls_that_were_to_come_come(client):
    client.gemini.reply({"text": TEXT, "calls": [{"name": "f"}]})
    body = {"contents": [user("x"), model(TEXT), user()], "tools": [{"functionDeclarations": [{"name": "f"}]}]}
    parts = client.accepted(body).parts
    assert [part["functionCall"]["name"] for part in parts if "functionCall" in part] == ["f"]


@pytest.mark.parametrize("place", ["text", "last"])
def test_the_default_agent_goes_on(client, place):
    whole = "You said: Tell me.\nThis is a short answer. It has no model behind it."
    with SimulatedGemini.in_thread(faults=Chaos([{"kind": "error_frame", "at": place}], every=1)) as gemini:
        client.gemini = gemini
        said = spoken_before_the_error(client.stream({"contents": [user("Tell me.")]}))
        assert said == whole if place == "last" else whole.startswith(said)
        assert said + spoken(ask(client, user("Tell me."), model(said), user())) == whole
        assert gemini.calls[1].fault == ""


def test_a_queued_answer_that_the_service_broke_goes_on(client):
    with SimulatedGemini.in_thread(faults=Chaos([{"kind": "error_frame", "at": "text"}], every=1)) as gemini:
        client.gemini = gemini
        gemini.reply({"text": TEXT, "chunks": 4}, {"text": "Second answer."})
        said = spoken_before_the_error(client.stream({"contents": [user("x")]}))
        assert 0 < len(said) < len(TEXT)
        assert said + spoken(ask(client, user("x"), model(said), user())) == TEXT
        assert [call.fault for call in gemini.calls] == ["error_frame", ""]
