"""Tool schemas in the dialect that the target takes: nothing it refuses, and as little lost as can be."""

from .compile import compile_schema
from .compiled import Change, Compiled, Uncompilable
from .fit import fit_request
from .restore import transform_stream

__all__ = ["Change", "Compiled", "Uncompilable", "compile_schema", "fit_request", "transform_stream"]
