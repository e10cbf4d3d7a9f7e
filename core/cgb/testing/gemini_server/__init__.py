"""A simulated Gemini API, for tests, for demos, and for whoever writes a plugin.

A real HTTP server on loopback that rejects what the real service rejects, in the service's own words:

    async with SimulatedGemini() as gemini:
        gemini.reply({"text": "Hello."})
        ...                                   # point the client at gemini.url
        assert gemini.violations == []

`SimulatedGemini(faults=Chaos(["cut", "unavailable"], every=3))` lets every third answer go wrong; `faults.FAULTS` is
the catalogue.
"""

from cgb.testing.gemini_server.calls import Call, Violation
from cgb.testing.gemini_server.chaos import Chaos
from cgb.testing.gemini_server.scripts import Step
from cgb.testing.gemini_server.server import SimulatedGemini

__all__ = ["Call", "Chaos", "SimulatedGemini", "Step", "Violation"]
