"""What an answer is read against."""

from collections.abc import Callable
from dataclasses import dataclass

from cgb import Context, MessagesRequest
from cgb.messages import ToolNames

from .grounding import Domains


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, as far as the answer depends on it.

    Attributes:
        request: what was asked.
        names: the tools' names, there and back.
        family: the model's, which signatures belong to.
        ctx: where notes go.
        estimate: the prompt's tokens, for an answer that does not say.
        context_tokens: the model's whole window.
        visible_tokens: cut the text here, where upstream was given more room so that it can think.
        domains: which sites a web search may show; None where the request has no such tool.
        learn: told which model answers, where the answer says so.
    """

    request: MessagesRequest
    names: ToolNames
    family: str
    ctx: Context
    estimate: Callable[[], int]
    context_tokens: int
    visible_tokens: int | None = None
    domains: Domains | None = None
    learn: Callable[[str], object] = str
