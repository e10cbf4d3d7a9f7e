import time

import pytest

from cgb import Overloaded

ANY = "it takes whatever became of a request"


def test_who_watches_may_block_or_wait(passes):
    def slowly(record):
        if record.cancelled:
            time.sleep(0.0001)

    async def request_finished(record, ctx):
        slowly(record)

    passes(request_finished=slowly)
    passes(request_finished=request_finished)


def test_a_slow_watcher_is_fine(passes):
    passes(request_finished=lambda record: time.sleep(0.6), examples=1)


def fails_on_errors(record):
    assert record.routes[0].transport


def returns(record):
    return record.duration_s


def raises(record):
    raise Overloaded("no")


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (fails_on_errors, "it raised IndexError"),
        (returns, "it returned float where None was due"),
        (raises, "it raised Overloaded('no')"),
    ],
)
def test_each_fault_is_caught(broken, function, said):
    what = broken(request_finished=function)[ANY]
    assert said in what
    assert "record = Record(" in what
