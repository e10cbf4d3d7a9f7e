"""HTTP towards one server, for transports: pooled, bounded in time, and with errors that say what to set."""

from .http import Upstream
from .response import Response, unexplained
from .settings import Address, UpstreamSettings

__all__ = ["Address", "Response", "Upstream", "UpstreamSettings", "unexplained"]
