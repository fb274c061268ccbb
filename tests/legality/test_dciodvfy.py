"""A file that was legal stays legal: the validator finds no error that was not there before."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

import pytest
from corpus_files import bundled, label
from exceptions import ANY, TOLD
from jobs import OPTIONS, Pair, clean, different_files, loaded
from judge import errors, is_installed, new_errors

pytestmark = [
    pytest.mark.skipif(not is_installed(), reason="there is no dciodvfy: install dicom3tools"),
    # Real files hold illegal values, of which pydicom warns when a test reads them.
    pytest.mark.filterwarnings("ignore::UserWarning:pydicom"),
]
TOGETHER = [name for name in OPTIONS if name != "basic" and (name,) != OPTIONS[name]]


def untold(pairs: list[Pair], options: tuple[str, ...]) -> list[str]:
    return [
        f"{pair.label}: {message}"
        for pair, message in new_errors(pairs)
        if not any(told.covers(pair, options, message) for told in TOLD)
    ]


def test_the_basic_profile_makes_no_file_less_legal(every_pair: list[Pair]):
    assert len(every_pair) > 200
    assert untold(every_pair, ()) == []


@pytest.mark.parametrize("name", TOGETHER)
def test_options_make_no_file_less_legal(name: str, few_pairs: Callable[[str], list[Pair]]):
    assert untold(few_pairs(name), OPTIONS[name]) == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", list(OPTIONS)[1:])
def test_options_make_none_of_all_files_less_legal(name: str, tmp_path: Path):
    pairs = clean(different_files(), OPTIONS[name], tmp_path)
    assert untold(pairs, OPTIONS[name]) == []


def test_errors_that_are_told_of_still_come(tmp_path: Path):
    gone = []
    for number, told in enumerate(TOLD):
        files = [file for file in different_files() if fnmatch(label(file), told.file)]
        options = () if told.option == ANY else (told.option,)
        found = new_errors(clean(files, options, tmp_path / str(number)))
        if not any(told.covers(pair, options, message) for pair, message in found):
            gone.append(told)
    assert gone == []


def test_the_documentation_tells_of_them():
    page = Path(__file__).parents[2] / "docs" / "reference" / "legality.md"
    section = page.read_text(encoding="utf-8").split("## Exceptions")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
    assert rows == [
        f"| `{told.file}` | {told.option} | `{told.error}` | {told.reason} |" for told in TOLD
    ]


# -- the judge is no rubber stamp ------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "keyword"),
    [
        ("CT_small.dcm", "PixelData"),
        ("CT_small.dcm", "PatientID"),
        ("rtstruct.dcm", "StructureSetLabel"),
        # The validator reads neither deflated data sets nor pixels of 32 bits.
        ("image_dfl.dcm", "StudyInstanceUID"),
        ("rtdose_1frame.dcm", "DoseUnits"),
    ],
)
def test_a_missing_attribute_is_found(name: str, keyword: str, tmp_path: Path):
    before, after = tmp_path / "before", tmp_path / "after"
    before.write_bytes(bundled(name))
    dataset = loaded(before)
    del dataset[keyword]
    dataset.save_as(after)
    assert [m for _, m in new_errors([Pair(before, after)]) if keyword in m]


def test_messages_carry_no_values(every_pair: list[Pair]):
    pair = next(pair for pair in every_pair if "bad_sequence" in pair.label)
    assert "dccc9599" in str(loaded(pair.before).SOPInstanceUID)
    assert not any("dccc9599" in message for message in errors(pair.before))
