"""A simulated Anthropic that refuses what the real Messages API refuses, and answers from a script."""

from .answers import Step
from .rules import Refused, check, signed
from .server import Call, SimulatedAnthropic

__all__ = ["Call", "Refused", "SimulatedAnthropic", "Step", "check", "signed"]
