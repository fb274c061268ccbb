"""Nothing in a record tells who the patient is, wherever that stood."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from recorded import broken, images, invoke

NAME, NUMBER, BIRTH = "Quagmire", "MRN7731904", "19610427"
PLANTED = (NAME, NAME.upper(), NAME.lower(), NUMBER, BIRTH, "Glenstreet", "1.2.840.99.7731")
RECIPE = """\
FORMAT dicom
%header
REPLACE PatientID anonymous
KEEP StudyDescription
"""


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """Return a folder that has identifiers in values, names of files and folders, and recipes."""
    folder = tmp_path / f"{NAME}_{NUMBER}"
    images(
        folder / f"{NAME.upper()} {BIRTH}",
        2,
        PatientName=f"{NAME}^Glenn",
        PatientID=NUMBER,
        PatientBirthDate=BIRTH,
        PatientAddress="Glenstreet 1",
        StudyInstanceUID="1.2.840.99.7731.1",
        StudyDescription="routine",
        PatientComments=f"{NAME} called",
    )
    for number, path in enumerate(sorted(folder.rglob("*.dcm"))):
        path.rename(path.with_name(f"{NAME}-{number}.dcm"))
    broken(folder)
    (folder / f"{NAME}.txt").write_text(NAME)
    (tmp_path / f"{NAME}.recipe").write_text(RECIPE)
    return folder


@pytest.mark.parametrize("keep_names", [False, True])
@pytest.mark.parametrize("own", [False, True])
def test_no_byte_of_a_record_identifies(
    planted: Path, tmp_path: Path, *, keep_names: bool, own: bool
) -> None:
    recipe = ("--recipe", tmp_path / f"{NAME}.recipe") if own else ("--profile", "basic")
    words = ("run", planted, "-o", tmp_path / "out", *recipe)
    result = invoke(*words, *["--keep-names"] * keep_names)
    assert result.exit_code == 1, result.output
    invoke(*words, *["--keep-names"] * keep_names, "--retry")
    found = [path for path in (tmp_path / "out.record").rglob("*") if path.is_file()]
    assert {"report.json", "report.html", "log.jsonl", "journal.sqlite"} <= {p.name for p in found}
    for path in found:
        if keep_names and path.name.startswith("journal"):
            # It finds the outputs by their names.
            continue
        data = path.read_bytes()
        for text in PLANTED:
            assert text.encode() not in data, (path.name, text)
            assert text.encode("utf-16-le") not in data
    report = json.loads((tmp_path / "out.record" / "report.json").read_text())
    assert report["names_of_outputs"] != keep_names
    assert any("name" in one for one in report["files"]) != keep_names
    if own:
        assert "recipe 3" in [one["name"] for one in report["recipes"]]


def test_a_warning_that_names_the_file_is_told_without_the_name() -> None:
    from deid_core import FileRef, FileReport, Outcome
    from deid_core_record.names import WITHHELD, Names

    class Journal:
        def remember(self, values: dict[str, str]) -> None:
            assert values == {"names": "given"}

    names = Names({}, Journal())  # type: ignore[arg-type]
    report = FileReport(
        1,
        Outcome.WRITTEN,
        output="out/Quagmire-2.dcm",
        ref=FileRef("Quagmire.dcm"),
        warnings=("X removed from Quagmire.dcm: it cannot be parsed", "of Mr Quagmire", "all well"),
        named=True,
    )
    assert names.without(report) == (
        "X removed from the file: it cannot be parsed",
        WITHHELD,
        "all well",
    )
