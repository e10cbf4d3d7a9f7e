"""Find, select, order and check plugins."""

from .found import GROUP, SETS_GROUP, Found, installed
from .loading import Plugin, load, manager
from .selection import members, select
from .traps import check

__all__ = ["GROUP", "SETS_GROUP", "Found", "Plugin", "check", "installed", "load", "manager", "members", "select"]
