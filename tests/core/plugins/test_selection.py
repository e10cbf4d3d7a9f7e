import pytest

from cgb import PluginError
from cgb.plugins import installed, members, select


@pytest.fixture(autouse=True)
def some(install, hook):
    names = ("pa", "pb", "pc", "my-router")
    install("cgb-some", dict.fromkeys(names, hook), {"sab": ("pa", "pb"), "sbc": ("pb", "pc"), "none": ()})


def refused(spec):
    with pytest.raises(PluginError) as caught:
        select(spec)
    return str(caught.value)


@pytest.mark.parametrize(
    ("spec", "chosen"),
    [
        ("", ()),
        (" , ,", ()),
        ("pa", ("pa",)),
        ("sab", ("pa", "pb")),
        ("none,pa", ("pa",)),
        ("sab,sbc", ("pa", "pb", "pc")),
        ("sbc,sab", ("pc", "pa", "pb")),
        ("pa,pb,pa", ("pb", "pa")),
        (" sab , -pa , my-router ", ("pb", "my-router")),
        ("sab,- pa", ("pb",)),
        ("sab,-pb,sbc", ("pa", "pb", "pc")),
        ("sab,./rules.py,pa", ("pb", "./rules.py", "pa")),
        ("rules.py,-rules.py,pa", ("pa",)),
        ("nobody,-nobody,pa", ("pa",)),
    ],
)
def test_the_grammar(spec, chosen):
    assert select(spec) == chosen


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("my-routre", "there is no installed plugin 'my-routre'. Did you mean 'my-router'?"),
        ("my-router,-my-routre", "the list drops -my-routre, which is not in it. Did you mean 'my-router'?"),
        ("-pa", "the list drops -pa, which is not in it. Known: none."),
        ("pa,-sab", "the list drops -sab, which is not in it."),
        ("./rules", "'./rules' is no plugin: a plugin's file ends in .py."),
    ],
)
def test_a_wrong_name_is_met_with_the_nearest(spec, message):
    assert refused(spec).startswith(message)


class TestSets:
    def test_one_that_names_what_is_missing_says_whose_it_is_and_what_to_do(self, install):
        install("cgb-lame", sets={"lame": ("pa", "my-routre")})
        assert refused("lame") == (
            "the set 'lame' of cgb-lame 1.2 names the plugin 'my-routre', which is not installed. "
            "Did you mean 'my-router'? Install the package that brings it, or drop it from the list: lame,-my-routre"
        )
        assert select("lame,-my-routre") == ("pa",)

    def test_one_that_names_a_set(self, install):
        install("cgb-lame", sets={"lame": ("pa", "sab")})
        assert refused("lame") == "the set 'lame' of cgb-lame 1.2 names the set 'sab', where only plugins can stand."

    @pytest.mark.parametrize("named", [["pa"], "pa", ("pa", 5), None])
    def test_one_that_is_no_tuple_of_names(self, install, named):
        install("cgb-odd", sets={"odd": named})
        assert refused("odd") == "the set 'odd' of cgb-odd 1.2 is not a tuple of plugin names."

    @pytest.mark.parametrize(
        ("code", "why"),
        [
            ("1 / 0", "ZeroDivisionError: division by zero (cgb_bad_set_bad.py, line 1)"),
            ("\nraise SystemExit(3)", "SystemExit: 3 (cgb_bad_set_bad.py, line 2)"),
            ("", "AttributeError: module 'cgb_bad_set_bad' has no attribute 'MEMBERS'"),
        ],
    )
    def test_one_that_does_not_load(self, install, tmp_path, code, why):
        install("cgb-bad", sets={"bad": ()})
        (tmp_path / "cgb_bad_set_bad.py").write_text(code)
        assert refused("bad") == f"the set 'bad' of cgb-bad 1.2 does not load: {why}"

    def test_one_called_like_a_plugin(self, install):
        install("cgb-both", sets={"pa": ()})
        assert refused("pa") == "'pa' is a set of cgb-both 1.2 and a plugin of cgb-some 1.2. Uninstall one of them."

    def test_two_of_one_name(self, install):
        install("cgb-more", sets={"sab": ()})
        assert refused("sab") == (
            "two installed sets are called 'sab': one of cgb-more 1.2, one of cgb-some 1.2. Uninstall all but one."
        )

    def test_what_one_holds(self):
        assert members(installed("cgb.sets")["sab"]) == ("pa", "pb")


class TestDuplicates:
    @pytest.fixture(autouse=True)
    def twice(self, install, hook):
        install("cgb-more", {"pa": hook})

    def test_a_name_that_two_use_is_refused_where_it_is_named(self):
        message = "two installed plugins are called 'pa': one of cgb-more 1.2, one of cgb-some 1.2. Uninstall all but "
        assert refused("pa").startswith(message)
        assert refused("sab").startswith(message)

    def test_elsewhere_it_does_no_harm(self):
        assert select("sbc") == ("pb", "pc")

    def test_three_are_three(self, install, hook):
        install("cgb-yet-more", {"pa": hook})
        assert refused("pa").startswith("three installed plugins are called 'pa': one of ")
