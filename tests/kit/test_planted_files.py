"""Planted files: all that was planted is in them, and a run that is right leaves none of it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from deid_core import FileRef, Outcome, PluginLoadError
from deid_core.encoded.dataset import EncodedDataSet
from deid_core.quiet import quiet_pydicom
from deid_core.testing import host_with, plant, plant_several, try_out
from deid_core.testing.subject import Subject

FILES = [*plant_several(), *plant_several(garbage=True)]


@pytest.mark.parametrize("planted", FILES, ids=lambda planted: planted.name)
def test_every_planted_value_is_in_the_file(planted) -> None:
    assert planted.left_in(planted.data) == sorted(set(planted.values.values()))


def test_files_hold_nested_private_empty_and_multi_valued_elements() -> None:
    dataset = plant().dataset()
    item = dataset.ReferencedSeriesSequence[0].RequestAttributesSequence[0]
    assert item[0x00111001].value
    assert dataset[0x00091005][0].PatientName
    assert dataset.PatientBirthTime == ""
    assert len(dataset.OtherPatientIDs) == 3
    assert list(dataset.OtherPatientIDsSequence) == []


def test_values_are_what_their_vrs_allow() -> None:
    dataset = plant().dataset()
    dataset.walk(lambda _, element: element.value)
    assert dataset.PatientWeight > 0


def test_one_patient_has_the_same_values_in_all_files_and_others_have_other_ones() -> None:
    first, second, other, _ = plant_several()
    assert set(first.values) ^ set(second.values) == {
        first.dataset().SOPInstanceUID,
        second.dataset().SOPInstanceUID,
    }
    assert not set(first.values) & set(other.values)


def test_no_shift_by_a_year_makes_one_planted_date_into_another() -> None:
    days = sorted(
        element.value
        for planted in plant_several()
        for element in planted.dataset()
        if element.VR == "DA" and element.value
    )
    years = [int(day[:4]) for day in dict.fromkeys(days)]
    assert all(later > earlier for earlier, later in pairwise(years))


@pytest.mark.parametrize(
    "spelled", [str.upper, str.lower, lambda value: value.encode("utf-16-le"), str.encode]
)
def test_a_value_is_found_however_it_is_spelled(spelled) -> None:
    planted = plant()
    value = next(value for value, place in planted.values.items() if place == "PatientName")
    left = spelled(f"before {value} after")
    assert planted.left_in(left) == ["PatientName"]


def test_both_readers_are_asked() -> None:
    host, kinds = host_with(), []
    for planted in plant_several():
        ref = FileRef(planted.name, opener=lambda planted=planted: _stream(planted))
        kinds.append(type(host.read_file(ref, _batch()).elements))
    assert kinds[:3] == [EncodedDataSet] * 3
    assert issubclass(kinds[3], Dataset)


@pytest.mark.parametrize("garbage", [False, True])
@pytest.mark.parametrize("recipe", ["", "FORMAT dicom\nINCLUDE deid.dicom.basic\n%header\n"])
def test_the_default_plugins_leave_nothing(tmp_path: Path, recipe: str, garbage: bool) -> None:
    run = try_out(host_with(), plant_several(garbage=garbage), tmp_path, recipe)
    assert [report.outcome for report in run.reports] == [Outcome.WRITTEN] * 4
    assert run.left() == []


def test_what_is_left_is_told_by_its_place_and_not_by_its_value(tmp_path: Path) -> None:
    run = try_out(host_with(), [plant()], tmp_path, "KEEP StudyDescription")
    assert run.left() == ["the value of StudyDescription is in an output (number 1)"]


def test_names_of_outputs_are_looked_at(tmp_path: Path) -> None:
    run = try_out(host_with(), [plant()], tmp_path)
    name = next(value for value, place in plant().values.items() if place == "PatientID")
    run.outputs[0].rename(run.output / name)
    assert run.left() == ["the value of PatientID is in the name of an output"]


def test_another_data_set_keeps_the_values_that_are_looked_for(tmp_path: Path) -> None:
    planted = plant()
    dataset = planted.dataset()
    dataset.RetrieveAETitle = "ADDED"
    with quiet_pydicom():
        changed = planted.having(dataset)
    assert b"ADDED" in changed.data
    assert changed.values == planted.values


def test_a_host_has_the_default_plugins_and_those_that_are_named() -> None:
    names = [info.name for info in host_with(object()).describe()]
    assert names[0] == "given-1"
    assert "dicom" in names


def test_a_plugin_that_is_not_installed_is_told_with_the_nearest_name() -> None:
    with pytest.raises(PluginLoadError, match="no plugin 'dicon' is installed; did you mean"):
        host_with("dicon")


def test_a_host_does_not_care_for_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEID_CORE_BLOCK", "dicom")
    assert "JITTER" in host_with().actions


def _stream(planted):
    from io import BytesIO

    return BytesIO(planted.data)


def _batch():
    return Subject(object(), Path()).batch()
