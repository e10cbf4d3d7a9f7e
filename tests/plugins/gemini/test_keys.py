"""Several keys: which is used, and how long one rests."""

import logging

import pytest
from pydantic import SecretStr

from cgb import ApiError, Billing, Forbidden, InvalidRequest, RateLimited, Unauthenticated
from cgb_plugins.gemini.keys import Keys

MINUTE = RateLimited("Slow down.", retry_after=30.5)
UNSAID = RateLimited("Slow down.")
DAY = RateLimited("That was all for the day.", should_retry=False)
BAD = Unauthenticated("No key.")


class Service:
    """Answers with the key it was asked with, unless it is told to refuse it."""

    def __init__(self, *names):
        self.now = 1000.0
        self.asked = ""
        self.refused = {}
        self.notes = []
        self.keys = Keys([SecretStr(name) for name in names], lambda: self.now)

    async def answer(self, model="m"):
        return await self.keys.use(model, self._ask, lambda kind, text: self.notes.append((kind, text)))

    async def _ask(self, key):
        name = key.get_secret_value()
        self.asked += name
        if name in self.refused:
            raise self.refused[name]
        return name

    async def error(self, model="m"):
        with pytest.raises(ApiError) as caught:
            await self.answer(model)
        return caught.value


async def test_a_key_is_kept_while_it_is_well():
    """Another key is another project, whose prefix cache is empty."""
    service = Service("a", "b", "c")

    assert [await service.answer() for _ in range(5)] == ["a"] * 5
    assert service.notes == []


async def test_the_same_request_goes_on_with_the_next_key_and_the_others_stay_there():
    service = Service("a", "b", "c")
    service.refused = {"a": MINUTE}

    assert await service.answer() == "b"
    service.now += 31
    service.refused = {}
    assert await service.answer() == "b"
    assert service.asked == "abb"
    assert service.notes == [("next_key", "Gemini's key 1 of 3 rests for 30 s for m, after HTTP 429")]


@pytest.mark.parametrize(
    ("error", "seconds"),
    [(MINUTE, 30.5), (UNSAID, 60), (DAY, 3600), (Forbidden("Not you."), 3600), (Billing("Pay."), 3600)],
)
async def test_how_long_a_key_rests_for_a_model(error, seconds):
    service = Service("a", "b")
    service.refused = {"a": error}
    await service.answer()
    service.refused = {"b": error}
    service.now += seconds - 0.25

    await service.error()
    assert service.asked == "abb"
    service.now += 0.5
    assert await service.answer() == "a"


async def test_a_key_that_rests_for_one_model_serves_another():
    """Quotas are by model."""
    service = Service("a", "b")
    service.refused = {"a": DAY, "b": DAY}
    await service.error("pro")
    service.refused = {}

    assert await service.answer("flash") == "a"
    assert (await service.error("pro")).should_retry is False
    assert service.asked == "aba"


async def test_a_key_that_is_none_is_put_aside_for_good():
    service = Service("a", "b")
    service.refused = {"a": BAD}
    for model in ("pro", "flash"):
        assert await service.answer(model) == "b"
        service.now += 10**9

    assert service.asked == "abb"
    assert service.notes == [("next_key", "Gemini's key 1 of 2 is put aside, after HTTP 401")]


async def test_when_all_rest_the_shortest_delay_is_told_without_asking():
    service = Service("a", "b", "c")
    service.refused = {"a": DAY, "b": RateLimited("x", retry_after=50), "c": RateLimited("y", retry_after=20.5)}
    first = await service.error()
    service.now += 0.25
    second = await service.error()

    assert service.asked == "abc"
    assert (type(first), first.retry_after, first.headers) == (RateLimited, 20.5, {"retry-after": "21"})
    assert second.retry_after == 20.25
    assert "none of the 3 Gemini keys" in second.message
    assert second.message.endswith("y")


async def test_a_delay_that_is_not_said_is_told_as_the_bridge_s_own():
    service = Service("a", "b")
    service.refused = {"a": UNSAID, "b": UNSAID}

    assert (await service.error()).retry_after == 60


async def test_when_none_is_a_key_that_is_said():
    service = Service("a", "b")
    service.refused = {"a": BAD, "b": BAD}

    error = await service.error()
    assert (type(error), error.headers) == (Unauthenticated, {"x-should-retry": "false"})


async def test_a_delay_of_nothing_is_one_try_a_key():
    service = Service("a", "b")
    service.refused = dict.fromkeys("ab", RateLimited("x", retry_after=0.0))

    assert (await service.error()).retry_after == 0
    assert service.asked == "ab"


async def test_what_is_no_fault_of_the_key_is_asked_with_no_other():
    service = Service("a", "b")
    service.refused = {"a": InvalidRequest("What?")}

    assert type(await service.error()) is InvalidRequest
    assert await service.error() is service.refused["a"]
    assert service.asked == "aa"


@pytest.mark.parametrize("error", [MINUTE, DAY, BAD])
async def test_a_lone_key_never_rests(error):
    service = Service("a")
    service.refused = {"a": error}

    assert await service.error() is error
    service.refused = {}
    assert await service.answer() == "a"


async def test_nobody_need_listen():
    service = Service("a", "b")
    service.refused = {"a": MINUTE}

    assert await service.keys.use("m", service._ask) == "b"


async def test_without_a_key_it_is_asked_with_none():
    async def ask(key):
        return key

    assert await Keys(()).use("m", ask) is None


async def test_people_read_a_key_s_place_and_never_the_key(caplog):
    caplog.set_level(logging.DEBUG)
    service = Service("AIza-one", "AIza-two")
    service.refused = {"AIza-one": MINUTE, "AIza-two": BAD}
    error = await service.error()

    assert "key 1 of 2" in caplog.text
    assert "key 2 of 2" in caplog.text
    assert "AIza" not in "".join([caplog.text, str(service.notes), repr(error), repr(vars(service.keys))])


async def test_a_resting_key_does_not_keep_the_request_it_failed_for():
    service = Service("a", "b")
    service.refused = {"a": MINUTE, "b": MINUTE}
    await service.error()

    assert [rest.error.__traceback__ for rest in service.keys._resting.values()] == [None, None]
