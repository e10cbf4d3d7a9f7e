"""What an answer is read against."""

from dataclasses import dataclass

from cgb import Context, MessagesRequest

from .models import Family
from .names import Names


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, as far as the answer depends on it.

    Attributes:
        request: what was asked.
        model: LiteLLM's name for the model.
        family: what is known of it.
        names: the tools' names, there and back.
        ctx: where notes go.
        estimate: the prompt's tokens, until the answer's end says how many they were.
    """

    request: MessagesRequest
    model: str
    family: Family
    names: Names
    ctx: Context
    estimate: int
