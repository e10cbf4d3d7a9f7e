"""The page of the public API: `uv run python -m tests.docs.api_page > docs/api.md`."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

PACKAGES = {
    "cgb": "What a plugin imports.",
    "cgb.messages": "The vocabulary of the Anthropic Messages API, and what helps to read and write it.",
    "cgb.upstream": "HTTP towards a provider, for transports.",
    "cgb.pieces": "What any model can read of a block, for transports.",
    "cgb.sse": "Server-sent events, for transports.",
    "cgb.testing": "What a plugin's tests import; `pip install 'claude-gemini-bridge[testing]'`.",
}

_ROOT = Path(__file__).parents[2] / "core"

_INTRODUCTION = """\
# The public API

Every name that a plugin may import; whatever is not here may change at any time. Generated from the docstrings by
`uv run python -m tests.docs.api_page > docs/api.md`; the tests compare the two, so that no name comes or goes unseen.
What is done before one goes: [deprecations.md](deprecations.md). What a plugin implements: [hooks.md](hooks.md).
"""


@dataclass(frozen=True)
class Documented:
    """A name, with the file that defines it and what its docstring says first."""

    name: str
    file: Path
    text: str


def page() -> str:
    """The whole page."""
    return "\n".join([_INTRODUCTION, *(_section(package, text) for package, text in PACKAGES.items())])


def documented(package: str) -> list[Documented]:
    """The public names of a package."""
    module = import_module(package)
    file = Path(str(module.__file__))
    return [_documented(name, file) for name in module.__all__]


def _section(package: str, text: str) -> str:
    names = documented(package)
    files = dict.fromkeys(one.file for one in sorted(names, key=lambda one: one.file))
    groups = [_group(file, [one for one in names if one.file == file]) for file in files]
    return "\n".join([f"## {package}\n\n{text}\n", *groups])


def _group(file: Path, names: list[Documented]) -> str:
    purpose = _first(ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))))
    rows = [f"| `{one.name}` | {one.text} |" for one in names]
    return "\n".join([f"**{purpose}**\n", "| name | what it is |", "|---|---|", *rows, ""])


def _documented(name: str, file: Path) -> Documented:
    """Where a name is defined: in that file, or in the one from which it is imported there."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        if name in _names(node):
            return Documented(name, file, _first(_docstring(node, after)))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and name in {alias.name for alias in node.names}:
            return _documented(name, _file(node, file))
    raise AssertionError(f"{file} neither defines nor imports {name}")


def _file(node: ast.ImportFrom, file: Path) -> Path:
    above = file.parents[node.level - 1] if node.level else _ROOT
    found = above.joinpath(*(node.module or "").split("."))
    return found / "__init__.py" if found.is_dir() else found.with_suffix(".py")


def _names(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield name
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
            yield name


def _docstring(node: ast.stmt, after: ast.stmt | None) -> str | None:
    """A class's or function's own; of a value, the string that follows it."""
    match node, after:
        case (ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef()) as defined, _:
            return ast.get_docstring(defined)
        case _, ast.Expr(ast.Constant(str() as text)):
            return text
        case _:
            return None


def _first(docstring: str | None) -> str:
    """The first paragraph, on one line."""
    return " ".join((docstring or "").partition("\n\n")[0].split())


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - that is what it is for
