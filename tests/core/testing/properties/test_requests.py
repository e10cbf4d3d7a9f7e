import pytest

from cgb import MessagesRequest, TextBlock
from cgb.messages import new_id

VALID = "a valid request stays valid"
UNTOUCHED = "what it is handed stays as it is"
SAME = "the same request is changed in the same way"
PREFIX = "a turn more leaves the turns before as they were"
TRANSPARENT = "being transparent, it leaves requests as they are"


def forgetful(request):
    return request.with_(messages=request.messages[-1:])


def wrong(request):
    return request.with_(max_tokens="many")


def blanking(request):
    return request.with_(messages=tuple(one.with_(content="") for one in request.messages))


def nothing(request):
    pass


def failing(request):
    return request.messages[3]


@pytest.mark.parametrize("hook", ["rewrite_request", "fit_request"])
@pytest.mark.parametrize(
    ("function", "said"),
    [
        (forgetful, "unexpected `tool_use_id` found in `tool_result` blocks: ['toolu_"),
        (wrong, "cannot be rendered"),
        (blanking, "messages.0: all messages must have non-empty content"),
        (nothing, "it returned NoneType where MessagesRequest was due"),
        (failing, "it raised IndexError"),
    ],
)
def test_what_makes_a_request_invalid_is_caught(broken, hook, function, said):
    what = broken(**{hook: function})[VALID]
    assert said in what
    assert "\n  request = {" in what
    assert "target = " not in what


def test_a_whole_history_cut_to_its_last_word_is_shown_by_the_smallest_conversation(broken, patient):
    shown = broken(rewrite_request=forgetful, keeps_prefix=False)[VALID].partition("request = ")[2]
    request = MessagesRequest.model_validate_json(shown)
    assert len(request.messages) == 3


def test_what_depends_on_the_target_is_shown_with_it(broken):
    def native_only(request, target):
        return request if target.native else None

    assert "target = Target(" in broken(fit_request=native_only)[VALID]


@pytest.mark.parametrize("hook", ["rewrite_request", "fit_request", "choose_route"])
def test_a_request_changed_in_place_is_caught(broken, hook):
    def in_place(request):
        for tool in request.tools:
            if tool.input_schema:
                tool.input_schema["more"] = True
        return None if hook == "choose_route" else request

    assert list(broken(**{hook: in_place})) == [UNTOUCHED]


def test_what_is_random_is_caught(broken):
    def random(request):
        return request.with_(system=new_id("now"))

    found = broken(rewrite_request=random)
    assert set(found) == {SAME, PREFIX}
    assert "system: 'now_" in found[SAME]


def test_what_moves_in_the_prefix_is_caught_unless_it_is_meant(broken, passes):
    def counting(request):
        said = TextBlock(text=f"There are {len(request.messages)} messages.")
        return request.with_(system=(*request.system_blocks, said))

    found = broken(fit_request=counting)
    assert list(found) == [PREFIX]
    assert "There are 1 messages." in found[PREFIX]
    assert "keeps_prefix=False" in found[PREFIX]
    passes(fit_request=counting, keeps_prefix=False)


def test_a_mark_for_caches_may_move(passes):
    def marking(request):
        *others, last = request.messages
        blocks = [block.to_wire() for block in last.blocks]
        if not blocks:
            return request
        blocks[-1]["cache_control"] = {"type": "ephemeral"}
        marked = {**last.to_wire(), "content": blocks}
        return MessagesRequest.model_validate(
            {**request.to_wire(), "messages": [*(one.to_wire() for one in others), marked]}
        )

    def without_strings(request):
        turns = tuple(turn.with_(content=turn.blocks) for turn in request.messages)
        return marking(request.with_(messages=turns))

    passes(rewrite_request=without_strings)


def test_who_claims_to_be_transparent_and_is_not_is_caught(broken, passes):
    def capping(request):
        return request.with_(max_tokens=1)

    assert "became 1\n" in broken(fit_request=capping, transparent=True)[TRANSPARENT]
    passes(fit_request=capping)


def test_who_waits_may(passes):
    async def looking_up(request):
        import asyncio

        await asyncio.sleep(3_000)
        return request

    passes(rewrite_request=looking_up, transparent=True)


def test_who_refuses_requests_may(passes):
    from cgb import Forbidden

    def refusing(request):
        raise Forbidden("no")

    passes(rewrite_request=refusing, fit_request=refusing, transparent=True)
