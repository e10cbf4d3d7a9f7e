"""What an answer on the wire is made of: good frames, and what a fault puts among them."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - a dataclass field
from dataclasses import dataclass
from typing import TypeAlias

from cgb.testing.gemini_server.calls import Json  # noqa: TC001 - the same
from cgb.testing.gemini_server.errors import GoogleError  # noqa: TC001 - the same


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a stream."""

    body: Json


@dataclass(frozen=True, slots=True)
class ErrorFrame:
    """An error after the status was already 200: as an event, or `bare` without any `data:`."""

    error: GoogleError
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes as they are, in an HTTP chunk of their own."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Torn:
    """The beginning of an HTTP chunk that was announced longer."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Headers:
    """Headers other than the usual ones; comes before everything else."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer of its own, in place of the whole stream."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection breaks: closed without the last HTTP chunk, or `reset`; with `headers`, after these."""

    reset: bool = False
    headers: bool = False


@dataclass(frozen=True, slots=True)
class Hang:
    """Nothing more comes, until the client leaves."""

    headers: bool = True


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing comes for some seconds."""

    seconds: float
    headers: bool = True


Event: TypeAlias = Frame | ErrorFrame | Raw | Torn | Headers | Reply | Cut | Hang | Pause
