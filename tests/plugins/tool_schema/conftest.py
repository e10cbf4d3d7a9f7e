"""Two judges of compiled schemas, neither of which shares a line with the plugin."""

import json
from pathlib import Path

import pytest

from cgb.testing.gemini_server import json_schema_rules, payload, schema_rules
from cgb.testing.gemini_server.errors import GoogleError
from cgb.testing.gemini_server.findings import Findings

SCHEMAS = json.loads((Path(__file__).parent / "schemas.json").read_text())


@pytest.fixture(params=SCHEMAS)
def real_schema(request):
    """A schema that tools in the wild have, or one of the awkward kind."""
    return SCHEMAS[request.param]


@pytest.fixture(scope="session")
def refusals():
    """What the simulated Gemini says to a schema in a dialect, and what the contract's table says besides."""
    return lambda schema, dialect: [*JUDGES[dialect](schema), *own_words(schema, schema, dialect, 1)]


def of_json_schema(schema):
    found = Findings()
    json_schema_rules.check(schema, "tools[0].parameters_json_schema", found)
    return [violation.text for violation in found.violations]


def of_openapi(schema):
    if schema == {**schema, "type": "object", "properties": {}}:
        return []
    try:
        canonical = payload.read("Schema", schema)
    except GoogleError as error:
        return [str(error)]
    found = Findings()
    schema_rules.check(canonical, "tools[0].parameters", found, root="OBJECT")
    return [violation.text for violation in found.violations]


JUDGES = {"gemini-json-schema": of_json_schema, "openapi": of_openapi}
DOCUMENTED = {
    *("type", "format", "title", "description", "enum", "items", "prefixItems", "minItems", "maxItems", "minimum"),
    *("maximum", "anyOf", "properties", "additionalProperties", "required", "propertyOrdering", "$ref", "$defs"),
}
IGNORED = {
    *("const", "exclusiveMinimum", "exclusiveMaximum", "default", "pattern", "minLength", "maxLength"),
    *("minProperties", "maxProperties", "multipleOf", "uniqueItems"),
}
OPENAPI = {
    *("type", "format", "title", "description", "nullable", "enum", "items", "minItems", "maxItems", "properties"),
    *("required", "minProperties", "maxProperties", "minimum", "maximum", "minLength", "maxLength", "pattern"),
    *("anyOf", "propertyOrdering", "default"),
}
ALLOWED = {"gemini-json-schema": DOCUMENTED | IGNORED, "openapi": OPENAPI}


def own_words(node, root, dialect, depth):
    """Keywords, references and nesting, node by node."""
    if not isinstance(node, dict):
        yield f"no schema: {node!r}"
        return
    if extra := node.keys() - ALLOWED[dialect]:
        yield f"unknown: {extra}"
    if depth > 32:
        yield "too deep"
    if "$defs" in node and node is not root:
        yield "$defs inside"
    ref = node.get("$ref")
    if ref not in {None, "#", *(f"#/$defs/{name}" for name in root.get("$defs", ()))}:
        yield f"leads nowhere: {ref}"
    for child in children_of(node):
        yield from own_words(child, root, dialect, depth + 1)


def children_of(node):
    for keyword in ("properties", "$defs"):
        yield from node.get(keyword, {}).values()
    for keyword in ("anyOf", "prefixItems"):
        yield from node.get(keyword, ())
    for keyword in ("items", "additionalProperties"):
        if keyword in node and not (keyword == "additionalProperties" and isinstance(node[keyword], bool)):
            yield node[keyword]
