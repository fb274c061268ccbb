"""The page of the profiles: its figures are those of the recipes."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

import pytest

from deid_core.recipe.syntax import parse
from deid_core_profiles.bundled import FOLDER
from deid_core_profiles.tables import tables

CHECKOUT = Path(__file__).parents[2]
PAGE = (CHECKOUT / "docs" / "reference" / "profiles.md").read_text("utf-8")
ROWS = {
    name: (option, code, int(rules))
    for option, name, code, rules in re.findall(
        r"^\| `(--[\w-]+(?: basic)?)` \| `(deid\.dicom\.[\w-]+)` \| (\d+) \| (\d+) \|",
        PAGE,
        flags=re.MULTILINE,
    )
}


def test_every_recipe_of_the_profile_has_a_row() -> None:
    assert set(ROWS) == {path.name for path in FOLDER.iterdir()}


@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_row_says_the_option_the_code_and_the_number_of_rules(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    option, code, rules = ROWS[name]
    word = name.removeprefix("deid.dicom.")
    assert option == ("--profile basic" if word == "basic" else f"--{word}")
    recipe = parse(text, name)
    assert recipe.methods == (code,)
    assert len(recipe.header) == rules


def test_the_page_names_the_edition_of_the_tables() -> None:
    assert set(re.findall(r"edition \*{0,2}(\d{4}\w)", PAGE)) == {tables()["edition"]}


def test_the_numbers_of_rows_are_those_of_the_tables() -> None:
    kinds = sum(len(by_type) for by_type in tables()["content"].values())
    assert f"{kinds} kinds of content items" in PAGE
    assert f"{ROWS['deid.dicom.retain-safe-private'][2]} private elements" in PAGE


def test_the_page_of_rows_has_what_the_recipes_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(CHECKOUT / "scripts"), *sys.path])
    made = importlib.import_module("profile_rows")
    page = made.PAGE.read_text(encoding="utf-8")
    assert page.partition(made.START)[2].partition(made.END)[0].strip() == made.table(), (
        "run scripts/profile_rows.py"
    )
    assert len(list(made.rows())) == 655
