"""HTTP towards one server, for transports: pooled, bounded in time, and with errors that say what to set."""

from .chunks import Chunks
from .http import Upstream
from .response import Response, unexplained
from .settings import Address, UpstreamSettings

__all__ = ["Address", "Chunks", "Response", "Upstream", "UpstreamSettings", "unexplained"]
