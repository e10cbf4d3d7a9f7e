"""Nothing in the repository tells of a machine or opens a door."""

import re
import subprocess
from pathlib import Path

import pytest

from ..fixtures import captured

ROOT = Path(__file__).parents[2]

# Written so that this file does not match itself.
MACHINE = re.compile(r"(?<![\w.])/(?:wor[k]|roo[t]|User[s]|hom[e])/(?!(?:user|me)\b)[\w.-]+")
SECRET = re.compile(
    r"AIz[a][0-9A-Za-z_-]{35}"
    r"|sk-an[t]-[0-9A-Za-z_-]{20,}"
    r"|\bsk-[0-9A-Za-z]{32,}"
    r"|gh[pousr]_[0-9A-Za-z]{36}"
    r"|github_pa[t]_\w{20,}"
    r"|AKI[A][0-9A-Z]{16}"
    r"|ya2[9]\.[\w-]{20,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KE[Y]-----"
    r"|eyJ[\w-]{20,}\.eyJ[\w-]{20,}\."
)


def files():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return sorted({ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()})


def found(pattern):
    places = {}
    for path in files():
        text = path.read_bytes().decode("utf-8", "replace")
        if hits := sorted(set(pattern.findall(text))):
            places[path.relative_to(ROOT).as_posix()] = hits
    return places


def test_no_machine_paths():
    assert found(MACHINE) == {}


def test_no_secrets():
    assert found(SECRET) == {}


@pytest.mark.parametrize("pattern", [MACHINE, SECRET])
def test_captured_requests_hold_neither(pattern):
    for one in captured().values():
        assert pattern.findall(one.body.decode()) == []
        assert pattern.findall(repr(one.headers)) == []
        assert one.headers.get("authorization", "<redacted>") == "<redacted>"
        assert one.headers.get("x-api-key", "<redacted>") == "<redacted>"


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (MACHINE, "/hom" + "e/somebody/x"),
        (MACHINE, "see /wor" + "k/main"),
        (SECRET, "AIz" + "a" + "x" * 35),
        (SECRET, "sk-an" + "t-" + "x" * 30),
    ],
)
def test_the_patterns_find_what_they_should(pattern, text):
    assert pattern.search(text)
