"""Every source file has its test file, and every test file its source."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = {"core/cgb": "tests/core", "plugins/cgb_plugins": "tests/plugins", "cli/cgb_cli": "tests/cli"}
WITHOUT = {"__init__", "__main__"}


def modules(folder):
    return sorted(path for path in (ROOT / folder).rglob("*.py") if path.stem not in WITHOUT)


def test_of(path, folder):
    inside = path.relative_to(ROOT / folder)
    return ROOT / SOURCES[folder] / inside.parent / f"test_{inside.name}"


test_of.__test__ = False


@pytest.mark.parametrize("folder", SOURCES)
def test_each_source_file_has_its_test_file(folder):
    missing = [test_of(path, folder) for path in modules(folder) if not test_of(path, folder).is_file()]
    assert [str(path.relative_to(ROOT)) for path in missing] == []


@pytest.mark.parametrize("folder", SOURCES)
def test_each_source_file_says_what_it_is_for(folder):
    silent = [path for path in (ROOT / folder).rglob("*.py") if not path.read_text(encoding="utf-8").startswith('"""')]
    assert [str(path.relative_to(ROOT)) for path in silent] == []


@pytest.mark.parametrize("folder", SOURCES)
def test_no_source_file_is_long(folder):
    long = {path.name: lines for path in modules(folder) if (lines := len(path.read_text("utf-8").splitlines())) > 250}
    assert long == {}
