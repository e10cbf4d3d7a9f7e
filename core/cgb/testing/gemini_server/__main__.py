"""`python -m cgb.testing.gemini_server --port 8080`: the simulated service by itself."""

from __future__ import annotations

import argparse
import asyncio
import sys

from cgb.testing.gemini_server.server import SimulatedGemini


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m cgb.testing.gemini_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--api-key", help="the only key that is accepted; any is by default")
    parser.add_argument("--demo", action="store_true", help="say in each answer that no model is behind it")
    parser.add_argument("--chunk-delay", type=float, default=0.0, help="seconds before each piece")
    options = parser.parse_args()
    try:
        asyncio.run(_serve(options))
    except KeyboardInterrupt:
        parser.exit(0)


async def _serve(options: argparse.Namespace) -> None:
    service = SimulatedGemini(options.api_key, demo=options.demo, chunk_delay_s=options.chunk_delay, port=options.port)
    async with service:
        sys.stdout.write(f"Simulated Gemini on {service.url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    main()
