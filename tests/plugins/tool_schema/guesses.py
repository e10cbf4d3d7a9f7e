"""Values that a schema probably takes: random ones hardly ever are right by a schema of some size."""

from hypothesis import strategies as st

LEVELS = 6
PLAIN = {
    "string": st.sampled_from(["", "a", "b", "xa", "1", "true", "null", "{}", '{"a": 1}', "[1]", '"a"']),
    "number": st.sampled_from([0, 1, 1.0, 2.5, -1]),
    "integer": st.sampled_from([0, 1, 1.0, 2, -1]),
    "boolean": st.booleans(),
    "null": st.none(),
}
ANYTHING = st.one_of(*PLAIN.values(), st.just([]), st.just({}), st.just({"a": 1}), st.just(["1", 1]))


@st.composite
def guesses(draw, schema, root, levels=LEVELS):
    """A value that keeps the rules that are easy to keep."""
    if not isinstance(schema, dict) or not levels or draw(st.integers(0, 9)) == 0:
        return draw(ANYTHING)
    if "$ref" in schema:
        return draw(guesses(root["$defs"][schema["$ref"].rsplit("/", 1)[-1]], root, levels - 1))
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    inner = [branch for keyword in ("anyOf", "oneOf", "allOf") for branch in schema.get(keyword, ())]
    if inner and ("properties" not in schema or draw(st.booleans())):
        return draw(guesses(draw(st.sampled_from(inner)), root, levels - 1))
    return draw(of_type(schema, root, levels))


@st.composite
def of_type(draw, schema, root, levels):
    """A value of one of the types that the schema names or suggests."""
    given = schema.get("type", [])
    kinds = [given] if isinstance(given, str) else [*given]
    kinds = kinds or [kind for kind, keyword in (("object", "properties"), ("array", "items")) if keyword in schema]
    kind = draw(st.sampled_from(kinds or [*PLAIN]))
    if kind == "object":
        return draw(an_object(schema, root, levels))
    if kind == "array":
        first, rest = schema.get("prefixItems", []), schema.get("items", {})
        count = draw(st.integers(0, max(len(first), 2)))
        return [draw(guesses(first[at] if at < len(first) else rest, root, levels - 1)) for at in range(count)]
    return draw(PLAIN[kind])


@st.composite
def an_object(draw, schema, root, levels):
    properties = schema.get("properties", {})
    names = {*schema.get("required", ()), *draw(st.sets(st.sampled_from([*properties, *"ab"]), max_size=3))}
    rest = schema.get("additionalProperties", {})
    if rest is False:
        names &= {*properties, *schema.get("required", ())}
    return {name: draw(guesses(properties.get(name, rest), root, levels - 1)) for name in sorted(names)}
