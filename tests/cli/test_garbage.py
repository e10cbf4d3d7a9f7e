import gc

from cgb_cli.garbage import settle


def test_what_is_there_already_is_not_looked_at_again():
    before = gc.get_threshold()
    try:
        settle()
        assert gc.get_freeze_count() > 10_000
        assert gc.get_threshold()[0] > before[0]
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
