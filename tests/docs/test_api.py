"""The page of the public API is the generated one, and nothing on it is without a word."""

import re
import warnings
from importlib import import_module
from pathlib import Path

import pytest

import cgb

from .api_page import PACKAGES, documented, page

DOCS = Path(__file__).parents[2] / "docs"
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def test_the_page_is_the_generated_one() -> None:
    assert (DOCS / "api.md").read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_has_its_line(package: str) -> None:
    lines = (DOCS / "api.md").read_text(encoding="utf-8").partition(f"\n## {package}\n")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", lines, re.MULTILINE)) == sorted(import_module(package).__all__)


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_is_without_a_word(package: str) -> None:
    assert [one.name for one in documented(package) if not one.text] == []


def test_the_policy_names_the_version_there_is() -> None:
    assert f"CGB_API_VERSION = {cgb.API_VERSION}\n" in (DOCS / "deprecations.md").read_text(encoding="utf-8")


def test_the_public_api_warns_nobody() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for package in PACKAGES:
            assert [name for name in import_module(package).__all__ if not hasattr(import_module(package), name)] == []


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_the_index_knows_every_page_and_every_link_leads_somewhere(path: Path) -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    assert path.name == "README.md" or f"| [{path.name}]({path.name}) | " in index
    links = _LINK.findall(path.read_text(encoding="utf-8"))
    assert [link for link in links if not (DOCS / link).exists()] == []
