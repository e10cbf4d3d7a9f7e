"""A request's way through the plugins, stage by stage, as values."""

from .diff import Change
from .events import StreamStage
from .explanation import Asking, AttemptStages, Explanation, RequestFacts, WrapStage
from .files import captured, recorded
from .schemas import SchemaChange, ToolSchema
from .trail import Decision, Stage
from .walk import HOOKS, explain

__all__ = [
    "HOOKS",
    "Asking",
    "AttemptStages",
    "Change",
    "Decision",
    "Explanation",
    "RequestFacts",
    "SchemaChange",
    "Stage",
    "StreamStage",
    "ToolSchema",
    "WrapStage",
    "captured",
    "explain",
    "recorded",
]
