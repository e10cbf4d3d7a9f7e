"""How long a call may take, over real sockets that fall silent."""

import pytest

from cgb import Timeout, UnusableAnswer

from .kit import LONG, http, read, silent

WHOLE = http(b"one two")
HEAD = WHOLE[: WHOLE.index(b"\r\n\r\n") + 4]


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\n", HEAD])
@pytest.mark.parametrize(
    ("fields", "setting"),
    [
        ({"first_byte_timeout_s": 0.1}, r"0\.1 s that plugin\.mine\.first_byte_timeout_s allows"),
        ({"request_timeout": 0.1}, r"0\.1 s that plugin\.mine\.request_timeout \(REQUEST_TIMEOUT\) allows"),
        ({"total_timeout_s": 0.1}, r"0\.1 s that plugin\.mine\.total_timeout_s allows"),
    ],
)
async def test_silence_before_the_first_byte_is_a_timeout(said, fields, setting):
    async with silent(said) as host:
        with pytest.raises(Timeout, match=f"Mine did not begin to answer within the {setting}") as caught:
            await read(f"http://{host}", **fields)

    assert (caught.value.status, caught.value.type) == (504, "timeout_error")


@pytest.mark.parametrize(
    ("fields", "setting"),
    [
        ({"request_timeout": 0.1}, r"fell silent .* 0\.1 s that plugin\.mine\.request_timeout \(REQUEST_TIMEOUT\)"),
        ({"total_timeout_s": 0.1}, r"did not end its answer within the 0\.1 s that plugin\.mine\.total_timeout_s"),
    ],
)
async def test_silence_in_mid_answer_is_a_stall(fields, setting):
    async with silent(WHOLE[:-1]) as host:
        with pytest.raises(UnusableAnswer, match=setting) as caught:
            await read(f"http://{host}", **fields)

    assert caught.value.kind == "stall"
    assert (caught.value.status, caught.value.type) == (504, "timeout_error")


@pytest.mark.parametrize("first", [0.05, 30])
async def test_after_the_first_byte_its_budget_no_longer_counts(first):
    async with silent(WHOLE[:-1]) as host:
        with pytest.raises(UnusableAnswer, match="request_timeout"):
            await read(f"http://{host}", first_byte_timeout_s=first, request_timeout=0.2)


async def test_a_connection_that_does_not_come_about_is_a_timeout():
    async with silent() as host:
        with pytest.raises(
            Timeout, match=r"not be connected to within the 0\.1 s that plugin\.mine\.connect_timeout_s"
        ):
            await read(f"https://{host}", connect_timeout_s=0.1)


async def test_a_call_may_have_a_total_of_its_own():
    async with silent() as host:
        with pytest.raises(Timeout, match=r"within the 0\.1 s that plugin\.mine\.count_timeout_s"):
            await read(f"http://{host}", total="count_timeout_s", count_timeout_s=0.1)


async def test_a_server_without_a_name_is_called_by_its_host():
    async with silent() as host:
        with pytest.raises(Timeout, match=f"^{host} did not begin"):
            await read(f"http://{host}", name="", request_timeout=0.1)


async def test_what_comes_in_time_comes_whole():
    async with silent(WHOLE) as host:
        assert await read(f"http://{host}", **LONG) == b"one two"
