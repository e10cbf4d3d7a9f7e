"""A simulated OpenAI-compatible service, for tests, and for whoever writes a plugin.

A real HTTP server on loopback that refuses what chat completions refuse:

    async with SimulatedOpenAI() as service:
        service.reply({"text": "Hello."})
        ...                                   # point the client at service.url + "/v1"
        assert service.violations == []
"""

from cgb.testing.openai_server.server import Call, SimulatedOpenAI
from cgb.testing.openai_server.steps import Step

__all__ = ["Call", "SimulatedOpenAI", "Step"]
