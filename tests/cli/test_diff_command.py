"""``deid-core diff``: what one file has otherwise than another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from deid_core.cli.main import cli


def diff(*arguments: object) -> Any:
    return CliRunner().invoke(cli, ["diff", *map(str, arguments)])


def elements(*arguments: object) -> dict[str, dict[str, Any]]:
    (pair,) = json.loads(diff("--json", *arguments).stdout)["different"]
    return {one["name"]: one for one in pair["elements"]}


def nested(dataset: Dataset, value: str) -> Dataset:
    item = Dataset()
    item.PatientID = value
    dataset.RequestAttributesSequence = Sequence([item])
    return dataset


def test_a_file_is_the_same_as_itself(small: Dataset, save: Any) -> None:
    result = diff(save(small), save(small, "b.dcm"))
    assert result.exit_code == 0
    assert "1 the same, 0 different" in result.stdout


def test_what_changed_what_came_and_what_went(small: Dataset, save: Any) -> None:
    one = save(small)
    small.PatientName = "X"
    small.PatientSex = "M"
    del small.StudyDate
    found = elements(one, save(small, "b.dcm"))
    changes = {name: one["change"] for name, one in found.items()}
    assert changes["Patient's Name"] == "changed"
    assert changes["Patient's Sex"] == "added"
    assert changes["Study Date"] == "removed"


def test_values_are_masked_unless_they_are_asked_for(small: Dataset, save: Any) -> None:
    one = save(small)
    small.PatientName = "Bouvier^Marge"
    two = save(small, "b.dcm")
    hidden = diff(one, two)
    assert hidden.exit_code == 1
    assert "Simpson" not in hidden.output
    assert "Bouvier" not in hidden.output
    assert "Simpson" in diff(one, two, "--show-values").stdout


def test_nested_elements_file_meta_and_pixels_are_compared(small: Dataset, save: Any) -> None:
    one = save(nested(small, "A"), meta={"SourceApplicationEntityTitle": "HERE"})
    small.PixelData = b"\2\0"
    two = save(nested(small, "B"), "b.dcm", meta={"SourceApplicationEntityTitle": "ELSE"})
    assert set(elements(one, two)) == {
        "Source Application Entity Title",
        "Request Attributes Sequence 1 > Patient ID",
        "Pixel Data",
    }


def test_long_values_are_compared_by_digest(small: Dataset, save: Any) -> None:
    small.PixelData = bytes(5000)
    one = save(small)
    small.PixelData = bytes(4999) + b"\1"
    shown = elements(one, save(small, "b.dcm"), "--show-values")["Pixel Data"]
    assert shown["a"].startswith("5,000 bytes, SHA-256 ")
    assert shown["a"] != shown["b"]


def test_files_of_folders_are_paired_by_name_then_by_instance(
    small: Dataset, save: Any, tmp_path: Path
) -> None:
    save(small, "a/1.dcm")
    save(small, "b/1.dcm")
    small.SOPInstanceUID = "1.2.3.5"
    save(small, "a/old-name.dcm")
    save(small, "b/new/name.dcm")
    small.SOPInstanceUID = "1.2.3.6"
    save(small, "b/more.dcm")
    shown = json.loads(diff(tmp_path / "a", tmp_path / "b", "--json").stdout)
    assert (shown["same"], shown["different"], shown["only_in_a"]) == (2, [], [])
    assert [Path(one).name for one in shown["only_in_b"]] == ["more.dcm"]
    assert diff(tmp_path / "a", tmp_path / "b").exit_code == 1


def test_what_is_no_dicom_is_compared_by_its_bytes(tmp_path: Path) -> None:
    for folder, text in (("a", "x"), ("b", "y"), ("c", "x")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "notes.txt").write_text(text, encoding="utf-8")
    assert diff(tmp_path / "a", tmp_path / "b").exit_code == 1
    assert diff(tmp_path / "a", tmp_path / "c").exit_code == 0


def test_what_cannot_be_read_is_different_in_a_folder(
    small: Dataset, save: Any, tmp_path: Path
) -> None:
    save(small, "a/1.dcm")
    bad = save(small, "b/1.dcm")
    bad.write_bytes(bad.read_bytes()[:-1])
    result = diff(tmp_path / "a", tmp_path / "b")
    assert result.exit_code == 1
    assert "cannot be compared" in result.stdout


def test_a_file_and_a_folder_or_what_is_not_there_are_wrong_usage(
    small: Dataset, save: Any, tmp_path: Path
) -> None:
    path = save(small)
    assert diff(path, tmp_path).exit_code == 2
    assert diff(path, tmp_path / "nowhere").exit_code == 2
