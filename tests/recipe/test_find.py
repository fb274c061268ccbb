"""A recipe is a file, a folder that holds one, a bundled name, or a loaded one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from deid_core import Recipe, RecipeError, RecipeNotFoundError
from deid_core.config import load_deid

TEXT = "FORMAT dicom\n%header\nREMOVE PatientID\n"


@pytest.fixture
def find() -> Callable[[object], Recipe]:
    return lambda deid: load_deid(deid).layers[-1]  # type: ignore[arg-type]


def test_a_path_to_a_file(find: Callable[[object], Recipe], tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text(TEXT, encoding="utf-8")
    assert find(str(path)).header[0].field == "PatientID"
    assert find(path).source == str(path)


def test_a_folder_with_one_file_whose_name_starts_with_deid(
    find: Callable[[object], Recipe], tmp_path: Path
) -> None:
    (tmp_path / "deid.ours").write_text(TEXT, encoding="utf-8")
    (tmp_path / "readme").write_text("no recipe", encoding="utf-8")
    (tmp_path / "deid.folder").mkdir()
    assert find(tmp_path).source == str(tmp_path / "deid.ours")


@pytest.mark.parametrize("name", ["deid.dicom", "dicom", "deid.dicom.minimal", "dicom.minimal"])
def test_the_name_of_a_bundled_recipe(find: Callable[[object], Recipe], name: str) -> None:
    assert find(name).source == f"deid.{name.removeprefix('deid.')}"


def test_a_bundled_name_is_not_shadowed_by_the_working_directory(
    find: Callable[[object], Recipe], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deid.dicom").write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert len(find("deid.dicom").header) > 1
    assert len(find(Path("deid.dicom")).header) == 1


def test_a_loaded_recipe_is_itself(find: Callable[[object], Recipe]) -> None:
    recipe = Recipe(format="dicom")
    assert find(recipe) is recipe


def test_a_byte_order_mark_does_not_matter(
    find: Callable[[object], Recipe], tmp_path: Path
) -> None:
    (tmp_path / "deid").write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    assert find(tmp_path).format == "dicom"


@pytest.mark.parametrize("name", ["nowhere", "no/where"])
def test_what_is_not_there_is_refused(find: Callable[[object], Recipe], name: str) -> None:
    with pytest.raises(RecipeNotFoundError) as caught:
        find(name)
    assert str(caught.value).startswith(
        f"{name}: no such recipe: neither a file, a folder nor the name of a bundled recipe"
    )


def test_a_folder_without_a_recipe_is_refused(
    find: Callable[[object], Recipe], tmp_path: Path
) -> None:
    with pytest.raises(RecipeNotFoundError, match=r"starts with 'deid'; found: none$"):
        find(tmp_path)


def test_a_folder_with_two_recipes_is_refused_with_both_named(
    find: Callable[[object], Recipe], tmp_path: Path
) -> None:
    for name in ("deid.b", "deid.a"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    with pytest.raises(RecipeNotFoundError, match=r"found: deid\.a, deid\.b$"):
        find(tmp_path)


def test_a_file_that_is_not_utf8_is_refused(
    find: Callable[[object], Recipe], tmp_path: Path
) -> None:
    path = tmp_path / "deid"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RecipeError) as caught:
        find(path)
    assert str(caught.value) == f"{path}: cannot be read: it is not UTF-8"


def test_a_file_that_cannot_be_read_is_refused(
    find: Callable[[object], Recipe], tmp_path: Path
) -> None:
    with pytest.raises(RecipeError, match="/proc/self/mem: cannot be read: "):
        find(Path("/proc/self/mem"))
