"""The page of the test kit: every file on it is written and run, and every name on it is there."""

import re
import subprocess
import sys
from pathlib import Path

from cgb.hooks import HOOKS
from cgb.testing import strategies

PAGE = (Path(__file__).parents[2] / "docs/testing.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^`(?P<file>[\w./]+)`:\n\n```python\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


def test_every_file_on_the_page_runs(tmp_path: Path) -> None:
    files = {match["file"]: match["text"] for match in BLOCK.finditer(PAGE)}
    assert len(files) == PAGE.count("```python")
    for file, text in files.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{sum(text.count('def test_') for text in files.values())} passed" in done.stdout


def test_every_strategy_is_on_the_page() -> None:
    table = PAGE.partition("| strategy |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+)\(", table)) == set(strategies.__all__)


def test_every_hook_is_on_the_page() -> None:
    table = PAGE.partition("| hook |")[2].partition("\n\n")[0]
    assert set(HOOKS) <= set(re.findall(r"`(\w+)`", table))
