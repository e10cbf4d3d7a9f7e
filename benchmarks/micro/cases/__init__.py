"""What is measured, be it in seconds or in instructions."""

from . import answers, chains, requests, schemas, server
from .case import Case, Once
from .reference import REFERENCE

__all__ = ["CASES", "REFERENCE", "Case", "Once"]

CASES: dict[str, Case] = {
    case.name: case for part in (requests, schemas, answers, chains, server) for case in part.CASES
}
"""By name."""
