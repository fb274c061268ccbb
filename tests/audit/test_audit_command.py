"""``deid-core audit`` tells where something is left, and not what, unless it is asked to."""

from __future__ import annotations

import json

import pytest

from deid_core_audit.command import _Wrong, without_values


@pytest.fixture
def leaking(write, before, after):
    after[0].StudyDescription = "thorax axial late phase of Quistgaard, HZ-4711-K"
    return write(before, "in", ["Quistgaard-1", "b", "c", "d"]), write(after, "out")


def test_tables_show_places_and_no_values(command, leaking):
    result = command(*leaking)
    assert result.exit_code == 1
    assert "StudyDescription" in result.output
    assert "patient ID" in result.output
    for value in ("uistgaard", "4711"):
        assert value not in result.output.casefold()


def test_json_shows_places_and_no_values(command, leaking):
    result = command(*leaking, "--json")
    assert "uistgaard" not in result.stdout
    found = json.loads(result.stdout)
    assert not found["clean"]
    assert {(leak["place"], leak["kind"], *leak["from"]) for leak in found["leaks"]} == {
        ("StudyDescription", "name", "PatientName"),
        ("StudyDescription", "patient ID", "PatientID"),
    }


def test_values_are_shown_to_those_who_ask_with_a_warning(command, leaking):
    result = command(*leaking, "--show-values")
    assert "Quistgaard^Ludmilla" in result.stdout
    assert "identifies patients" in result.stderr


def test_values_are_in_the_json_of_those_who_ask(command, leaking):
    result = command(*leaking, "--show-values", "--json")
    values = [value for leak in json.loads(result.stdout)["leaks"] for value in leak["values"]]
    assert sorted(values) == ["HZ-4711-K", "Quistgaard^Ludmilla"]


def test_names_of_inputs_are_shown_to_those_who_ask(command, write, before, after):
    sides = write(before, "in", ["Quistgaard-1", "b", "c", "d"]), write(after[1:], "out")
    hidden = json.loads(command(*sides, "--json").stdout)["files"]["missing"]
    shown = json.loads(command(*sides, "--json", "--show-values").stdout)["files"]["missing"]
    assert (hidden, shown) == ([{"number": 1}], [{"number": 1, "path": "Quistgaard-1"}])


def test_two_files_are_audited_as_two_folders_are(command, write, before, after):
    result = command(write(before[:1], "in") / "in-0.dcm", write(after[:1], "out") / "out-0.dcm")
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("arguments", [("nowhere", "."), (".",), (".", ".")])
def test_wrong_usage_has_a_status_of_its_own(command, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    assert command(*arguments).exit_code == 2


def test_an_output_without_dicom_is_wrong_usage(command, write, before):
    result = command(write(before, "in"), write([b"nothing"], "out"))
    assert result.exit_code == 2
    assert "OUT holds no DICOM file" in result.output


def test_an_unexpected_error_is_told_without_its_text():
    with pytest.raises(_Wrong) as caught, without_values():
        raise ValueError("Quistgaard")
    assert "ValueError" in caught.value.message
    assert "Quistgaard" not in caught.value.message


def test_kinds_that_were_kept_are_not_searched_for(audit, before, after):
    for dataset in (*before, *after):
        dataset.InstitutionName = "Gerolstein Infirmary"
        dataset.DeviceSerialNumber = "SN-778899"
    assert {kind for _, kind in audit(before, after).places} == {"institution", "device"}
    found = audit(before, after, "--institution-kept", "--device-kept")
    assert (found.status, found.places) == (0, set())
    assert found.found["search"]["kept"] == ["address", "device", "institution"]
