import json

import pytest

from cgb.testing.gemini_server import Step
from cgb.testing.gemini_server.scripts import last_result

DUMMY = "skip_thought_signature_validator"
TOOLS = {"tools": [{"functionDeclarations": [{"name": "Bash"}]}]}
CALL = {"calls": [{"name": "Bash", "args": {"command": "ls"}}]}
SCRIPT = f'Do this:\n@gemini [{json.dumps(CALL)},\n  {{"text": "It says ${{last}}."}}]\nThank you.'


def user(*texts):
    return {"role": "user", "parts": [{"text": text} for text in texts]}


def loop(*contents):
    return {"contents": list(contents), **TOOLS}


def step(output="files"):
    call = {"functionCall": {"name": "Bash", "args": {}}, "thoughtSignature": DUMMY}
    response = {"functionResponse": {"name": "Bash", "response": {"output": output}}}
    return [{"role": "model", "parts": [call]}, {"role": "user", "parts": [response]}]


def test_the_queue_answers_in_order(client):
    client.gemini.reply({"text": "one"}, Step("two"))
    assert [client.accepted({}).said for _ in range(2)] == ["one", "two"]
    assert client.accepted({}).said.startswith("You said")


def test_the_queue_comes_before_the_header_and_the_header_before_the_directive(client):
    body = loop(user('@gemini {"text": "directive"}'))
    client.gemini.reply({"text": "queue"})
    answers = [client.generate(body, x_simulated_gemini='{"text": "header"}').said for _ in range(2)]
    assert [*answers, client.accepted(body).said] == ["queue", "header", "directive"]


def test_a_directive_goes_with_the_tool_loop(client):
    first = client.accepted(loop(user(SCRIPT)))
    assert first.parts[0]["functionCall"]["args"] == {"command": "ls"}
    assert client.accepted(loop(user(SCRIPT), *step())).said == "It says files."
    assert client.accepted(loop(user(SCRIPT), *step(), *step())).said == "Done."


def test_the_newest_directive_counts(client):
    later = user('@gemini {"text": "later"}', "<system-reminder>x</system-reminder>")
    body = loop(user(SCRIPT), {"role": "model", "parts": [{"text": "x"}]}, later)
    assert client.accepted(body).said == "later"


def test_a_directive_in_the_middle_of_a_line_is_none(client):
    assert client.accepted(loop(user('Say @gemini {"text": "no"}'))).said.startswith("You said")


def test_only_the_user_directs(client):
    spoken = {"role": "model", "parts": [{"text": '@gemini {"text": "no"}'}]}
    assert client.accepted(loop(user("x"), spoken, user("y"))).said.startswith("You said: y")


def test_a_header_script_goes_through_the_conversation(client):
    script = json.dumps([{"text": "one"}, {"text": "two"}])
    answer = client.generate(loop(user("x"), *step()), x_simulated_gemini=script)
    assert answer.said == "two"


def test_side_requests_do_not_get_the_script(client):
    config = {"responseMimeType": "application/json"}
    json_answer = client.accepted({"contents": [user(SCRIPT)], "generationConfig": config})
    assert json.loads(json_answer.said)
    assert client.accepted({"contents": [user(SCRIPT)]}).said.startswith("You said")


def test_unless_it_is_forced(client):
    forced = json.dumps({**CALL, "force": True})
    assert "functionCall" in client.accepted({"contents": [user(f"@gemini {forced}")]}).parts[0]


@pytest.mark.parametrize(
    ("headers", "text", "message"),
    [
        ({}, "@gemini [{]", "The @gemini directive is not JSON"),
        ({}, '@gemini {"txet": 1}', "A step of the script is wrong"),
        ({"x_simulated_gemini": "{"}, "x", "The header x-simulated-gemini is not JSON"),
        ({"x_simulated_gemini": '{"fault": {"kind": "odd"}}'}, "x", "The script names an unknown fault 'odd'"),
    ],
)
def test_a_wrong_script_says_so_and_is_no_violation(client, headers, text, message):
    answer = client.generate({"contents": [user(text)]}, **headers)
    assert answer.status == 400
    assert message in answer.message
    assert client.gemini.violations == []


@pytest.mark.parametrize(
    ("response", "text"),
    [
        ({"output": "a"}, "a"),
        ({"error": "b"}, "b"),
        ({"other": 1}, '{"other": 1}'),
        ({"output": [1]}, '{"output": [1]}'),
    ],
)
def test_the_newest_result(response, text):
    part = {"functionResponse": {"name": "f", "response": response}}
    assert last_result([{"role": "user", "parts": [part]}]) == text


def test_no_result_at_all():
    assert last_result([]) == ""
