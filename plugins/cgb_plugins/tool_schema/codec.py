"""The forms in which values travel that the target's schemas cannot type, and the way back."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from typing_extensions import override

from .judge import Judge, canonical, kind_of

PLACEHOLDER: Final = "_"
"""The property of an object that may have none."""

WRAPPED: Final = "arguments"
"""The one parameter of a tool whose arguments have names of the caller's choice."""


class Codec(ABC):
    """A form and its way back: `decode(encode(x)) == x` for every x that the schema takes."""

    __slots__ = ()

    @abstractmethod
    def encode(self, value: Any) -> Any:
        """The value as the compiled schema has it."""

    @abstractmethod
    def decode(self, value: Any) -> Any:
        """What stands in the compiled schema's form, as the original has it; anything else as it is."""


@dataclass(frozen=True, slots=True)
class JsonText(Codec):
    """Any value as a string of JSON; plain words that are no JSON mean themselves."""

    judge: Judge

    @override
    def encode(self, value: Any) -> Any:
        if value is None and not self.judge.accepts(None):
            return None  # it stands for an alternative, which is `nullable`
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    @override
    def decode(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            parsed = json.loads(value, parse_constant=_refuse)
        except (ValueError, RecursionError):
            return value
        return value if not self.judge.accepts(parsed) and self.judge.accepts(value) else parsed


@dataclass(frozen=True, slots=True)
class Words(Codec):
    """Values out of a list, each by a string."""

    by_value: Mapping[Any, str]
    by_word: Mapping[str, Any]

    @override
    def encode(self, value: Any) -> Any:
        return self.by_value.get(canonical(value), value)

    @override
    def decode(self, value: Any) -> Any:
        return self.by_word.get(value, value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Members(Codec):
    """An object, some of whose members travel in another form."""

    of: Mapping[str, Codec]

    @override
    def encode(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: self.of[name].encode(member) if name in self.of else member for name, member in value.items()}

    @override
    def decode(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: self.of[name].decode(member) if name in self.of else member for name, member in value.items()}


@dataclass(frozen=True, slots=True)
class Nothing(Codec):
    """An object without members, which must be declared with one."""

    @override
    def encode(self, value: Any) -> Any:
        return value

    @override
    def decode(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: member for name, member in value.items() if name != PLACEHOLDER}


@dataclass(frozen=True, slots=True)
class Elements(Codec):
    """An array: the first elements each in a form of their own, the others in one."""

    first: tuple[Codec | None, ...]
    rest: Codec | None

    @override
    def encode(self, value: Any) -> Any:
        return [_encoded(self._of(index), each) for index, each in enumerate(value)] if _is_list(value) else value

    @override
    def decode(self, value: Any) -> Any:
        return [_decoded(self._of(index), each) for index, each in enumerate(value)] if _is_list(value) else value

    def _of(self, index: int) -> Codec | None:
        return self.first[index] if index < len(self.first) else self.rest


@dataclass(frozen=True, slots=True)
class Option:
    """One alternative: who it is for, and in which of JSON's types it travels."""

    judge: Judge
    codec: Codec | None
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Choice(Codec):
    """Alternatives, of which no two travel in the same type if one of them travels in another form."""

    options: tuple[Option, ...]

    @override
    def encode(self, value: Any) -> Any:
        for option in self.options:
            if option.judge.accepts(value):
                return _encoded(option.codec, value)
        return value

    @override
    def decode(self, value: Any) -> Any:
        kind = kind_of(value)
        for option in self.options:
            if option.codec is not None and kind in option.kinds:
                return option.codec.decode(value)
        return value


@dataclass(frozen=True, slots=True)
class Wrapped(Codec):
    """A whole object as the one member of another."""

    inner: Codec

    @override
    def encode(self, value: Any) -> Any:
        return {WRAPPED: self.inner.encode(value)}

    @override
    def decode(self, value: Any) -> Any:
        is_wrapped = isinstance(value, dict) and value.keys() == {WRAPPED}
        decoded = self.inner.decode(value[WRAPPED]) if is_wrapped else value
        return decoded if isinstance(decoded, dict) else value


def _refuse(name: str) -> Any:
    """`NaN` and `Infinity` are words."""
    raise ValueError(name)


def _encoded(codec: Codec | None, value: Any) -> Any:
    return value if codec is None else codec.encode(value)


def _decoded(codec: Codec | None, value: Any) -> Any:
    return value if codec is None else codec.decode(value)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)
