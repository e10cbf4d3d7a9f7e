"""What an answer cost, in tokens."""

from typing import Any

from .value import Value


class Usage(Value):
    """Tokens read and written.

    `input_tokens` leaves out what came from the cache; the whole prompt is the sum of the three input figures.
    """

    input_tokens: int = 0
    cache_creation_input_tokens: int = 0
    cache_read_input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        """The cost of two attempts: what was read and written in either."""
        return other.with_(**{name: getattr(self, name) + getattr(other, name) for name in Usage.model_fields})

    def figures(self) -> dict[str, Any]:
        """All that it tells, by name; `dict(usage)` says the same at ten times the cost."""
        return self.__dict__ | (self.__pydantic_extra__ or {})

    @property
    def prompt_tokens(self) -> int:
        """All that was read, cached or not."""
        return self.input_tokens + self.cache_creation_input_tokens + self.cache_read_input_tokens
