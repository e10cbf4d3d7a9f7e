"""Plugins of other people's, installed for a test."""

import sys

import pytest


@pytest.fixture
def hook():
    """The code of a plugin that is as it should be."""
    return "from cgb import hookimpl\n\n\n@hookimpl\ndef list_models():\n    return []\n"


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install distributions that hold plugins and sets: `install("dist", plugins={"name": code}, sets={…})`."""
    monkeypatch.syspath_prepend(tmp_path)
    made = []

    def _install(distribution, plugins=None, sets=None, module=None, requires=()):
        stem = distribution.replace("-", "_")
        lines = ["[cgb]"]
        for name, code in (plugins or {}).items():
            own = module or f"{stem}_{name.replace('-', '_')}"
            (tmp_path / f"{own}.py").write_text(code)
            made.append(own)
            lines.append(f"{name} = {own}")
        lines.append("[cgb.sets]")
        for name, members in (sets or {}).items():
            own = f"{stem}_set_{name.replace('-', '_')}"
            (tmp_path / f"{own}.py").write_text(f"MEMBERS = {members!r}\n")
            made.append(own)
            lines.append(f"{name} = {own}:MEMBERS")
        info = tmp_path / f"{stem}-1.2.dist-info"
        info.mkdir()
        needed = "".join(f"Requires-Dist: {one}\n" for one in requires)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n{needed}")
        (info / "entry_points.txt").write_text("\n".join(lines))

    yield _install
    for name in made:
        sys.modules.pop(name, None)
