from contextlib import asynccontextmanager

import pytest

from cgb.server.lifespan import lifespan


async def told(life):
    """What the server hears of a life, and what is raised out of it."""
    sent = []

    async def receive():
        return {"type": "lifespan.whatever"}

    async def send(message):
        sent.append(message)

    try:
        await lifespan(life, receive, send)
    except RuntimeError as error:
        return sent, error
    return sent, None


async def test_start_and_end_are_told():
    lived = []

    @asynccontextmanager
    async def life():
        lived.append("begun")
        yield
        lived.append("ended")

    sent, error = await told(life)
    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert lived == ["begun", "ended"]
    assert error is None


@pytest.mark.parametrize(("lives", "stage"), [(False, "startup"), (True, "shutdown")])
async def test_a_failure_is_told_and_raised(lives, stage):
    @asynccontextmanager
    async def life():
        if lives:
            yield
        raise RuntimeError("No.")

    sent, error = await told(life)
    assert sent[-1]["type"] == f"lifespan.{stage}.failed"
    assert "RuntimeError: No." in sent[-1]["message"]
    assert str(error) == "No."
