import sys
from importlib import metadata

from cgb.plugins import Found, installed


def test_metadata_is_read_and_nothing_imported(install):
    install("cgb-traps", {"trap": "raise SystemExit"}, {"trap-set": ("trap",)})
    assert installed()["trap"] == Found("trap", "cgb_traps_trap", "cgb-traps", "1.2")
    assert installed("cgb.sets")["trap-set"].module == "cgb_traps_set_trap_set:MEMBERS"
    assert "cgb_traps_trap" not in sys.modules


def test_the_bundled_plugins_and_the_examples_are_there():
    assert installed()["hello"].origin.startswith("cgb-hello ")
    assert "default" in installed("cgb.sets")


def test_names_are_in_their_order():
    assert list(installed()) == sorted(installed())


def test_who_shares_a_name_is_told(install, hook):
    install("two", {"same": hook})
    install("one", {"same": hook})
    install("three", {"same": hook})
    found = installed()["same"]
    assert (found.origin, found.rivals) == ("one 1.2", ("three 1.2", "two 1.2"))


def test_two_distributions_of_one_module_are_no_harm(install, hook):
    install("one", {"same": hook}, module="shared_module")
    install("two", {"same": hook}, module="shared_module")
    assert installed()["same"].module == "shared_module"
    assert installed()["same"].rivals == ()


def test_metadata_is_read_once(install, hook, monkeypatch):
    install("one", {"pa": hook}, {"sa": ("pa",)})
    assert "pa" in installed()
    read = []
    monkeypatch.setattr(metadata.Distribution, "from_name", read.append)
    monkeypatch.setattr(metadata.PathDistribution, "read_text", lambda _, name: read.append(name))
    assert "pa" in installed()
    assert "sa" in installed("cgb.sets")
    assert read == []


def test_what_is_installed_meanwhile_is_found(install, hook):
    assert "pa" not in installed()
    install("one", {"pa": hook})
    assert "pa" in installed()
    install("two", {"pb": hook})
    assert "pb" in installed()


def test_what_was_found_is_the_callers_own():
    installed().clear()
    assert installed()
