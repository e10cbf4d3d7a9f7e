from pathlib import Path

import pytest

from cgb import ConfigError
from cgb_cli.files import name_of, read


def test_a_file_is_read(tmp_path):
    (tmp_path / "x.json").write_bytes(b"{}")
    assert read(tmp_path / "x.json") == b"{}"
    assert name_of(Path("x.json")) == "x.json"


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.json: cannot be read: No such file or directory\."):
        read(tmp_path / "none.json")


def test_standard_input_has_a_name():
    assert name_of(Path("-")) == "standard input"
