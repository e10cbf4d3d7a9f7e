"""LiteLLM itself: imported by the first request that needs it, in a thread, and told to be quiet."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
import time
from importlib import import_module
from ssl import SSLContext
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

log = logging.getLogger("cgb.litellm")

_LOGGERS = ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy")
_TALKATIVE = ("httpx", "openai")
_HANDLER = "litellm.llms.custom_httpx.http_handler"


class Loader:
    """Imports LiteLLM once, however many requests wait for it: the import takes seconds and some 170 MB."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._module: ModuleType | None = None

    async def __call__(self) -> Any:
        """The module; the event loop goes on while it is imported."""
        async with self._lock:
            if self._module is None:
                self._module = await asyncio.to_thread(_load)
        return self._module


def loaded() -> Any:
    """The module, if somebody needed it already; None otherwise, for nobody waits for facts that long."""
    module = sys.modules.get("litellm")
    # While another thread imports it, the module is there but not whole.
    return module if getattr(module, "acompletion", None) is not None else None


def one_try(patience_s: float) -> Any:
    """A client for Gemini that is ours to close, and sends each request once.

    LiteLLM's own is shared between event loops, and repeats what broke off before an answer, unseen by the ladder.
    """
    handler = import_module(_HANDLER).AsyncHTTPHandler
    own = {"create_client": _create_client, "single_connection_post_request": _raise_again}
    return type("OneTry", (handler,), own)(timeout=patience_s)


def _create_client(handler: Any, *args: Any, **settings: Any) -> Any:
    """Have aiohttp send, at half of httpx's cost; where nothing is repeated, LiteLLM loses no session of it."""
    module = import_module(_HANDLER)
    tls = module.get_ssl_configuration(settings.get("ssl_verify"))
    choice = {"ssl_context" if isinstance(tls, SSLContext) else "ssl_verify": tls}
    # A new one each time: LiteLLM makes and closes a second client where a connection fails, and its transport with it.
    handler.transport = handler.create_aiohttp_transport(**choice)
    return module.AsyncHTTPHandler.create_client(handler, *args, **settings)


async def _raise_again(_handler: Any, **_request: Any) -> None:
    """Called by LiteLLM where it handles the failure of the first try."""
    raise  # noqa: PLE0704 - see above


def _load() -> ModuleType:
    # Otherwise LiteLLM fetches its table of prices from the network, at import.
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    before = loaded()
    began = time.monotonic()
    if before is None:
        log.info("importing LiteLLM for the first request that needs it; this takes some seconds")
    module = import_module("litellm")
    _quieten(module)
    if before is None:
        # A full collection would stop all streams for 0.2 s with LiteLLM's 300,000 objects in it.
        gc.freeze()
        log.info("LiteLLM was imported in %.1f s", time.monotonic() - began)
    return module


def _quieten(module: Any) -> None:
    """No telemetry, no hints on stdout, no lines of its own in our log: they repeat prompts and keys."""
    module.suppress_debug_info = True
    module.telemetry = False
    module.drop_params = True
    # LiteLLM loses sessions of aiohttp when a connection breaks, and never closes them; httpx's it closes.
    module.disable_aiohttp_transport = True
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers = [logging.NullHandler()]
        logger.propagate = False
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.WARNING)
