"""The ends of LiteLLM's streams."""

import pytest

from cgb_plugins.litellm.native import Ending


class Frames:
    """What LiteLLM reads Gemini's frames with."""

    cumulative_tool_call_index = 0

    def chunk_parser(self, chunk):
        return f"parsed {chunk.get('n')}"


class Stream:
    """As much of one of LiteLLM's streams as is looked at."""

    def __init__(self, frames=None, received=None, passing=None):
        self.completion_stream = None
        self.received_finish_reason, self.intermittent_finish_reason = received, passing
        self._frames = frames

    async def fetch_stream(self):
        self.completion_stream = self._frames
        return self._frames


async def ended(*frames, stream=None):
    reader = Frames()
    ending = Ending(stream or Stream(reader, passing="stop"))
    await ending.opened()
    assert [reader.chunk_parser(chunk=one) for one in frames] == [f"parsed {one.get('n')}" for one in frames]
    return ending


async def test_a_stream_of_gemini_s_that_broke_off():
    """LiteLLM says `stop` after each chunk."""
    ending = await ended({"n": 1, "candidates": [{"content": {}}]})

    assert not ending.is_known
    assert ending.found()["reason"] == ""


async def test_gemini_s_own_words():
    ending = await ended({"candidates": [{"finishReason": "MALFORMED_FUNCTION_CALL", "finishMessage": "why"}]}, {})

    assert ending.found() == {"reason": "stop", "native": "MALFORMED_FUNCTION_CALL", "detail": "why"}


async def test_a_prompt_that_was_blocked():
    ending = await ended({"promptFeedback": {"blockReason": "SAFETY"}})

    assert ending.found() == {"reason": "content_filter", "native": "SAFETY", "detail": ""}


@pytest.mark.parametrize(
    ("received", "passing", "reason"), [("length", "stop", "length"), (None, "stop", "stop"), (None, None, "")]
)
async def test_any_other_stream(received, passing, reason):
    ending = await ended(stream=Stream(object(), received, passing))

    assert ending.found()["reason"] == reason


async def test_something_that_is_no_stream_of_litellm_s():
    ending = Ending(object())
    await ending.opened()

    assert not ending.is_known
