"""The base of every value: frozen, tolerant of fields it does not know, and rendered as it came."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A piece of a request or an answer.

    Values are never changed in place: `value.model_copy(update={...})` makes the next one.
    Fields unknown here stay where they are, so that nothing a newer client says is lost.
    """

    model_config = ConfigDict(frozen=True, extra="allow", protected_namespaces=())

    def to_wire(self) -> dict[str, Any]:
        """The JSON object this value was read from: fields nobody set stay absent."""
        return self.model_dump(mode="json", exclude_unset=True)

    def with_(self, **changes: Any) -> Self:
        """The same value with some fields changed."""
        return self.model_copy(update=changes)

    def get(self, name: str, default: Any = None) -> Any:
        """A field that this version of cgb may not know, or `default`."""
        if name in self.__dict__:
            return self.__dict__[name]
        extra = self.__pydantic_extra__
        return extra.get(name, default) if extra else default
