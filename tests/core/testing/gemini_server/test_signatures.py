import base64

import pytest

from cgb.testing.gemini_server import signatures
from cgb.testing.gemini_server.signatures import CORRUPTED, DUMMIES, mint

USER = {"role": "user", "parts": [{"text": "x"}]}
TOOLS = [{"functionDeclarations": [{"name": "Bash"}, {"name": "Read"}]}]
MISSING = (
    "Function call is missing a thought_signature in functionCall parts. This is required for tools to work "
    "correctly, and missing thought_signature may lead to degraded model performance. Additional data, function "
    "call `default_api:{}` , position {}. Please refer to "
    "https://ai.google.dev/gemini-api/docs/thought-signatures for more details."
)


def result(call):
    response = {"name": call["name"], "id": call["id"], "response": {"output": "z"}}
    return {"functionResponse": response}


def replayed(client, *names, model="gemini-3-pro"):
    """One step of calls as the service made it, and the results."""
    client.gemini.reply({"calls": [{"name": name} for name in names]})
    parts = client.accepted({"tools": TOOLS}, model).parts
    calls = [part["functionCall"] for part in parts]
    return [{"role": "model", "parts": parts}, {"role": "user", "parts": [result(call) for call in calls]}]


def test_a_minted_signature_comes_back(client):
    step = replayed(client, "Bash")
    client.accepted({"contents": [USER, *step]})
    assert client.gemini.calls[-1].dummies == 0


def test_only_the_first_of_parallel_calls_is_signed(client):
    parts = replayed(client, "Bash", "Read")[0]["parts"]
    assert ["thoughtSignature" in part for part in parts] == [True, False]


def test_every_step_of_the_turn_needs_its_own(client):
    first, second = replayed(client, "Bash"), replayed(client, "Read")
    client.accepted({"contents": [USER, *first, *second]})
    second[0]["parts"][0].pop("thoughtSignature")
    assert client.rejected({"contents": [USER, *first, *second]}) == MISSING.format("Read", 4)


def test_the_signature_of_another_call_is_corrupted(client):
    one, other = replayed(client, "Bash"), replayed(client, "Bash")
    one[0]["parts"][0]["thoughtSignature"] = other[0]["parts"][0]["thoughtSignature"]
    assert client.rejected({"contents": [USER, *one]}) == CORRUPTED


def test_a_signature_moved_to_the_second_call_is_corrupted(client):
    step = replayed(client, "Bash", "Read")
    parts = step[0]["parts"]
    parts[1]["thoughtSignature"] = parts[0]["thoughtSignature"]
    assert client.rejected({"contents": [USER, *step]}) == CORRUPTED


def test_a_changed_id_is_corrupted(client):
    step = replayed(client, "Bash")
    step[0]["parts"][0]["functionCall"]["id"] = step[1]["parts"][0]["functionResponse"]["id"] = "toolu_1"
    assert client.rejected({"contents": [USER, *step]}) == CORRUPTED


def test_a_signature_verifies_after_a_restart(client):
    step = replayed(client, "Bash")
    client.gemini.reset()
    part = step[0]["parts"][0]
    assert signatures.belongs(part["thoughtSignature"], part)


@pytest.mark.parametrize("signature", ["AAAA", base64.b64encode(b"x" * 44).decode()])
def test_a_foreign_signature_is_corrupted(client, signature):
    step = replayed(client, "Bash")
    step[0]["parts"][0]["thoughtSignature"] = signature
    assert client.rejected({"contents": [USER, *step]}) == CORRUPTED


@pytest.mark.parametrize("empty", ["", None])
def test_missing(client, empty):
    step = replayed(client, "Bash")
    step[0]["parts"][0]["thoughtSignature"] = empty
    assert client.rejected({"contents": [USER, *step]}) == MISSING.format("Bash", 2)


@pytest.mark.parametrize("dummy", [*DUMMIES, *(base64.b64encode(dummy.encode()).decode() for dummy in DUMMIES)])
def test_a_dummy_is_taken_and_counted(client, dummy):
    step = replayed(client, "Bash")
    step[0]["parts"][0]["thoughtSignature"] = dummy
    client.accepted({"contents": [USER, *step]})
    assert client.gemini.calls[-1].dummies == 1


def test_older_turns_need_none(client):
    step = replayed(client, "Bash")
    step[0]["parts"][0].pop("thoughtSignature")
    client.accepted({"contents": [USER, *step, USER]})


def test_gemini_2_needs_none(client):
    step = replayed(client, "Bash")
    step[0]["parts"][0].pop("thoughtSignature")
    client.accepted({"contents": [USER, *step]}, "gemini-2.5-pro")


def test_text_and_thoughts_have_their_own(client):
    def said(part, kind):
        return {"contents": [USER, {"role": "model", "parts": [{**part, "thoughtSignature": mint(kind)}]}, USER]}

    client.accepted(said({"text": "y"}, "text"))
    client.accepted(said({"text": ""}, "text"))
    client.accepted(said({"text": "y", "thought": True}, "thought"))
    assert client.rejected(said({"text": "y"}, "thought")) == CORRUPTED
    assert client.rejected(said({"text": "y"}, "call")) == CORRUPTED


def test_no_signature_belongs_on_a_user_part(client):
    step = replayed(client, "Bash")
    step[1]["parts"][0]["thoughtSignature"] = DUMMIES[0]
    assert client.rejected({"contents": [USER, *step]}) == CORRUPTED
    spoken = {"role": "user", "parts": [{"text": "x", "thoughtSignature": mint("text")}]}
    assert client.rejected({"contents": [spoken]}) == CORRUPTED
