"""LiteLLM's connections, which are its process's and not a transport's: who used them last closes them.

A changed configuration opens a transport before the old one has ended its last stream.
"""

import asyncio
import inspect
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

_USERS: WeakKeyDictionary[asyncio.AbstractEventLoop, set[object]] = WeakKeyDictionary()
"""Who may have requests under way in an event loop."""


def use(user: object) -> None:
    """Have the connections of this event loop stay open until the user lets go of them."""
    _USERS.setdefault(asyncio.get_running_loop(), set()).add(user)


async def let_go(user: object, module: Any) -> None:
    """Close the connections that LiteLLM made in this event loop, unless another user is left."""
    users = _USERS.get(asyncio.get_running_loop(), set())
    users.discard(user)
    if users:
        return
    for client in list(_clients(module.in_memory_llm_clients_cache)):
        with suppress(Exception):  # one that cannot be closed must not keep the others open
            closed = client.close()
            if inspect.isawaitable(closed):
                await closed


def _clients(cache: Any) -> Iterator[Any]:
    """The clients of this event loop, taken out of LiteLLM's cache."""
    loop = f"-{id(asyncio.get_running_loop())}"
    for key in [key for key in cache.cache_dict if key.endswith(loop)]:
        cache.ttl_dict.pop(key, None)
        client = cache.cache_dict.pop(key)
        if hasattr(client, "close"):
            yield client
