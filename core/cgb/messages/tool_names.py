"""Tool names that a provider accepts, and the way back to the client's own."""

import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2s

_ILLEGAL = re.compile(r"[^a-zA-Z0-9_.\-]")
_HASHED = re.compile(r"_x[0-9a-f]{8}\Z")
_PREFIX = re.compile(r"[.:]")
_HASH_LENGTH = 8


@lru_cache(maxsize=4096)
def legal_name(name: str, limit: int = 64) -> str:
    """A name of letters, digits, `_`, `.` and `-`, that begins with a letter or `_`, within `limit` characters.

    A legal name stays as it is. Any other ends in a hash of the whole (also one that looks as if it
    did already), so that two names never become one, and the same name always becomes the same.
    """
    clean = _ILLEGAL.sub("_", name)
    if not clean or not (clean[0].isalpha() or clean[0] == "_"):
        clean = "_" + clean
    if clean == name and len(name) <= limit and not _HASHED.search(name):
        return name
    digest = blake2s(name.encode("utf-8", "surrogatepass"), digest_size=_HASH_LENGTH // 2).hexdigest()
    return f"{clean[: limit - _HASH_LENGTH - 2]}_x{digest}"


class ToolNames:
    """The two-way map for one request: made from the names the client declares, the same for the same names."""

    def __init__(self, names: Iterable[str], limit: int = 64) -> None:
        self._limit = limit
        self._to_client = {legal_name(name, limit): name for name in names}

    def to_upstream(self, name: str) -> str:
        """The client's name as the provider gets it; also for names in the history that are no longer declared."""
        return legal_name(name, self._limit)

    def to_client(self, name: str) -> str:
        """The provider's name as the client knows it.

        Gemini sometimes calls `default_api:Bash` for `Bash` (Gemini API contract, response shape):
        a prefix is taken off where what is left is a declared tool.
        """
        ends = (name[mark.end() :] for mark in _PREFIX.finditer(name))
        return next((self._to_client[end] for end in (name, *ends) if end in self._to_client), name)
