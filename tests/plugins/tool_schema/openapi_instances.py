"""Which values are right by a schema of the OpenAPI subset: written from OpenAPI 3.0, not from the plugin."""

import re


def is_right(schema, value):
    """Whether a value is right by a schema."""
    if value is None:
        return schema.get("nullable", False) or any(is_right(branch, None) for branch in schema.get("anyOf", ()))
    if "anyOf" in schema and not any(is_right(branch, value) for branch in schema["anyOf"]):
        return False
    if "type" in schema and not TYPES[schema["type"]](value):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    return all(rule(schema, value) for rule in (number, string, array, members))


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


TYPES = {
    "string": lambda value: isinstance(value, str),
    "number": is_number,
    "integer": lambda value: is_number(value) and value == int(value),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def number(schema, value):
    return not is_number(value) or schema.get("minimum", value) <= value <= schema.get("maximum", value)


def string(schema, value):
    if not isinstance(value, str):
        return True
    fits = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
    return fits and bool(re.search(schema.get("pattern", ""), value))


def array(schema, value):
    if not isinstance(value, list):
        return True
    fits = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
    return fits and ("items" not in schema or all(is_right(schema["items"], item) for item in value))


def members(schema, value):
    if not isinstance(value, dict):
        return True
    fits = schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", len(value))
    named = schema.get("properties", {})
    return (
        fits
        and all(name in value for name in schema.get("required", ()))
        and all(is_right(named[name], member) for name, member in value.items() if name in named)
    )
