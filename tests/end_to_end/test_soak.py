"""A short soak, as `benchmarks/soak.py` runs it: the real server under faults, and nothing wrong or left behind."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SWAPPING = """
from cgb import TextDelta, hookimpl

@hookimpl
async def transform_stream(events):
    async for event in events:
        yield TextDelta(event.index, event.text.replace("w3 ", "w4 ")) if isinstance(event, TextDelta) else event
"""


def soak(*options: str) -> tuple[int, str]:
    """The exit code of a soak, and what it printed."""
    command = [sys.executable, str(ROOT / "benchmarks" / "soak.py"), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr


def test_conversations_at_once_under_faults() -> None:
    code, said = soak("--conversations", "40", "--at-once", "32")
    assert code == 0, said


def test_a_soak_notices_a_single_swapped_character(tmp_path: Path) -> None:
    (tmp_path / "swapping.py").write_text(SWAPPING)
    code, said = soak("--conversations", "5", "--plugins", f"default,{tmp_path / 'swapping.py'}")
    assert code == 1, said
    assert "FAILED: Conversation" in said
