from pathlib import Path

from cgb.hooks import HOOKS
from cgb_cli.hooks_page import markdown

EXAMPLES = Path(__file__).parents[2] / "docs" / "hooks"


def test_it_prints_the_table_or_the_page(invoke):
    shown = invoke("plugins", "hooks")
    assert shown.exit_code == 0
    assert all(name in shown.output for name in HOOKS)
    assert invoke("plugins", "hooks", "--markdown", str(EXAMPLES)).output == markdown(EXAMPLES)
