"""Who may know whom."""

import ast
import re
import subprocess
import sys
from pathlib import Path

from cgb.plugins import installed

ROOT = Path(__file__).parents[2]
CORE = ROOT / "core" / "cgb"
PROVIDERS = re.compile(r"gemini|litellm|openai|vertex|google", re.IGNORECASE)
OWN_NAME = "claude-gemini-bridge"
DIALECT = "gemini-json-schema"
"""A neutral fact about a target, called after who made the dialect up."""

DISCOVERY = ("server/models.py", "anthropic")
"""How ids begin that Claude Code's discovery keeps: the client's rule, which no plugin has a part in."""

CITING = {"transport.py", "settings.py", "messages/tool_names.py", "messages/turns.py"}
"""Whose docstrings cite a provider, because what they say is about its wire or shown by its example."""


def core_files():
    """The core's files, without the test kit, which alone may name providers."""
    return {
        path.relative_to(CORE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(CORE.rglob("*.py"))
        if "testing" not in path.relative_to(CORE).parts
    }


def docstrings(tree):
    """The string constants that are statements of their own."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def words(tree):
    """Every name and every string that the program reads, not what people read."""
    prose = docstrings(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str() as text) if id(node) not in prose:
                yield text
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name


def test_import_contracts_hold():
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken." in done.stdout


def test_the_core_names_no_provider():
    named = {(path, word) for path, tree in core_files().items() for word in words(tree) if PROVIDERS.search(word)}
    assert {word for _, word in named} <= {OWN_NAME, DIALECT}


def test_only_where_it_must_does_the_core_cite_a_provider():
    citing = set()
    for path, tree in core_files().items():
        prose = docstrings(tree)
        texts = [node.value for node in ast.walk(tree) if id(node) in prose and isinstance(node, ast.Constant)]
        if any(PROVIDERS.search(text) for text in texts if isinstance(text, str)):
            citing.add(path)
    assert citing == CITING


def test_the_core_names_no_bundled_plugin():
    bundled = {found.name for found in installed().values() if found.distribution == OWN_NAME}
    assert {"gemini", "model-map", "stream-repair"} <= bundled
    named = {(path, word) for path, tree in core_files().items() for word in words(tree) if word in bundled}
    assert named == {DISCOVERY}


def test_only_the_test_kit_imports_the_test_kit():
    for path, tree in core_files().items():
        assert not [word for word in words(tree) if word.startswith(("cgb.testing", "testing"))], path
