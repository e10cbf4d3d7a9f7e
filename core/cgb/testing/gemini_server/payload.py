"""Reads a JSON payload as the service does: field by field against the table, reporting all that is wrong.

The answer is the same payload in camelCase, without nulls, with enum names in upper case.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from typing import TYPE_CHECKING, Any

import orjson

from cgb.testing.gemini_server.calls import Json, Violation
from cgb.testing.gemini_server.errors import GoogleError, bad_request
from cgb.testing.gemini_server.fields import Field, snake, table

if TYPE_CHECKING:
    from collections.abc import Callable

INTEGERS = {"int32": 31, "int64": 63}
REJECTED = object()


def read(message: str, payload: Any) -> Json:
    """The payload in canonical form, or 400 with everything that is wrong in it."""
    reader = Reader()
    canonical = reader.message(message, payload, "")
    if reader.violations:
        text = "\n".join(violation.text for violation in reader.violations)
        details = [bad_request(reader.violations)]
        raise GoogleError(400, text, details=details, violations=reader.violations)
    return canonical


class Reader:
    """Collects the violations of one payload."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []

    def message(self, message: str, payload: Json, path: str) -> Json:
        """One message."""
        canonical: Json = {}
        taken: set[str] = set()
        for name, value in payload.items():
            field = table().field(message, name)
            if field is None:
                self._unknown(name, path, "Cannot find field.")
            elif value is not None:
                self._one(field, name, value, path, taken, canonical)
        return canonical

    def _one(self, field: Field, name: str, value: Any, path: str, taken: set[str], canonical: Json) -> None:
        if field.oneof and field.oneof in taken:
            text = f"oneof field '{field.oneof}' is already set. Cannot set '{name}'"
            self._add("oneof", path, f"Invalid value at '{path}' (oneof), {text}")
            return
        taken.add(field.oneof)
        where = f"{path}.{snake(field.name)}" if path else snake(field.name)
        read = self._repeated(field, name, value, path, where)
        if read is not REJECTED:
            canonical[field.name] = read

    def _repeated(self, field: Field, name: str, value: Any, path: str, where: str) -> Any:
        if field.repeat == "list":
            return self._list(field, value, where)
        if field.repeat == "map":
            return self._map(field, value, where)
        if isinstance(value, list) and field.kind not in {"value", "listvalue"}:
            return self._unknown(name, path, "Proto field is not repeating, cannot start list.")
        return self._value(field, value, where)

    def _list(self, field: Field, value: Any, where: str) -> Any:
        # Google's own curl examples send `"parts": {"text": …}`: one message stands for a list of one.
        items = [value] if isinstance(value, dict) and field.kind == "message" else value
        if not isinstance(items, list):
            return self._invalid(field, value, where)
        return [self._value(field, item, f"{where}[{index}]") for index, item in enumerate(items)]

    def _map(self, field: Field, value: Any, where: str) -> Any:
        if not isinstance(value, dict):
            return self._add("type", where, f"Invalid value at '{where}' (Map), Cannot bind a value to map.")
        return {
            key: self._value(field, item, f"{where}[{index}].value") for index, (key, item) in enumerate(value.items())
        }

    def _value(self, field: Field, value: Any, where: str) -> Any:
        if field.kind == "message":
            if not isinstance(value, dict):
                return self._invalid(field, value, where)
            return self.message(field.type, value, where)
        if field.kind == "enum":
            return self._enum(field, value, where)
        if field.kind == "bytes":
            return self._bytes(field, value, where)
        if field.kind == "value" or KINDS[field.kind](value):
            return _number(field.kind, value)
        return self._invalid(field, value, where)

    def _enum(self, field: Field, value: Any, where: str) -> Any:
        if isinstance(value, str) and table().enum(field.type, value):
            return value.upper()
        return self._invalid(field, value, where)

    def _bytes(self, field: Field, value: Any, where: str) -> Any:
        if not isinstance(value, str):
            return self._invalid(field, value, where)
        if is_base64(value):
            return value
        shown = value if len(value) <= SHOWN else f"{value[:SHOWN]}..."
        text = f"Invalid value at '{where}' (TYPE_BYTES), Base64 decoding failed for {_quote(shown)}"
        return self._add("base64", where, text)

    def _unknown(self, name: str, path: str, reason: str) -> Any:
        at = f" at '{path}'" if path else ""
        rule = "unknown-field" if reason.startswith("Cannot") else "not-repeating"
        text = f'Invalid JSON payload received. Unknown name "{name}"{at}: {reason}'
        return self._add(rule, path, text)

    def _invalid(self, field: Field, value: Any, where: str) -> Any:
        scalar = field.kind not in {"message", "enum"}
        shown = "Starting an object on a scalar field" if isinstance(value, dict) and scalar else _quote(value)
        rule = "enum" if field.kind == "enum" else "type"
        return self._add(rule, where, f"Invalid value at '{where}' ({field.url}), {shown}")

    def _add(self, rule: str, field: str, text: str) -> Any:
        self.violations.append(Violation(rule, field, text))
        return REJECTED


SHOWN = 100


def _quote(value: Any) -> str:
    return orjson.dumps(value).decode()


def is_base64(value: str) -> bool:
    """Proto3 JSON takes both alphabets, with or without padding."""
    bare = value.rstrip("=")
    plain = bare.replace("-", "+").replace("_", "/")
    try:
        base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _is_integer(bits: int) -> Callable[[Any], bool]:
    def check(value: Any) -> bool:
        number = _as_number(value)
        return number is not None and number == math.trunc(number) and -(2**bits) <= number < 2**bits

    return check


def _as_number(value: Any) -> float | int | None:
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", value):
        return float(value) if re.search(r"[.eE]", value) else int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value


def _number(kind: str, value: Any) -> Any:
    if kind in INTEGERS:
        return int(_as_number(value) or 0)
    return (_as_number(value) or 0) if kind in {"float", "double"} else value


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


KINDS: dict[str, Callable[[Any], bool]] = {
    "string": _is_text,
    "bool": lambda value: isinstance(value, bool),
    "int32": _is_integer(INTEGERS["int32"]),
    "int64": _is_integer(INTEGERS["int64"]),
    "float": lambda value: _as_number(value) is not None,
    "double": lambda value: _as_number(value) is not None,
    "struct": _is_object,
    "listvalue": lambda value: isinstance(value, list),
    "duration": lambda value: isinstance(value, str) and bool(re.fullmatch(r"-?\d+(\.\d+)?s", value)),
    "timestamp": lambda value: isinstance(value, str) and bool(re.match(r"\d{4}-\d\d-\d\dT", value)),
}
