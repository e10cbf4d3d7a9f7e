import gc

from cgb_cli.garbage import postpone, settle


def test_nothing_is_looked_at_until_the_start_is_over_and_what_is_there_then_never_again():
    before = gc.get_threshold()
    postpone()
    assert not gc.isenabled()
    settle()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold()[0] > before[0]
