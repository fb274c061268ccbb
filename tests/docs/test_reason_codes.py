"""Every reason code is on its page, with what to do; the page has no code that is not there.

Who adds a code (a subclass of `FileError` with a ``code`` of its own) adds a section to
docs/reference/reason-codes.md::

    ### `the-code`

    What it means.

    **What to do.** ...
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from deid_core.errors import FAULT_CODES, FileError

CHECKOUT = Path(__file__).parents[2]
PAGE = (CHECKOUT / "docs" / "reference" / "reason-codes.md").read_text(encoding="utf-8")
SOURCES = sorted(
    path
    for folder in ("deid_core", "plugins", "examples")
    for path in (CHECKOUT / folder).rglob("*.py")
    if "tests" not in path.parts
)


def packages() -> list[str]:
    points = entry_points(group="deid_core")
    return ["deid_core", *{point.value for point in points if point.value.startswith("deid_core_")}]


def classes(root: type) -> Iterator[type]:
    yield root
    for below in root.__subclasses__():
        yield from classes(below)


def codes() -> set[str]:
    """All codes that a report can have, of deid_core and its own plugins."""
    for package in packages():
        module = importlib.import_module(package)
        for found in pkgutil.walk_packages(module.__path__, f"{package}."):
            if not found.name.endswith("__main__"):
                importlib.import_module(found.name)
    ours = [one for one in classes(FileError) if one.__module__.startswith("deid_core")]
    return {str(vars(one).get("code", "")) for one in ours} - {""} | set(FAULT_CODES)


SECTIONS = dict(
    re.findall(r"^### `([a-z-]+)`\n(.*?)(?=^##|\Z)", PAGE, flags=re.MULTILINE | re.DOTALL)
)


def test_every_code_has_a_section_and_every_section_is_of_a_code() -> None:
    assert set(SECTIONS) == codes(), "see the top of this file for what to add"


@pytest.mark.parametrize("code", SECTIONS)
def test_a_section_says_what_to_do(code: str) -> None:
    meaning, _, advice = SECTIONS[code].partition("**What to do.**")
    assert meaning.strip()
    assert advice.strip()


def test_every_file_error_has_a_code_of_its_own_or_is_one_of_a_kind() -> None:
    named = [vars(one)["code"] for one in classes(FileError) if "code" in vars(one)]
    assert len(named) == len(set(named))


def test_no_report_gets_a_code_that_is_written_in_place() -> None:
    """A code that is no constant of `deid_core.errors` and no error's would be on no page."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            given: list[ast.expr] = []
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "FileReport":
                given = [*node.args[2:3], *(k.value for k in node.keywords if k.arg == "code")]
            elif isinstance(node, ast.Dict):
                keys = zip(node.keys, node.values, strict=True)
                given = [v for k, v in keys if isinstance(k, ast.Constant) and k.value == "code"]
            for value in given:
                assert not isinstance(value, ast.Constant) or not value.value, path


def test_every_note_on_the_page_is_made_somewhere() -> None:
    source = "".join(re.sub(r'"\s*f?"', "", path.read_text(encoding="utf-8")) for path in SOURCES)
    table = PAGE.partition("## Notes")[2].partition("## Warnings")[0]
    notes = re.findall(r"^\| `([^`]+)` \|", table, flags=re.MULTILINE)
    assert len(notes) >= 5
    for note in notes:
        assert max(note.split("N "), key=len) in source, note
