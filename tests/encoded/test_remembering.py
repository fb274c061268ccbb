"""Answers are remembered for as long as what they depend on is the same, and no longer."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from deid_core import (
    Depends,
    Engine,
    Field,
    FieldAction,
    FileRef,
    PluginHost,
    Rank,
    RemoveElement,
    Settings,
    SetValue,
    Sweep,
    hookimpl,
)
from deid_core.recipe.syntax import parse
from deid_core.tally import Tally

RECIPE = "FORMAT dicom\nDEFAULT KEEP\n%header\nSTAMP Manufacturer\n"


@pytest.fixture
def series(tmp_path):
    """Return five slices of one series: only UID and number differ."""
    paths = []
    for number in range(5):
        dataset = dcmread(get_testdata_file("CT_small.dcm"))
        dataset.SOPInstanceUID = f"1.2.3.{number + 1}"
        dataset.InstanceNumber = number
        paths.append(tmp_path / f"{number}.dcm")
        dataset.save_as(paths[-1])
    return paths


def run(series, decide, depends: Depends | None, tmp_path, own):
    """De-identify the series with an action STAMP, and return what it wrote."""
    told = {} if depends is None else {"depends": depends}
    action = FieldAction(
        name="STAMP", compile=lambda _rule, _batch: decide, summary="", rank=Rank.CHANGES, **told
    )
    plugin = SimpleNamespace(
        deid_field_actions=hookimpl(lambda: [action], specname="deid_field_actions")
    )
    engine = Engine(
        PluginHost({**own, "stamp": plugin}),
        [parse(RECIPE, "test")],
        Settings(output_folder=tmp_path / "out"),
        key=b"k" * 32,
    )
    reports = engine.run([FileRef(path.name, path=path) for path in series])
    return [str(dcmread(report.output).Manufacturer) for report in reports]


@pytest.fixture
def own():
    """Return the plugins that a run needs."""
    import deid_core_dicom
    import deid_core_screening

    return {"dicom": deid_core_dicom, "screening": deid_core_screening}


def test_an_action_that_promises_nothing_is_asked_about_every_file(series, tmp_path, own) -> None:
    numbers = count(1)
    found = run(series, lambda _field: SetValue(str(next(numbers))), None, tmp_path, own)
    assert found == ["1", "2", "3", "4", "5"]


def test_an_action_that_promises_to_use_its_field_alone_is_asked_once(
    series, tmp_path, own
) -> None:
    numbers = count(1)
    found = run(series, lambda _field: SetValue(str(next(numbers))), Depends.PLACE, tmp_path, own)
    assert found == ["1"] * 5


def test_who_looks_at_another_element_is_asked_again_where_that_may_differ(
    series, tmp_path, own
) -> None:
    def decide(field: Field) -> SetValue:
        return SetValue(f"slice {field.beside(0x00200013)}")

    found = run(series, decide, Depends.PLACE, tmp_path, own)
    assert found == [f"slice {number}" for number in range(5)]


def test_who_looks_at_the_patient_is_asked_again_for_another(series, tmp_path, own) -> None:
    for number, path in enumerate(series):
        dataset = dcmread(path)
        dataset.PatientID = f"P{number // 2}"
        dataset.save_as(path)

    def decide(field: Field) -> SetValue:
        return SetValue(field.context.identifiers.patient)

    assert run(series, decide, Depends.PLACE, tmp_path, own) == ["p0", "p0", "p1", "p1", "p2"]


def test_a_warning_is_given_for_every_file(series, tmp_path, own, caplog) -> None:
    def decide(field: Field) -> SetValue:
        field.context.warn(f"{field.context.label}: stamped")
        return SetValue("X")

    run(series, decide, Depends.PLACE, tmp_path, own)
    assert sum("stamped" in line for line in caplog.messages) == 5


def test_a_tally_has_what_was_counted_and_nothing_else() -> None:
    tally = Tally(({"REMOVE PatientID": 1}, {"REMOVE PatientID": 2, "BLANK StudyDate": 1}))
    assert tally == {"REMOVE PatientID": 3, "BLANK StudyDate": 1}
    assert "REMOVE Rows" not in tally
    assert tally.get("REMOVE Rows") is None


def test_a_sweep_that_promises_nothing_is_asked_after_one_that_did(series, tmp_path, own) -> None:
    """What one passes over, the sweep of another file may look at."""

    def sweeps(identifiers):
        sweep = yield
        if identifiers.item.endswith(".1"):
            return sweep
        return Sweep(lambda field, _: RemoveElement() if field.path.keyword == "Rows" else None)

    spec = {"wrapper": True, "specname": "deid_sweep_values"}
    plugin = SimpleNamespace(deid_sweep_values=hookimpl(sweeps, **spec))
    engine = Engine(
        PluginHost({**own, "picky": plugin}),
        [parse("FORMAT dicom\nDEFAULT KEEP\nSWEEP remove\n%header\n", "test")],
        Settings(output_folder=tmp_path / "out", check_identifiers="off"),
        key=b"k" * 32,
    )
    reports = engine.run([FileRef(path.name, path=path) for path in series])
    assert ["Rows" in dcmread(report.output) for report in reports] == [True] + [False] * 4


def test_what_holds_what_was_remembered_of_one_patient_is_not_given_to_another(
    tmp_path, own
) -> None:
    def instance(number: int, patient: str, outer: str) -> FileRef:
        dataset = dcmread(get_testdata_file("CT_small.dcm"))
        dataset.PatientName = dataset.PatientID = patient
        inner, request = Dataset(), Dataset()
        inner.CodeMeaning = "as Quimby said"
        request.StudyDescription = outer
        request.ReasonForRequestedProcedureCodeSequence = [inner]
        dataset.RequestAttributesSequence = [request]
        dataset.SOPInstanceUID = f"1.2.3.{number}"
        path = tmp_path / f"{number}.dcm"
        dataset.save_as(path)
        return FileRef(path.name, path=path)

    engine = Engine(
        PluginHost(own),
        [parse("FORMAT dicom\nDEFAULT KEEP\nSWEEP remove\n%header\nREMOVE PatientID\n", "test")],
        Settings(output_folder=tmp_path / "out"),
        key=b"k" * 32,
    )
    files = [
        instance(1, "Adams", "first"),
        instance(2, "Adams", "second"),
        instance(3, "Quimby", "second"),
    ]
    reports = list(engine.run(files))
    assert b"Quimby" in Path(reports[1].output).read_bytes()
    assert b"Quimby" not in Path(reports[2].output).read_bytes()
