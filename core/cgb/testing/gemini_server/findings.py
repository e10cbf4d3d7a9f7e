"""Collects what is wrong with a request; the service reports field rules together, other rules singly."""

from __future__ import annotations

from cgb.testing.gemini_server.calls import Violation
from cgb.testing.gemini_server.errors import GoogleError


class Findings:
    """The violations of one stage of validation."""

    def __init__(self, message: str = "GenerateContentRequest") -> None:
        self.violations: list[Violation] = []
        self._message = message
        self._listed: list[str] = []

    def field(self, rule: str, path: str, text: str) -> None:
        """A field rule: one of the lines that start with a star."""
        line = f"* {self._message}.{path}: {text}\n"
        self._listed.append(line)
        self.violations.append(Violation(rule, path, line))

    def add(self, rule: str, path: str, text: str) -> None:
        """Any other rule."""
        self.violations.append(Violation(rule, path, text))

    def stop(self) -> None:
        """400 if anything was found."""
        if self.violations:
            text = "".join(self._listed) or self.violations[0].text
            raise GoogleError(400, text, violations=self.violations)
