"""The documentation: links that lead somewhere, and tables that say what the code says."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from desktop_app.cli_options import parser
from tests.test_architecture import MAY_IMPORT, ROOT

PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "packaging" / "README.md"]
)
named = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def anchors(page: Path) -> set[str]:
    """What a page's headings are called in links."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@named
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"\w+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@named
def test_every_file_of_ours_that_is_named_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    paths = re.findall(r"`((?:desktop_app|tests|packaging|resources|docs)/[\w./-]*)`", text)
    assert [path for path in paths if not (ROOT / path).exists()] == []


@named
def test_every_command_that_is_named_is_one(page: Path) -> None:
    known = set(re.findall(r"^    ([a-z][\w-]*) ", parser().format_help(), re.MULTILINE))
    said = re.findall(r"`parley ([a-z][\w-]*)", page.read_text(encoding="utf-8"))
    assert set(said) - known == set()


def test_every_page_for_users_can_be_reached_from_the_readme() -> None:
    reached, todo = set(), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        reached.add(page)
        links = re.findall(r"\]\(([^)\s#:]+\.md)", page.read_text(encoding="utf-8"))
        todo += [t for link in links if (t := (page.parent / link).resolve()) not in reached]
    assert set((ROOT / "docs").glob("*.md")) - reached == set()


def test_the_table_of_layers_is_the_one_that_the_code_is_held_to() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    row = r"^\| `(\w+)(?:/|\.py)`(?:, `\w+\.py`)* \| .+ \| (.+) \|$"
    rows = re.findall(row, text, re.MULTILINE)
    told = {name: set(may.split()) - {"nothing"} for name, may in rows}
    assert told == MAY_IMPORT


def test_the_tree_is_the_one_that_is_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    command = ["git", "-C", str(ROOT), "ls-files", "desktop_app"]
    files = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    rooms = {path.split("/")[1] for path in files if path.count("/") > 1}
    assert {room for room in rooms if f"| `{room}/` |" not in text} == set()
    for path in re.findall(r"`(\w+/\w+\.py)`", text):
        assert (ROOT / "desktop_app" / path).exists() or (ROOT / path).exists(), path
