"""INCLUDE: recipes that lie beneath the one that names them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from deid_core import RecipeError, RecipeNotFoundError
from deid_core.config import load_deid

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, *lines: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(["FORMAT dicom", *lines, ""]), encoding="utf-8")
        return path

    return write


def sources(path: Path) -> list[str]:
    return [Path(recipe.source).name for recipe in load_deid(path).layers]


def test_included_recipes_lie_beneath_in_their_order(write: Write) -> None:
    write("low.txt")
    write("middle.txt")
    assert sources(write("top.txt", "INCLUDE low.txt", "INCLUDE middle.txt")) == [
        "low.txt",
        "middle.txt",
        "top.txt",
    ]


def test_what_a_recipe_includes_is_looked_for_beside_it(
    write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write("shared/low.txt")
    write("shared/middle.txt", "INCLUDE low.txt")
    monkeypatch.chdir(tmp_path)
    top = write("top.txt", "INCLUDE shared/middle.txt")
    assert sources(top.relative_to(tmp_path)) == ["low.txt", "middle.txt", "top.txt"]


def test_a_folder_and_a_bundled_recipe_may_be_included(write: Write) -> None:
    write("shared/deid.ours")
    top = write("top.txt", "INCLUDE deid.dicom.minimal", "INCLUDE ./shared")
    assert sources(top) == ["deid.dicom.minimal", "deid.ours", "top.txt"]


def test_one_recipe_may_be_included_twice(write: Write) -> None:
    write("low.txt")
    write("a.txt", "INCLUDE low.txt")
    write("b.txt", "INCLUDE low.txt")
    assert sources(write("top.txt", "INCLUDE a.txt", "INCLUDE b.txt")) == [
        "low.txt",
        "a.txt",
        "low.txt",
        "b.txt",
        "top.txt",
    ]


def test_an_included_recipe_that_is_not_there_is_refused_at_its_line(write: Write) -> None:
    top = write("top.txt", "", "INCLUDE low.txt")
    with pytest.raises(RecipeNotFoundError) as caught:
        load_deid(top)
    assert str(caught.value).startswith(f"{top}:3:9: INCLUDE: {top.parent / 'low.txt'}: no such")


def test_the_faults_of_an_included_recipe_are_told_with_its_own_place(write: Write) -> None:
    low = write("low.txt", "%heder")
    with pytest.raises(RecipeError, match=f"^{low}:2:1: found section %heder"):
        load_deid(write("top.txt", "INCLUDE low.txt"))


@pytest.mark.parametrize("name", ["top.txt", "./top.txt"])
def test_a_recipe_that_includes_itself_is_refused(write: Write, name: str) -> None:
    with pytest.raises(RecipeError, match=r"top\.txt:2:9: includes itself"):
        load_deid(write("top.txt", f"INCLUDE {name}"))


def test_recipes_that_include_each_other_are_refused(write: Write) -> None:
    write("a.txt", "INCLUDE b.txt")
    write("b.txt", "INCLUDE a.txt")
    with pytest.raises(RecipeError, match="includes itself"):
        load_deid(write("top.txt", "INCLUDE a.txt"))


def test_a_recipe_that_includes_itself_by_another_path_is_refused(write: Write) -> None:
    path = write("folder/deid.a", "INCLUDE ../folder/deid.a")
    with pytest.raises(RecipeError, match="includes itself"):
        load_deid(path)
