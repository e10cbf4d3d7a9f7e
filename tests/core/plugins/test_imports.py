import sys

import pytest

from cgb import PluginError
from cgb.plugins.imports import explained, import_file, import_value


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit("x"), GeneratorExit("x"), BaseException("x")])
def test_whatever_is_raised_is_explained(error):
    with (
        pytest.raises(
            PluginError, match=rf"^it does not load: {type(error).__name__}: x \(test_imports\.py, line \d+\)$"
        ),
        explained("it"),
    ):
        raise error


def test_an_interrupt_is_no_failure():
    with pytest.raises(KeyboardInterrupt), explained("it"):
        raise KeyboardInterrupt


def test_a_file_hides_no_module_of_its_name(tmp_path):
    (tmp_path / "json.py").write_text("x = 1")
    assert import_file(tmp_path / "json.py").x == 1
    import json

    assert json.dumps(1) == "1"
    del sys.modules["cgb_file.json"]


def test_annotations_in_a_file_are_found(tmp_path):
    """Dataclasses and pydantic look for a class's module in sys.modules."""
    path = tmp_path / "with-annotations.py"
    path.write_text(
        "from __future__ import annotations\n"
        "from dataclasses import dataclass\n"
        "from cgb import Settings\n"
        "class Item(Settings):\n    name: str\n"
        "class Mine(Settings):\n    items: tuple[Item, ...] = ()\n"
        "@dataclass\nclass Data:\n    item: Item\n"
    )
    module = import_file(path)
    assert module.Mine(items=[{"name": "a"}]).items[0].name == "a"
    del sys.modules["cgb_file.with_annotations"]


def test_a_file_is_executed_anew_each_time(tmp_path):
    path = tmp_path / "counted.py"
    path.write_text("x = []")
    assert import_file(path).x is not import_file(path).x
    del sys.modules["cgb_file.counted"]


def test_what_is_no_python_file(tmp_path):
    (tmp_path / "x.txt").write_text("x = 1")
    with pytest.raises(ImportError, match="it is no Python file"):
        import_file(tmp_path / "x.txt")


def test_an_entry_point_names_a_module_or_an_object_in_one():
    assert import_value("json").__name__ == "json"
    assert import_value("json:decoder").__name__ == "json.decoder"
