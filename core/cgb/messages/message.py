"""The answer as one value."""

from typing import Any, Literal

from .content import Block
from .usage import Usage
from .value import Value


class Message(Value):
    """What the model said."""

    id: str
    type: Literal["message"] = "message"
    role: Literal["assistant"] = "assistant"
    model: str
    content: tuple[Block, ...] = ()
    stop_reason: str | None = None
    stop_sequence: str | None = None
    usage: Usage = Usage()

    def to_wire(self) -> dict[str, Any]:
        """The whole envelope, nulls included, round the blocks as they are."""
        blocks = [block.to_wire() for block in self.content]
        return {**self.__dict__, "usage": self.usage.figures(), **(self.__pydantic_extra__ or {}), "content": blocks}
