"""What a server answers, and what to say of an error that it does not explain."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import SecretStr

    from .chunks import Chunks

_LONGEST = 1_000_000
"""How many bytes of an error's explanation are read."""

_MARKUP = re.compile(r"<[!/a-z]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answers.

    Attributes:
        status: HTTP's.
        headers: names in lower case.
        chunks: the body as it arrives.
    """

    status: int
    headers: Mapping[str, str]
    chunks: Chunks

    async def read(self) -> bytes:
        """The whole body.

        Raises:
            ApiError: it did not come whole.
        """
        return b"".join([chunk async for chunk in self.chunks])

    async def explanation(self, *secrets: SecretStr | None) -> bytes:
        """What came of an error's body, up to a limit, and without the secrets, which it may repeat."""
        said = b""
        with suppress(ApiError):
            async for chunk in self.chunks:
                said += chunk
                if len(said) > _LONGEST:
                    break
        for secret in secrets:
            if secret:
                said = said.replace(secret.get_secret_value().encode(), b"[key]")
        return said


def unexplained(status: int, body: bytes) -> str:
    """What to say of an error that is none of the server's: a line of text may help, a web page does not."""
    text = " ".join(body.decode("utf-8", "replace").split())
    if not text:
        return f"HTTP {status} without an explanation."
    if _MARKUP.search(text):
        return f"HTTP {status} with a web page in place of an explanation, as a proxy or gateway on the way sends it."
    return f"HTTP {status}: {text}"
