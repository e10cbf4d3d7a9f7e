from cgb.log import log, requests


def test_requests_are_a_part_of_the_log():
    assert requests.parent is log
    assert log.name == "cgb"
