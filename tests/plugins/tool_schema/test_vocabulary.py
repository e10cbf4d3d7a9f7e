from cgb_plugins.tool_schema import vocabulary


def test_sorts_every_keyword_once():
    groups = [vocabulary.KEPT - vocabulary.ANNOTATIONS, vocabulary.ANNOTATIONS - vocabulary.TOLD, vocabulary.TOLD]
    assert sum(map(len, groups)) == len(frozenset().union(*groups))


def test_calls_a_node_structured_when_schemas_stand_inside():
    assert vocabulary.structured({"items": {}})
    assert not vocabulary.structured({"type": "array"})
    assert not vocabulary.structured(True)
