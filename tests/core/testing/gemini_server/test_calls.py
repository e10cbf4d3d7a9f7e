from cgb.testing.gemini_server import Call


def test_a_call_is_finished_once():
    call = Call("generateContent", "m", {}, {})
    call.finish(200)
    first = call.finished_at
    call.finish(200)
    assert call.finished_at == first is not None


def test_a_cancelled_call_keeps_the_status_it_had():
    early, late = Call("", "", {}, {}), Call("", "", {}, {}, status=200)
    early.cancel()
    late.cancel()
    assert (early.status, late.status) == (499, 200)
    assert early.cancelled
    assert late.cancelled


def test_waiting_for_the_end():
    call = Call("", "", {}, {})
    assert not call.wait(0)
    call.finish(200)
    assert call.wait(0)
