"""How a server's memory is searched for garbage."""

import gc

_ALLOCATIONS = 20_000
"""After so many more objects than were freed: one request of Claude Code's size makes thousands, and all are in use."""


def postpone() -> None:
    """Do not look while the server starts: what it loads stays, and looking would be a fifth of the work."""
    gc.disable()


def settle() -> None:
    """Leave alone what the start has loaded, which stays, and look less often for what is in a circle."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, *gc.get_threshold()[1:])
    gc.enable()
