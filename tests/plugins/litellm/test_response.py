"""OpenAI chat → Anthropic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgb import UnusableAnswer
from cgb.messages import carried

from .kit import GPT, NEW, answer, piece, request_of


@given(st.lists(st.text(max_size=9), max_size=9))
def test_the_same_words_in_any_pieces(pieces):
    if not "".join(pieces):
        with pytest.raises(UnusableAnswer, match="nothing"):
            answer(*({"content": one} for one in pieces))
        return
    message = answer(*({"content": one} for one in pieces))

    assert [block.text for block in message.content] == ["".join(pieces)]
    assert message.stop_reason == "end_turn"


def test_calls_remember_where_they_stood():
    message = answer({"content": "On."}, piece(0, "a", "Bash", "{}"), {"content": " So"}, ending="tool_calls")
    said, called = message.content

    assert (said.text, carried(called.id).facts) == ("On. So", {"at": 3, "model": GPT})


def test_gemini_s_call_carries_id_and_signature():
    message = answer(piece(0, "g1__thought__c2lnbg==", "Bash", "{}"), ending="tool_calls", native="STOP", model=NEW)
    memory = carried(message.content[0].id)

    assert (memory.signature, memory.facts["id"]) == ("c2lnbg==", "g1")
    assert memory.facts["model"] == "gemini-3-flash-preview"


def test_thoughts_are_signed_for_who_thought_them():
    signed = {"thinking_blocks": [{"type": "thinking", "thinking": "", "signature": "c2lnbg=="}]}
    message = answer({"reasoning_content": "Hm"}, {"reasoning_content": "."}, signed, {"content": "Yes"})
    thought = message.content[0]

    assert (thought.thinking, carried(thought.signature).signature) == ("Hm.", "c2lnbg==")
    assert carried(thought.signature).facts["model"] == GPT


def test_gemini_s_thoughts_are_not():
    message = answer({"reasoning_content": "Hm"}, {"content": "Yes"}, native="STOP", model=NEW)

    assert message.content[0].signature == ""


@pytest.mark.parametrize(
    ("chunks", "ending", "native", "kind"),
    [
        ((), "", "", "no_candidates"),
        ((), "stop", "", "empty"),
        (({"content": "Yes"},), "", "", "cut"),
        (({"reasoning_content": "Hm"},), "stop", "", "empty"),
        (({"reasoning_content": "Hm"},), "length", "", "no_room"),
        (({"content": "Yes"},), "stop", "MALFORMED_FUNCTION_CALL", "malformed_call"),
        ((), "content_filter", "RECITATION", "recitation"),
        ((piece(0, "a", "Bash", '{"a'),), "tool_calls", "", "malformed_call"),
    ],
)
def test_no_answer(chunks, ending, native, kind):
    with pytest.raises(UnusableAnswer) as caught:
        answer(*chunks, ending=ending, native=native)

    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("chunk", "ending", "reason"),
    [
        ({"content": "Yes"}, "length", "max_tokens"),
        (piece(0, "a", "Bash", "{}"), "length", "tool_use"),
        (piece(0, "a", "Bash", "{}"), "stop", "tool_use"),
        ({"content": "Yes"}, "content_filter", "refusal"),
    ],
)
def test_ends(chunk, ending, reason):
    assert answer(chunk, ending=ending).stop_reason == reason


def test_one_call_where_the_client_takes_one():
    request = request_of(tool_choice={"type": "auto", "disable_parallel_tool_use": True})
    message = answer(piece(0, "a", "Bash", "{}"), piece(1, "b", "Bash", "{}"), request=request)

    assert len(message.content) == 1


def test_a_stop_sequence_across_chunks():
    message = answer({"content": "one E"}, {"content": "ND two"}, request=request_of(stop_sequences=["END"]))

    assert (message.content[0].text, message.stop_sequence) == ("one ", "END")


def test_figures_and_what_cannot_be_carried():
    image = {"images": [{"image_url": {"url": "data:image/png;base64,AA=="}}]}
    message = answer(image, {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 3}})

    assert "image/png made by the model" in message.content[0].text
    assert (message.usage.input_tokens, message.usage.output_tokens) == (9, 3)
