from io import StringIO
from types import SimpleNamespace

from rich.console import Console

from cgb.explain import SchemaChange, ToolSchema
from cgb_cli.explain_schemas import shown


def printed(*schemas):
    console = Console(width=200, file=StringIO())
    for line in shown(SimpleNamespace(schemas=schemas)):
        console.print(line)
    return [" ".join(line.split()) for line in console.file.getvalue().splitlines()]


def test_a_row_for_each_change_and_the_sizes():
    weakened = SchemaChange("/properties/a", "pattern", "weakened")
    dropped = SchemaChange("", "$schema", "dropped")
    lines = printed(ToolSchema("grep", 1500, 900, (weakened, dropped)), ToolSchema("read", 10, 10))
    assert lines == [
        "tool bytes path keyword how",
        "grep 1,500 → 900 /properties/a pattern weakened",
        "(root) $schema dropped",
        "",
        "tools: 2, of them 1 with nothing lost, 1 with changes",
        "schemas: 1,510 → 910 bytes",
    ]


def test_tools_that_are_not_sent():
    quarantined = ToolSchema("bad", 20, None, left_out="/x: too deep")
    lines = printed(quarantined, ToolSchema("later", 30, None))
    assert lines[1] == "bad 20 left out: /x: too deep"
    assert "not sent: later" in lines
    assert lines[-1] == "schemas: 50 → 0 bytes"


def test_without_changes_there_is_no_table():
    assert printed(ToolSchema("a", 1, 1)) == [
        "tools: 1, of them 1 with nothing lost, 0 with changes",
        "schemas: 1 → 1 bytes",
    ]
