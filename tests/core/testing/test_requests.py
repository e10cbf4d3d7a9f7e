import pytest

from cgb import MessageParam, TextBlock, ToolResultBlock, ToolUseBlock
from cgb.testing import assert_request, request_of

CALL = MessageParam(role="assistant", content=(ToolUseBlock(id="toolu_1", name="Bash", input={}),))
RESULT = MessageParam(role="user", content=(ToolResultBlock(tool_use_id="toolu_1"),))
GOOD = request_of("Hi")


def saying(*messages):
    return GOOD.with_(messages=(*GOOD.messages, *messages))


@pytest.mark.parametrize("request_", [GOOD, saying(CALL, RESULT), saying(MessageParam(role="system", content=""))])
def test_what_holds_together_passes(request_):
    assert_request(request_)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (GOOD.with_(messages=()), "messages: "),
        (GOOD.with_(max_tokens="x"), "cannot be rendered: Pydantic serializer warnings"),
        (GOOD.with_(messages=list(GOOD.messages)), "cannot be rendered: Pydantic serializer warnings"),
        (GOOD.with_(max_tokens=0), "max_tokens: Input should be greater than or equal to 1"),
        (saying(CALL), "ids were found without `tool_result` blocks immediately after: ['toolu_1']"),
        (saying(RESULT), "unexpected `tool_use_id` found in `tool_result` blocks: ['toolu_1']"),
        (saying(CALL, RESULT, CALL, RESULT), "ids must be unique"),
        (saying(MessageParam(role="user", content=())), "messages.1: all messages must have non-empty content"),
        (saying(MessageParam(role="user", content=(TextBlock(text=" "),))), "must contain non-whitespace text"),
    ],
)
def test_what_does_not_is_told(request_, said):
    with pytest.raises(AssertionError) as caught:
        assert_request(request_)
    assert str(caught.value).startswith("not a request: ")
    assert said in str(caught.value)
