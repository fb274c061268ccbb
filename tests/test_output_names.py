"""Output names are safe on any system, and distinct where inputs share one."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid_core import FileRef
from deid_core.naming import MAX_LENGTH, distinct, kept_names, safe_part, safe_path

ANY_TEXT = st.text(st.characters())


@given(ANY_TEXT)
def test_a_part_is_never_empty_hidden_long_or_a_way_elsewhere(text: str) -> None:
    part = safe_part(text)
    assert part
    assert part.strip(".")
    assert len(part) <= MAX_LENGTH
    assert not set(part) & set('/\\:*?"<>|\0\n\r')
    assert not part.startswith(".")
    assert not part.endswith((".", " "))
    assert PurePosixPath(part).name == part


@given(ANY_TEXT)
def test_a_part_fits_a_file_system_with_a_temporary_name_beside_it(text: str) -> None:
    assert len(f"{safe_part(text)}".encode()) <= 255


@given(ANY_TEXT)
def test_a_safe_part_stays_as_it_is(text: str) -> None:
    assert safe_part(safe_part(text)) == safe_part(text)


@given(st.lists(ANY_TEXT))
def test_a_path_stays_below_the_folder_it_is_put_in(parts: list[str]) -> None:
    path = safe_path(PurePosixPath(*(part.replace("\0", "") for part in parts)))
    assert not path.is_absolute()
    assert ".." not in path.parts
    assert path.parts


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("image1.dcm", "image1.dcm"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a/b", "a_b"),
        ("..", "_"),
        ("", "_"),
        ("con.dcm", "_con.dcm"),
        ("NUL", "_NUL"),
        ("console.dcm", "console.dcm"),
        ("Müller 1.dcm", "Müller 1.dcm"),
        ("a" * 300 + ".dcm", "a" * 116 + ".dcm"),
        ("a" * 300, "a" * 120),
        ("a." + "b" * 300, ("a." + "b" * 300)[:120]),
        ("\ud800.dcm", "_.dcm"),
    ],
)
def test_a_name_becomes_a_part(name: str, part: str) -> None:
    assert safe_part(name) == part


def test_a_taken_name_gets_a_number_whatever_its_case() -> None:
    taken: dict[str, int] = {}
    paths = [distinct(PurePosixPath(name), taken) for name in ("a/x.dcm", "a/X.dcm", "a/x.dcm")]
    assert [str(path) for path in paths] == ["a/x.dcm", "a/X-2.dcm", "a/x-3.dcm"]


def names(*paths: str) -> list[str]:
    return [str(name) for name in kept_names([FileRef(Path(p).name, path=Path(p)) for p in paths])]


def test_base_names_are_kept() -> None:
    assert names("/in/a.dcm", "/in/b.dcm") == ["a.dcm", "b.dcm"]


def test_a_shared_base_name_gets_as_many_folders_as_tell_them_apart() -> None:
    assert names("/in/s1/000001.dcm", "/in/s2/000001.dcm", "/in/s2/000002.dcm") == [
        "s1-000001.dcm",
        "s2-000001.dcm",
        "000002.dcm",
    ]
    assert names("/p1/s1/1.dcm", "/p2/s1/1.dcm", "/p2/s2/1.dcm") == [
        "p1-s1-1.dcm",
        "p2-s1-1.dcm",
        "s2-1.dcm",
    ]


def test_the_same_file_twice_gets_a_number() -> None:
    assert len(set(names("/in/a.dcm", "/in/a.dcm"))) == 2


def test_files_that_are_not_on_disk_use_their_folders() -> None:
    refs = [FileRef("1.dcm", ("zip", "a")), FileRef("1.dcm", ("zip", "b"))]
    assert [str(name) for name in kept_names(refs)] == ["a-1.dcm", "b-1.dcm"]


@given(st.lists(st.tuples(st.lists(ANY_TEXT, max_size=3), ANY_TEXT), max_size=12))
def test_kept_names_are_distinct_and_single_parts(found: list[tuple[list[str], str]]) -> None:
    kept = [str(n) for n in kept_names([FileRef(name, tuple(f)) for f, name in found])]
    assert len({name.casefold() for name in kept}) == len(found)
    assert all(PurePosixPath(name).name == name and len(name) <= 200 for name in kept)
