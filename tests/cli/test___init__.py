import subprocess
import sys


def test_python_m_cgb_is_the_command(run):
    assert run("--version").stdout.startswith("cgb ")


def test_importing_the_command_line_imports_next_to_nothing():
    code = "import sys, cgb_cli; print(sorted({'cgb', 'typer', 'pydantic', 'asyncio'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
