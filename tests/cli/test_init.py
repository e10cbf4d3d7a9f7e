"""A project's CLAUDE.md gains one part, and loses nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from cgb.errors import ConfigError
from cgb_cli.app import app
from cgb_cli.init import renewed
from cgb_plugins.gemini_guidance import GUIDANCE

PART = renewed("", "CLAUDE.md")


def run(*args):
    return CliRunner().invoke(app, ["init", *map(str, args)])


def test_a_project_without_one_gets_one(tmp_path):
    done = run(tmp_path)
    assert (done.exit_code, done.output) == (0, f"{tmp_path}/CLAUDE.md: created.\n")
    assert GUIDANCE in (tmp_path / "CLAUDE.md").read_text()


def test_the_project_is_the_folder_one_is_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run().output == "CLAUDE.md: created.\n"
    assert (tmp_path / "CLAUDE.md").read_text() == PART


def test_what_stands_there_stays(tmp_path):
    page = tmp_path / "CLAUDE.md"
    page.write_text("# My project\n\nUse tabs.\n")
    assert run(tmp_path).output == f"{page}: added a part.\n"
    assert page.read_text() == f"# My project\n\nUse tabs.\n\n{PART}"


def test_again_changes_nothing(tmp_path):
    run(tmp_path)
    page = tmp_path / "CLAUDE.md"
    before = page.read_bytes(), page.stat().st_mtime_ns
    assert run(tmp_path).output == f"{page}: is up to date.\n"
    assert (page.read_bytes(), page.stat().st_mtime_ns) == before


def test_an_older_part_is_renewed_in_its_place(tmp_path):
    page = tmp_path / "CLAUDE.md"
    page.write_text(f"Before.\n\n{PART}\nBehind.\n".replace(GUIDANCE, "- As it was.\n"))
    assert run(tmp_path).output == f"{page}: renewed the part for Gemini.\n"
    assert page.read_text() == f"Before.\n\n{PART}\nBehind.\n"


@given(st.text(st.sampled_from("ab \n\r\ufeff<!-é"), max_size=30))
def test_any_page_keeps_all_it_says_and_gains_the_part_once(page):
    once = renewed(page, "CLAUDE.md")
    assert once.startswith(page)
    assert once.count("## When Gemini answers") == 1
    assert renewed(once, "CLAUDE.md") == once


def test_line_ends_are_the_pages_own():
    once = renewed("One.\r\n", "CLAUDE.md")
    assert once.count("\n") == once.count("\r\n")


@pytest.mark.parametrize("line", [0, -1])
def test_half_a_part_is_not_guessed_at(line):
    lines = PART.splitlines()
    del lines[line]
    with pytest.raises(ConfigError, match="not a pair"):
        renewed("\n".join(lines), "CLAUDE.md")


def test_marks_in_the_wrong_order_are_not_guessed_at():
    with pytest.raises(ConfigError, match="not a pair"):
        renewed("\n".join(reversed(PART.splitlines())), "CLAUDE.md")


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_what_cannot_be_done_is_told_in_one_line(tmp_path, content):
    if content:
        (tmp_path / "CLAUDE.md").write_bytes(content)
        done = run(tmp_path)
    else:
        done = run(tmp_path / "nowhere")
    assert done.exit_code == 2
    assert done.output.count("\n") == 1
    assert ("not UTF-8" if content else "cannot be written: No such file") in done.output
