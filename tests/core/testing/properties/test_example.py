from hypothesis import given

from cgb import Target
from cgb.testing.properties.example import examples


@given(examples(with_answers=True))
def test_each_trial_has_values_of_its_own(example):
    fresh = example.fresh()
    assert fresh.request == example.request
    assert fresh.request is not example.request
    assert fresh.ctx.request is fresh.request
    fresh.ctx.note("said", "something")
    assert example.ctx.notes == []
    assert fresh.events == example.events


@given(examples(with_answers=False))
def test_a_grown_conversation_begins_as_it_did(example):
    assert example.grown.messages[: len(example.request.messages)] == example.request.messages
    assert not example.answer.content


@given(examples(with_answers=True))
def test_it_is_shown_line_by_line(example):
    lines = example.shown("request", "route", "target", "place").split("\n")
    assert [line.split(" = ")[0].strip() for line in lines] == ["request", "route", "target", "place"]
    assert lines[0].startswith('  request = {"model":')
    assert max(map(len, lines)) < 2_100
    if example.target == Target(media=example.target.media):
        assert lines[2] == f"  target = Target(media={example.target.media!r})"
