"""What LiteLLM cannot carry, out of the table that the suite of all transports asserts."""

from tests.plugins.conformance.carriers import ALL, Carrier
from tests.plugins.conformance.losses import LOSSES, Loss

_HEAD = """\
## What LiteLLM cannot carry

One suite of statements is tested on the transport `gemini`, on Gemini through `litellm`, and on a service that speaks
like OpenAI through `litellm`, streamed and unstreamed. This is all in which it finds `litellm` to do less; a loss that
disappears fails that suite as much as a new one.

| | where | what becomes of it |
|---|---|---|"""


def section() -> str:
    """The section of the page."""
    rows = [f"| {loss.subject} | {where} | {loss.words} |" for loss in LOSSES if (where := _where(loss))]
    return "\n".join([_HEAD, *rows, ""])


def _where(loss: Loss) -> str:
    """The models it concerns; "" where LiteLLM has no part in it."""
    ways = [way for way in ALL if way.transport == "litellm" and loss.concerns(way)]
    services = {way.service for way in ways}
    named = " and ".join(filter(None, (_gemini(ways), "OpenAI" if "openai" in services else "")))
    return f"{named}, unstreamed" if ways and all(way.is_whole for way in ways) else named


def _gemini(ways: list[Carrier]) -> str:
    """Gemini, with its generations where not all are concerned."""
    generations = {way.label.rpartition("-")[2]: None for way in ways if way.service == "gemini"}
    known = {way.label for way in ALL if way.service == "gemini" and way.transport == "litellm"}
    if not generations or len(generations) == len(known):
        return "Gemini" if generations else ""
    return f"Gemini {', '.join(generations)}"
