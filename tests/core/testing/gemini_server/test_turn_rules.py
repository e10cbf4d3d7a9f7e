import pytest

from cgb.testing.gemini_server.turn_rules import CALL_TURN, COUNT, IDS, MULTI, NAMES, RESPONSE_TURN, SINGLE

OLD = "gemini-2.5-flash"  # whose calls need no signatures


def user(*parts):
    return {"role": "user", "parts": list(parts) or [{"text": "x"}]}


def model(*parts):
    return {"role": "model", "parts": list(parts) or [{"text": "y"}]}


def call(name="f", **more):
    return {"functionCall": {"name": name, "args": {}, **more}}


def result(name="f", **more):
    return {"functionResponse": {"name": name, "response": {"output": "z"}, **more}}


@pytest.mark.parametrize(
    ("contents", "text"),
    [
        ([model(call()), user(result())], CALL_TURN),
        ([user(), model(), model(call()), user(result())], CALL_TURN),
        ([user(call())], CALL_TURN),
        ([user(), model(call()), user()], COUNT),
        ([user(), model(call(), call()), user(result())], COUNT),
        ([user(), model(call()), user(result(), result())], COUNT),
        ([user(), model(call(), call()), user(result()), user(result())], COUNT),
        ([user(), model(call())], COUNT),
        ([user(), model(call()), user(), user(result())], COUNT),
        ([user(result())], RESPONSE_TURN),
        ([user(), model(), user(result())], RESPONSE_TURN),
        ([user(), model(result()), user()], RESPONSE_TURN),
        ([user(), model(call("f")), user(result("g"))], NAMES),
        ([user(), model(call(id="a")), user(result(id="b"))], IDS),
        ([user(), model(call(id="a")), user(result())], IDS),
        ([user(), model(call()), user(result(id="toolu_1"))], IDS),
        ([user(), model(call("f", id="a"), call("f", id="b")), user(result(id="a"), result(id="a"))], IDS),
        ([model()], SINGLE),
        ([user(), model()], MULTI),
    ],
)
def test_what_the_service_says(client, contents, text):
    assert client.rejected({"contents": contents}, OLD) == text


@pytest.mark.parametrize("name", ["gemini-4-argon", "gemini-3-pro", OLD])
def test_no_model_takes_a_prefill(client, name):
    client.rejected({"contents": [user(), model()]}, name)
    assert [violation.rule for violation in client.gemini.violations] == ["prefill"]


@pytest.mark.parametrize(
    "contents",
    [
        [{"parts": [{"text": "no role"}]}],
        [user(), user(), model(), model(), user()],
        [user(), model({"text": "let me see"}, call()), user(result(), {"text": "beside"})],
        [user(), model(call("f", id="a"), call("g", id="b")), user(result("g", id="b"), result("f", id="a"))],
        [user(), model(call()), user(result()), model(call("g")), user(result("g")), user()],
        [model(), user()],
    ],
)
def test_turns_the_service_takes(client, contents):
    client.accepted({"contents": contents}, OLD)
