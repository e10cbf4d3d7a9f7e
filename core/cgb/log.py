"""Where cgb logs."""

import logging

log = logging.getLogger("cgb")
"""The bridge's log."""

requests = logging.getLogger("cgb.requests")
"""One entry for each finished request, with its `record` and `ctx`."""
