"""What is changed in a request before it is sent again."""

from collections.abc import Callable
from typing import TypeAlias

from cgb import ApiError, MessageParam, MessagesRequest, Target, TextBlock, UnusableAnswer
from cgb.messages import OutputConfig, Thinking

Change: TypeAlias = Callable[[MessagesRequest, ApiError, Target], MessagesRequest]
"""The request, changed because of a failure, for a target."""

_STEP = 0.3
_HOT = 2.0
_COOL = 0.3
_MORE_TOKENS = 8_192
_LEAST_BUDGET = 1_024


def hotter(request: MessagesRequest, _error: ApiError, target: Target) -> MessagesRequest:
    """A higher temperature, against an answer that would come the same again; Claude's own ends at 1."""
    heat = 1.0 if request.temperature is None else request.temperature
    return request if target.native else request.with_(temperature=min(heat + _STEP, _HOT))


def cooler(request: MessagesRequest, _error: ApiError, target: Target) -> MessagesRequest:
    """A lower temperature, under which fewer calls are spoilt (known failures, finish reasons)."""
    heat = 1.0 if request.temperature is None else request.temperature
    return request if target.native else request.with_(temperature=min(heat, _COOL))


def roomier(request: MessagesRequest, _error: ApiError, target: Target) -> MessagesRequest:
    """More room to answer, and less thinking to fill it."""
    wanted = request.max_tokens or target.output_tokens
    room = max(wanted, min(max(2 * wanted, wanted + _MORE_TOKENS), target.output_tokens))
    return _thinking_less(request.with_(max_tokens=room))


def roomiest(request: MessagesRequest, _error: ApiError, target: Target) -> MessagesRequest:
    """All the room there is, and no thinking, or the least that the model can do."""
    room = max(request.max_tokens or 0, target.output_tokens)
    return request.with_(max_tokens=room, thinking=Thinking(type="disabled"))


def corrected(request: MessagesRequest, error: ApiError, _target: Target) -> MessagesRequest:
    """A word to the model about what went wrong, where it has something to mend."""
    said = correction(request, error)
    return with_note(request, said) if said else request


def may_call(request: MessagesRequest) -> bool:
    """Whether the client takes calls of tools at all."""
    return bool(request.tools) and not (request.tool_choice and request.tool_choice.type == "none")


def correction(request: MessagesRequest, error: ApiError) -> str:
    """What to tell the model; "" where the failure was not its own."""
    match error:
        case UnusableAnswer(kind="empty"):
            return "Your last answer was empty. Answer now: say something or call a tool."
        case UnusableAnswer(kind="malformed_call"):
            return (
                f"Your last call of {_tools_in(error, request)} could not be read. Make it again through function "
                "calling, with arguments that are JSON and fit the tool's schema; do not write it as program code."
            )
        case UnusableAnswer(kind="unexpected_tool_call"):
            called = ", ".join(str(call["name"]) for call in error.calls) or "that you called"
            if not may_call(request):
                return f"The tool {called} cannot be called now, nor can any other. Answer in words."
            return f"There is no tool {called}. The tools are: {', '.join(tool.name for tool in request.tools)}."
        case UnusableAnswer(kind="recitation"):
            return "Answer in your own words; do not quote texts of others at length."
        case _:
            return ""


def with_note(request: MessagesRequest, note: str) -> MessagesRequest:
    """The request with words to the model at its very end, so that the prefix upstream has cached stays the same."""
    block = TextBlock(text=note)
    *before, last = request.messages
    if last.role == "user":
        messages = (*before, last.with_(content=(*last.blocks, block)))
    else:
        messages = (*request.messages, MessageParam(role="user", content=(block,)))
    return request.with_(messages=messages)


def _thinking_less(request: MessagesRequest) -> MessagesRequest:
    thinking = request.thinking
    match thinking and thinking.type:
        case "adaptive":
            output = request.output_config or OutputConfig()
            return request.with_(output_config=output.with_(effort="low"))
        case "enabled" if thinking and thinking.budget_tokens:
            budget = min(thinking.budget_tokens, _LEAST_BUDGET)
            return request.with_(thinking=thinking.with_(budget_tokens=budget))
        case _:
            return request.with_(thinking=Thinking(type="disabled"))


def _tools_in(error: UnusableAnswer, request: MessagesRequest) -> str:
    """The tools that a spoilt call was of, as far as can be seen."""
    called = [str(call["name"]) for call in error.calls]
    named = called or [tool.name for tool in request.tools if tool.name and tool.name in error.detail]
    return " and ".join(dict.fromkeys(named)) or "a tool"
