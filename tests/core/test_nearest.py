from cgb.nearest import nearest


def test_the_nearest_name_is_suggested():
    assert nearest("modle", ["model", "other"]) == " Did you mean 'model'?"


def test_without_a_near_one_all_are_named():
    assert nearest("zzz", ["b", "a"]) == " Known: a, b."
    assert nearest("zzz", []) == " Known: none."
