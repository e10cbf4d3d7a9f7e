"""What is asked next after each failure, and how the answer ends when nothing is."""

from types import SimpleNamespace

import pytest

from cgb import (
    ContentBlockStart,
    InputJsonDelta,
    InvalidRequest,
    NotFound,
    Overloaded,
    RateLimited,
    Route,
    Target,
    TextBlock,
    UpstreamFailed,
    hookimpl,
)
from cgb_plugins.stream_repair.guard import PROPOSED

from .kit import TEXT, WHOLE, broken, call, end, failed, repaired, request_of, start, text, thinking

LS = ({"name": "Bash", "input": {"command": "ls"}},)


def spoilt(**fields):
    return broken("malformed_call", upstream_reason="MALFORMED_FUNCTION_CALL", **fields)


# Which rungs


def test_each_failure_climbs_its_own_ladder():
    came = repaired(broken("empty"), spoilt(), broken("empty"), broken("recitation"), WHOLE)

    assert came.notes == ["retry", "retry", "retry", "corrected"]
    assert came.attempts == 5


def test_what_was_changed_for_one_failure_is_not_kept_for_the_next():
    came = repaired(broken("recitation"), broken("empty"), WHOLE, request=request_of(temperature=0.5))

    assert [sent.request.temperature for sent in came.sent] == [0.5, 0.8, 0.5]
    assert len(came.sent[2].request.messages[0].blocks) == 1


def test_a_remedy_is_kept():
    """A conversation whose signatures are refused is refused each time it is sent with them."""
    came = repaired(broken("missing_signature", remedy={"signatures": "dummy"}), broken("cut"), WHOLE)

    assert [sent.route.options for sent in came.sent] == [{}, {"signatures": "dummy"}, {"signatures": "dummy"}]


def test_a_remedy_that_does_not_help_is_not_tried_twice():
    came = failed(*[broken("missing_signature", remedy={"signatures": "dummy"})] * 9)

    assert came.error.kind == "missing_signature"
    assert came.attempts == 2


def test_a_target_that_refuses_the_change_has_not_failed_in_another_way():
    refused = InvalidRequest("There is no mode VALIDATED.")
    came = failed(spoilt(remedy={"strict": True}), spoilt(remedy={"strict": True}), refused, *[spoilt()] * 9)

    assert came.error.kind == "malformed_call"
    assert [sent.route.options for sent in came.sent] == [{}, {}, {"strict": True}, {}]


def test_a_request_that_is_refused_as_the_client_sent_it_is_refused():
    came = failed(broken("cut"), InvalidRequest("prompt is too long: 2 tokens > 1 maximum"))

    assert isinstance(came.error, InvalidRequest)


@pytest.mark.parametrize(("retries", "attempts"), [(0, 1), (1, 2), (7, 8)])
def test_no_more_than_so_many_unusable_answers(retries, attempts):
    came = failed(*[broken("empty")] * 20, streaming_retries=retries)

    assert (came.error.kind, came.attempts) == ("empty", attempts)


@pytest.mark.parametrize(("retries", "attempts"), [(0, 1), (1, 2), (7, 8)])
@pytest.mark.parametrize("error", [Overloaded("Full."), UpstreamFailed("No."), RateLimited("Slowly.")])
def test_no_more_than_so_many_failures_before_an_answer(error, retries, attempts):
    came = failed(*[error] * 20, retries=retries)

    assert came.error is error
    assert came.attempts == attempts


def test_gemini_s_500_is_worth_one_retry():
    """Gemini API contract, errors."""
    assert failed(*[UpstreamFailed("No.", status=500)] * 9).attempts == 2


def test_the_two_limits_count_apart():
    came = repaired(Overloaded("Full."), broken("cut"), Overloaded("Full."), broken("cut"), WHOLE, retries=2,
                    streaming_retries=2)  # fmt: skip

    assert came.attempts == 5


@pytest.mark.parametrize("error", [InvalidRequest("No."), NotFound("No."), RateLimited("No.", retry_after=3_600)])
def test_what_asking_again_does_not_mend_is_passed_on_at_once(error):
    came = failed(error)

    assert came.error is error
    assert came.attempts == 1


# Time


@pytest.fixture
def waits(monkeypatch):
    waited = []

    async def sleep(seconds):
        waited.append(seconds)

    monkeypatch.setattr("cgb_plugins.stream_repair.repair.sleep", sleep)
    return waited


def test_upstream_is_waited_for_to_the_fraction(waits):
    came = repaired(RateLimited("Slowly.", retry_after=1.537), WHOLE, backoff_s=0.5)

    assert waits == [1.537]
    assert came.notes == ["waited", "retry"]


def test_other_waits_grow_and_are_left_to_chance(waits):
    failed(*[Overloaded("Full.")] * 9, retries=6, backoff_s=0.5)

    assert len(waits) == 6
    least = [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]
    assert all(low <= wait <= min(low + 0.5, 8.0) for low, wait in zip(least, waits, strict=True))
    assert waits[0] != 0.5


def test_a_spoilt_answer_is_asked_for_again_at_once(waits):
    repaired(spoilt(), WHOLE, backoff_s=0.5)

    assert waits == [0]


def test_the_time_for_repairs_is_limited(waits):
    came = failed(*[Overloaded("Full.")] * 9, retries=9, backoff_s=1, budget_s=3)

    assert came.attempts == 2 + len(waits) - 1 < 5


def test_a_wait_that_would_take_too_long_is_not_begun(waits):
    came = failed(RateLimited("Slowly.", retry_after=9), budget_s=5)

    assert waits == []
    assert came.error.headers["retry-after"] == "9"


# Endings


def test_a_refusal_that_passes_is_one_in_the_end():
    error = broken("recitation", upstream_reason="RECITATION", stop_reason="refusal")
    came = repaired(*[error] * 9)

    assert came.message.stop_reason == "refusal"
    assert came.message.get("stop_details")["explanation"] == "It broke."
    assert "It broke." in came.words[-1]
    assert came.notes == ["corrected", "retry", "gave_up"]


def test_thoughts_that_take_all_the_room_end_at_the_limit():
    came = repaired(*[[start(output_tokens=9), *thinking(0), broken("no_room", stop_reason="max_tokens")]] * 9)

    assert came.message.stop_reason == "max_tokens"
    assert came.words == ["hm"] * 3
    assert came.message.usage.output_tokens == 27
    assert [sent.request.max_tokens for sent in came.sent] == [1_024, 9_216, 32_000]


@pytest.mark.parametrize("reason", ["refusal", "max_tokens"])
def test_where_another_route_is_left_it_is_an_error_for_whoever_takes_that(reason):
    @hookimpl
    def choose_route(request):
        return Route("scripted", "m", fallbacks=(Route("scripted", "n"),))

    plugin = SimpleNamespace(__name__="elsewhere", choose_route=choose_route)
    came = failed(*[broken("other", stop_reason=reason)] * 9, plugins=[plugin])

    assert came.error.kind == "other"


def test_a_spoilt_call_is_made_when_nothing_else_helps():
    came = repaired(*[[start(input_tokens=5), *thinking(0), spoilt(calls=LS)]] * 9)

    assert came.attempts == 4
    assert came.message.content[-1].to_wire()["input"] == {"command": "ls"}
    assert came.message.content[-1].id.startswith(PROPOSED)
    assert came.message.stop_reason == "tool_use"
    assert came.message.usage.input_tokens == 20
    assert came.notes == ["retry", "changed", "corrected", "parsed"]


def test_a_spoilt_call_goes_through_the_stages_that_restore_arguments():
    @hookimpl
    async def transform_stream(events):
        async for event in events:
            restored = isinstance(event, InputJsonDelta)
            yield InputJsonDelta(event.index, '{"command":"ls -l"}') if restored else event

    plugin = SimpleNamespace(__name__="restoring", transform_stream=transform_stream)
    came = repaired([start(), spoilt(calls=LS)], streaming_retries=0, plugins=[plugin])

    assert came.message.content[0].input == {"command": "ls -l"}


def test_a_client_without_tools_gets_no_call():
    came = failed(*[[start(), spoilt(calls=LS)]] * 9, request=request_of(tools=[]))

    assert came.error.kind == "malformed_call"


@pytest.mark.parametrize(
    "events",
    [
        [start(), *text(0), broken()],
        [start(), *text(0, whole=False), Overloaded("Full.")],
        [start(), *text(0, whole=False), ContentBlockStart(1, TEXT)],
    ],
)
def test_where_the_target_does_not_resume_a_broken_text_is_an_error(events):
    came = failed(events, WHOLE, target=Target())

    assert came.attempts == 1


# Words were shown


def test_a_text_that_broke_off_is_gone_on_with_in_the_same_block():
    came = repaired(
        [start(input_tokens=5), *text(0, "One, two, ", whole=False), broken()],
        [start(input_tokens=9), *thinking(0), *text(1, "three."), *end(output_tokens=2)],
    )

    assert came.words == ["One, two, three."]
    assert came.message.usage.input_tokens == 14
    assert came.notes == ["resumed"]
    assert came.sent[1].request.messages[1].blocks == (TextBlock(text="One, two, "),)


def test_it_may_break_off_again():
    came = repaired(
        [start(), *text(0, "One, ", whole=False), broken()],
        [start(), *text(0, "two, ", whole=False), Overloaded("Full.")],
        [start(), *text(0, "three."), *end()],
    )

    assert came.words == ["One, two, three."]
    assert came.sent[2].request.messages[1].blocks == (TextBlock(text="One, two, "),)
    assert len(came.sent[2].request.messages) == 3


def test_what_was_held_back_when_it_broke_off_again_comes_again():
    shown = "First I read the file, then I change the"
    came = repaired(
        [start(), *text(0, shown, whole=False), broken()],
        [start(), *text(0, "then I change", whole=False), broken()],
        [start(), *text(0, " line."), *end()],
    )

    assert came.words == [shown + " line."]


def test_a_failed_resume_is_the_failure_that_it_was_to_mend():
    came = failed([start(), *text(0, whole=False), broken("stall")], Overloaded("Full."), broken("empty"), WHOLE)

    assert came.error.kind == "stall"
    assert came.attempts == 3


def test_a_whole_text_whose_end_was_lost_ends_when_the_model_twice_has_nothing_to_add():
    silence = [start(), broken("empty", upstream_reason="STOP")]
    came = repaired([start(), *text(0, "All.", whole=False), broken()], silence, silence)

    assert came.words == ["All."]
    assert came.message.stop_reason == "end_turn"
    assert came.sent[1].request == came.sent[2].request
    assert came.notes == ["resumed", "resumed", "kept"]


def test_a_model_that_once_had_nothing_to_add_may_still_go_on():
    came = repaired(
        [start(), *text(0, "One, ", whole=False), broken()],
        [start(), broken("empty", upstream_reason="STOP")],
        [start(), *text(0, "two."), *end()],
    )

    assert came.words == ["One, two."]


@pytest.mark.parametrize("last", [broken("empty", upstream_reason="SOMETHING_NEW"), broken()])
def test_a_single_silence_is_no_end(last):
    silence = [start(), broken("empty", upstream_reason="STOP")]
    came = failed([start(), *text(0, whole=False), broken("stall")], silence, last)

    assert came.error.kind == "stall"


def test_a_target_that_refuses_to_be_asked_for_the_rest():
    came = failed([start(), *text(0, whole=False), broken("stall")], InvalidRequest("No."), InvalidRequest("No."))

    assert came.error.kind == "stall"


def test_no_resumes():
    assert failed([start(), *text(0), broken()], WHOLE, resumes=0).attempts == 1


def test_the_rest_may_be_a_call():
    came = repaired([start(), *text(0, "I look.", whole=False), spoilt()], [start(), *call(0), *end("tool_use")])

    assert came.words == ["I look.", "Bash"]
    assert came.message.stop_reason == "tool_use"


def test_a_spoilt_call_after_a_text_is_made_at_once():
    """To ask for the rest of an answer is less sure than to read what there is of it."""
    came = repaired([start(), *text(0, "I look.", whole=False), spoilt(calls=LS)])

    assert came.words == ["I look.", "Bash"]
    assert came.message.stop_reason == "tool_use"


def test_a_refusal_after_a_text_that_was_gone_on_with_keeps_it():
    error = broken("recitation", stop_reason="refusal")
    came = repaired([start(), *text(0, "So", whole=False), broken()], [start(), error], [start(), error])

    assert came.words == ["So", "\n\n[It broke.]"]
    assert came.message.stop_reason == "refusal"


def test_whole_calls_are_kept_when_the_answer_breaks_off_after_them():
    """No fake end: the client runs a whole call also after an error (Claude Code contract, errors)."""
    came = repaired([start(output_tokens=3), *text(0), *call(1), *thinking(2, whole=False), broken()])

    assert came.words == ["Hello.", "Bash", "hm"]
    assert (came.message.stop_reason, came.message.usage.output_tokens) == ("tool_use", 3)
    assert came.notes == ["kept"]


def test_half_a_call_is_an_error():
    came = failed([start(), *call(0), *call(1, "toolu_2", '{"comm', whole=False), broken()], WHOLE)

    assert (came.error.kind, came.attempts) == ("cut", 1)


def test_an_answer_that_lacks_only_its_last_event_gets_it():
    came = repaired([start(), *text(0), end()[0], broken()])

    assert (came.words, came.message.stop_reason) == (["Hello."], "end_turn")


# Notes


def test_each_rung_is_told_with_the_failure_and_upstreams_word_for_it():
    came = repaired(broken("empty", upstream_reason="STOP", detail="secret words"), WHOLE)

    [note] = came.asked.notes
    assert note.plugin == "stream-repair"
    assert note.text == "empty (STOP): asked again"
    assert note.data == {"failure": "empty", "reason": "STOP"}
