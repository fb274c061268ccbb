"""``deid-core inspect``: what identifies, and not a character of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from deid_core.cli.main import cli


@pytest.fixture
def planted(small: Dataset) -> Dataset:
    """A data set with identifiers in all kinds of places."""
    small.PatientBirthDate = "19700102"
    small.BodyPartExamined = "SIMPSON"
    item = Dataset()
    item.PatientID = "OTHER-7"
    item.ScheduledProcedureStepDescription = "knee of Homer"
    small.RequestAttributesSequence = Sequence([item])
    small.private_block(0x0009, "Homer Simpson", create=True).add_new(0x01, "LO", "hidden")
    small.private_block(0x0019, "GEMS_ACQU_01", create=True).add_new(0x02, "LO", "hidden")
    return small


def inspect(*arguments: object) -> tuple[Any, dict[str, dict[str, Any]]]:
    result = CliRunner().invoke(cli, ["inspect", "--json", *map(str, arguments)])
    shown = json.loads(result.stdout)
    return result, {one["name"]: one for one in shown["attributes"]}


def test_identifiers_are_found_in_all_places(planted: Dataset, save: Any) -> None:
    path = save(planted, meta={"SourceApplicationEntityTitle": "CT-ROOM-3"})
    result, found = inspect(path, "--profile", "basic")
    assert result.exit_code == 0
    places = {name: one["where"] for name, one in found.items()}
    assert places["Patient's Name"] == "data set"
    assert places["Request Attributes Sequence > Patient ID"] == "nested"
    assert places["(0009,1001)"] == "private"
    assert places["Source Application Entity Title"] == "file meta"
    assert found["Body Part Examined"]["because"] == "own value"
    assert "Rows" not in found
    assert "Modality" not in found


def test_a_date_in_a_text_is_found(small: Dataset, save: Any) -> None:
    small.ContrastBolusRoute = "seen on 20200131"
    small.DeviceLabel = "shelf 12"
    _, found = inspect(save(small))
    assert found["Contrast/Bolus Route"]["because"] == "own value"


def test_no_value_is_shown_nor_how_long_it_is(planted: Dataset, save: Any) -> None:
    path = save(planted)
    short, _ = inspect(path)
    table = CliRunner().invoke(cli, ["inspect", str(path)])
    planted.PatientName = "Simpson^Bartholomew^JoJo"
    longer, _ = inspect(save(planted))
    assert short.stdout == longer.stdout
    for value in ("Homer", "Simpson", "SIMPSON", "P-1", "1970", "OTHER-7", "hidden"):
        assert value not in short.output + table.output


def test_a_published_private_creator_is_named_and_another_is_not(
    planted: Dataset, save: Any
) -> None:
    _, found = inspect(save(planted))
    assert found["(0019,1002)"]["private_creator"] == "GEMS_ACQU_01"
    assert found["(0009,1001)"]["private_creator"] == ""


def test_files_and_distinct_values_are_counted(small: Dataset, save: Any, tmp_path: Path) -> None:
    for number, name in enumerate(["A", "B", "B"]):
        small.PatientName = name
        save(small, f"in/{number}.dcm")
    (tmp_path / "in" / "notes.txt").write_text("x", encoding="utf-8")
    result, found = inspect(tmp_path / "in")
    assert (found["Patient's Name"]["files"], found["Patient's Name"]["values"]) == (3, 2)
    assert json.loads(result.stdout)["skipped"] == {"not-dicom": 1}


@pytest.mark.parametrize(
    ("options", "fate"),
    [
        ([], "removed"),
        (["--profile", "basic"], "emptied"),
        (["--profile", "basic", "--retain-full-dates"], "kept"),
        (["--default", "keep"], "kept"),
    ],
)
def test_what_a_run_would_do_is_said(
    small: Dataset, save: Any, options: list[str], fate: str
) -> None:
    _, found = inspect(save(small), *options)
    assert found["Study Date"]["would_be"] == {fate: 1}


def test_nothing_is_written(
    small: Dataset, save: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = save(small)
    before = path.read_bytes()
    inspect(path)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == before


def test_a_claim_to_be_deidentified_is_told_and_not_believed(small: Dataset, save: Any) -> None:
    small.PatientIdentityRemoved = "YES"
    small.BurnedInAnnotation = "YES"
    result = CliRunner().invoke(cli, ["inspect", str(save(small))])
    words = " ".join(result.stdout.split())
    assert "1 of them claim to be de-identified already" in words
    assert "text is burned into the image" in words
    assert "Patient's Name" in words


def test_what_cannot_be_read_is_listed_and_the_status_is_1(
    small: Dataset, save: Any, tmp_path: Path
) -> None:
    save(small, "in/good.dcm")
    bad = save(small, "in/bad.dcm")
    bad.write_bytes(bad.read_bytes()[:-1])
    result, found = inspect(tmp_path / "in")
    assert result.exit_code == 1
    assert [one["code"] for one in json.loads(result.stdout)["unreadable"]] == ["unreadable"]
    assert found["Patient's Name"]["files"] == 1


def test_a_folder_without_dicom_has_status_1_and_a_source_that_is_not_there_2(
    tmp_path: Path,
) -> None:
    assert CliRunner().invoke(cli, ["inspect", str(tmp_path)]).exit_code == 1
    assert CliRunner().invoke(cli, ["inspect", str(tmp_path / "nowhere")]).exit_code == 2
