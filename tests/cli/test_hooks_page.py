from pathlib import Path

from cgb.hooks import HOOKS
from cgb_cli.hooks_page import markdown, table

EXAMPLES = Path(__file__).parents[2] / "docs" / "hooks"


def test_every_hook_is_in_the_table_with_when_it_is_called():
    rows = list(table())
    assert tuple(name for name, _, _ in rows) == HOOKS
    assert all(when and kind for _, when, kind in rows)


def test_the_page_has_each_hooks_text_and_example():
    page = markdown(EXAMPLES)
    for name in HOOKS:
        assert f"## {name}\n" in page
        assert (EXAMPLES / f"{name}.py").read_text() in page
