import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cgb_plugins.tool_schema import Uncompilable, compile_schema

from ...fixtures import builtin_tools, posted
from .guesses import guesses
from .openapi_instances import is_right

JSON = "gemini-json-schema"
DIALECTS = [JSON, "openapi"]
KEYWORDS = [
    *("type", "title", "description", "format", "default", "enum", "const", "nullable", "required", "pattern"),
    *("minimum", "exclusiveMinimum", "maxItems", "minLength", "uniqueItems", "properties", "patternProperties"),
    *("additionalProperties", "propertyNames", "items", "additionalItems", "prefixItems", "contains", "anyOf"),
    *("oneOf", "allOf", "not", "if", "then", "else", "dependentRequired", "$ref", "$defs", "definitions", "$id"),
    *("$schema", "$anchor", "examples", "x-internal", "propertyOrdering", "value"),
]
REFS = ["#", "#/$defs/a", "#/definitions/b", "#/properties/a", "#/properties/a/items", "#anchor", "#/no", "other.json"]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=4),
    st.sampled_from([*REFS, "string", "object", "(?<=a)b", "[", "^x$"]),
)
NAMES = st.one_of(st.sampled_from([*"ab", "a/b", "$ref", "type"]), st.text(max_size=3))
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(KEYWORDS), inner, max_size=4),
        st.dictionaries(NAMES, inner, max_size=3),
    ),
    max_leaves=25,
)
MAPS = st.dictionaries(st.one_of(st.sampled_from(KEYWORDS), NAMES), ANYTHING, max_size=5)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_takes_every_schema_to_what_the_service_accepts(real_schema, dialect, refusals):
    before = copy.deepcopy(real_schema)
    compiled = compile_schema(real_schema, dialect)
    assert not refusals(compiled.schema, dialect)
    assert compile_schema(compiled.schema, dialect).schema == compiled.schema
    assert real_schema == before
    assert compiled.changed == (compiled.schema != real_schema)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_takes_every_tool_that_claude_code_was_seen_to_send(dialect, refusals):
    tools = [tool for request in posted().values() for tool in request.json.get("tools", ())]
    schemas = [tool["input_schema"] for tool in [*builtin_tools(), *tools] if "input_schema" in tool]
    assert len(schemas) > 500
    assert not [refusal for schema in schemas for refusal in refusals(compile_schema(schema, dialect).schema, dialect)]


@pytest.mark.parametrize("dialect", DIALECTS)
@given(schema=MAPS)
def test_takes_any_json_that_admits_an_object(schema, dialect, refusals):
    before = copy.deepcopy(schema)
    try:
        compiled = compile_schema(schema, dialect)
    except Uncompilable as error:
        assert "takes no object" in error.reason  # noqa: PT017 - every other reason is a failure of this test
        return
    assert not refusals(compiled.schema, dialect)
    assert compile_schema(compiled.schema, dialect).schema == compiled.schema
    assert schema == before


@given(names=st.lists(st.one_of(st.sampled_from(KEYWORDS), NAMES), unique=True, max_size=6), leaf=MAPS)
def test_keeps_every_property_whatever_its_name(names, leaf):
    schema = {"type": "object", "properties": dict.fromkeys(names, leaf), "required": names}
    compiled = compile_schema(schema, JSON).schema
    assert list(compiled["properties"]) == names
    assert compiled["required"] == names


SMALL = st.one_of(st.none(), st.booleans(), st.integers(-2, 3), st.sampled_from(["", "a", "b", "ab", "x"]))
FEW = st.sampled_from(["a", "b", "xa"])
INSTANCES = st.recursive(
    SMALL, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(FEW, inner, max_size=3)), max_leaves=5
)
TYPES = st.sampled_from(["string", "number", "integer", "boolean", "array", "object", "null"])
RULES = st.fixed_dictionaries(
    {},
    optional={
        "type": st.one_of(TYPES, st.lists(TYPES, min_size=1, max_size=3, unique=True)),
        "enum": st.lists(INSTANCES, min_size=1, max_size=4),
        "minimum": st.integers(-1, 2),
        "exclusiveMaximum": st.integers(-1, 2),
        "minLength": st.integers(0, 2),
        "pattern": st.sampled_from(["^a", "(?=a)a", "b$"]),
        "maxItems": st.integers(0, 2),
        "minProperties": st.integers(0, 2),
    },
)


def nested(inner):
    maps = st.dictionaries(FEW, inner, max_size=3)
    lists = st.lists(inner, min_size=1, max_size=3)
    shapes = st.fixed_dictionaries(
        {},
        optional={
            "const": INSTANCES,
            "properties": maps,
            "required": st.lists(FEW, max_size=2, unique=True),
            "patternProperties": st.dictionaries(st.sampled_from(["^x", "a$"]), inner, max_size=2),
            "additionalProperties": inner,
            "propertyNames": inner,
            "dependentRequired": st.just({"a": ["b"]}),
            "items": inner,
            "prefixItems": lists,
            "contains": inner,
            "anyOf": lists,
            "oneOf": lists,
            "allOf": lists,
            "not": inner,
            "if": inner,
            "then": inner,
            "unevaluatedProperties": st.booleans(),
        },
    )
    references = st.builds(lambda name: {"properties": {name: {"$ref": "#/$defs/d"}}}, FEW)
    return st.one_of(st.booleans(), shapes, references, st.builds(lambda one, two: {**one, **two}, RULES, shapes))


NODES = st.recursive(RULES, nested, max_leaves=8)
CLOSED = st.builds(
    lambda properties, required: {"properties": properties, "required": required, "additionalProperties": False},
    st.dictionaries(FEW, NODES, max_size=3),
    st.lists(FEW, max_size=2, unique=True),
)
DEFS = st.fixed_dictionaries({"d": NODES, "e": NODES})
BASES = st.one_of(
    st.fixed_dictionaries(
        {"properties": st.dictionaries(FEW, st.one_of(NODES, st.just({"$ref": "#/$defs/d"})), max_size=3)},
        optional={
            "required": st.lists(FEW, max_size=2, unique=True),
            "additionalProperties": st.booleans(),
            "allOf": st.just([{"$ref": "#/$defs/d"}, {"$ref": "#/$defs/e"}]),
        },
    ),
    st.fixed_dictionaries({"oneOf": st.lists(CLOSED, min_size=1, max_size=3)}),
    st.fixed_dictionaries({"$ref": st.just("#/$defs/d"), "anyOf": st.lists(CLOSED, min_size=1, max_size=3)}),
)
ROOTS = st.builds(lambda base, defs: {"type": "object", "$defs": defs, **base}, BASES, DEFS)
RANDOM_CALLS = st.dictionaries(FEW, INSTANCES, max_size=3)


def with_calls(schema):
    """A schema and calls, most of them right by it."""
    return st.tuples(
        st.just(schema), st.lists(st.one_of(guesses(schema, schema), RANDOM_CALLS), min_size=3, max_size=9)
    )


@given(case=ROOTS.flatmap(with_calls))
def test_only_weakens(case):
    schema, calls = case
    compiled = compile_schema(schema, JSON)
    for call in calls:
        if Draft202012Validator(schema).is_valid(call):
            assert compiled.encode(call) is call
            assert Draft202012Validator(compiled.schema).is_valid(call), compiled
            assert compiled.decode(call) is call


def typed(node):
    """The schema with types where its keywords only suggest them: OpenAPI has no untyped object or array."""
    if isinstance(node, list):
        return [typed(child) for child in node]
    if not isinstance(node, dict):
        return node
    node = {key: typed(child) for key, child in node.items()}
    suggested = [kind for kind, keywords in SUGGESTED.items() if not keywords.isdisjoint(node)]
    return node if "type" in node or not suggested else {**node, "type": suggested}


SUGGESTED = {"object": {"properties", "additionalProperties"}, "array": {"items", "prefixItems"}}


VALUES = st.sampled_from([None, True, False, 0, 1, 2.5, "", "a", "1", "true", "null", '""', [], {}, {"a": 1}, [1]])
KINDS = st.sampled_from(["string", "number", "integer", "boolean", "null"])
SIMPLE = st.one_of(
    st.builds(lambda values: {"enum": values}, st.lists(VALUES, min_size=1, max_size=4)),
    st.builds(lambda value: {"const": value}, VALUES),
    st.builds(lambda kind: {"type": kind}, st.one_of(KINDS, st.lists(KINDS, min_size=1, max_size=3, unique=True))),
    st.sampled_from(
        [
            *({}, {"type": "object"}, {"type": "array"}, {"$ref": "#/$defs/Tree"}),
            {"type": "object", "properties": {}, "additionalProperties": False},
            {"type": ["object", "string"]},
            {"type": ["array", "null"]},
        ]
    ),
)


def built(inner):
    """Schemas that are made of others, and that some value is right by."""
    lists = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.builds(lambda child: {"type": "array", "items": child}, inner),
        st.builds(lambda children: {"type": "array", "prefixItems": children, "minItems": 1}, lists),
        st.builds(lambda children, rest: {"type": "array", "prefixItems": children, "items": rest}, lists, inner),
        st.builds(lambda children: {"anyOf": children}, lists),
        st.builds(lambda child: {"anyOf": [child, {"type": "null"}]}, inner),
        st.builds(lambda child: {"type": "object", "additionalProperties": child}, inner),
        st.builds(
            lambda named, rest: {"type": "object", "properties": named, "additionalProperties": rest},
            st.dictionaries(FEW, inner, min_size=1, max_size=3),
            st.booleans(),
        ),
    )


SATISFIABLE = st.recursive(SIMPLE, built, max_leaves=6)
TREE = {"type": "object", "properties": {"a": {"const": 1}, "b": {"$ref": "#/$defs/Tree"}}, "required": ["a"]}
TOOLS = st.one_of(
    st.builds(lambda named: {"type": "object", "properties": named}, st.dictionaries(FEW, SATISFIABLE, max_size=3)),
    st.builds(lambda rest: {"type": "object", "additionalProperties": rest}, SATISFIABLE),
).map(lambda tool: {**tool, "$defs": {"Tree": TREE}})


@given(case=st.one_of(TOOLS, ROOTS.map(lambda root: {**typed(root), "type": "object"})).flatmap(with_calls))
def test_only_weakens_and_finds_the_way_back(case):
    """What the OpenAPI subset cannot type travels in another form."""
    schema, calls = case
    compiled = compile_schema(schema, "openapi")
    for call in calls:
        if Draft202012Validator(schema).is_valid(call):
            encoded = compiled.encode(call)
            assert is_right(compiled.schema, encoded), (compiled.schema, encoded)
            assert same(compiled.decode(encoded), call), (compiled.schema, encoded)


def same(one, other):
    """Equality as JSON knows it: true is not 1, but 1.0 is."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def test_leaves_a_good_schema_as_it_is():
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
    compiled = compile_schema(schema, JSON)
    assert (compiled.schema, compiled.changed, compiled.changes) == (schema, False, ())


def test_says_the_same_each_time():
    schema = {"type": "object", "properties": {"a": {"not": {}, "if": {}, "then": {}, "contains": {}}}}
    first = compile_schema(schema, JSON)
    assert compile_schema(copy.deepcopy(schema), JSON) is first
    assert [note.keyword for note in first.changes] == ["not", "contains", "if"]


def test_leaves_whole_json_schema_alone():
    schema = {"oneOf": [], "$schema": "x"}
    assert compile_schema(schema, "json-schema").schema == schema


def test_takes_numbers_that_fit_in_no_machine_word():
    schema = {"properties": {"n": {"type": "integer", "maximum": 10**30, "minimum": 1e300, "default": 10**30}}}
    compiled = compile_schema(schema, JSON)
    assert compiled.schema["properties"]["n"] == {"type": "integer", "default": 10**30}
    assert compiled.changed


@pytest.mark.parametrize("dialect", DIALECTS)
def test_cuts_what_is_nested_without_end(dialect, refusals):
    schema = {"type": "string"}
    for _ in range(300):
        schema = {"type": "object", "properties": {"in": schema}, "required": ["in"]}
    compiled = compile_schema(schema, dialect)
    assert not refusals(compiled.schema, dialect)
    assert compiled.changes


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("keyword", ["properties", "allOf", "anyOf"])
def test_does_not_explode(dialect, keyword, refusals):
    def level(n):
        link = {"$ref": f"#/$defs/L{n + 1}"} if n < 20 else {"type": "string"}
        fan = [{"properties": {f"{side}{n}": {"allOf": [link, {"title": side}]}}} for side in "ab"]
        return {keyword: {"a": link, "b": link} if keyword == "properties" else [link, link, *fan]}

    schema = {"type": "object", **level(0), "$defs": {f"L{n}": level(n) for n in range(1, 21)}}
    compiled = compile_schema(schema, dialect)
    assert not refusals(compiled.schema, dialect)
    assert len(json.dumps(compiled.schema)) < 150_000
