"""Outputs are named by templates and lie in kept folders, the same with one process and with more."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pydicom
import pytest
from click.testing import Result

from deid_core import Engine, PluginHost, Settings, SettingsError
from deid_core.dicom import replace_identifiers
from deid_core.recipe.syntax import parse

Scan = Callable[..., Path]
Run = Callable[..., Result]
Files = Callable[..., list[str]]


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "recipe.dicom"
    path.write_text(
        "FORMAT dicom\n%header\nREPLACE PatientID P7\nKEEP SeriesNumber\nKEEP InstanceNumber\n"
        "KEEP Modality\nREMOVE StudyID\n"
    )
    return path


def test_a_template_names_outputs_by_what_they_hold_not_by_what_the_input_held(
    scan: Scan, run: Run, files: Files, recipe: Path
) -> None:
    scan("a.dcm", PatientID="Doe^John", SeriesNumber=3, InstanceNumber=12)
    scan("b.dcm", PatientID="Doe^John", SeriesNumber=3, InstanceNumber=None)
    template = "{PatientID}/{SeriesNumber:04}-{Modality}/{StudyID|none}-{InstanceNumber:06}.dcm"
    result = run("--name-by", template, "-r", recipe)
    assert result.exit_code == 0, result.output
    assert files() == ["P7/0003-CT/none-000012.dcm", "P7/0003-CT/none-no-InstanceNumber.dcm"]


def test_file_meta_of_the_output_can_be_in_a_name(scan: Scan, run: Run, files: Files) -> None:
    scan("a.dcm", SOPInstanceUID="1.2.3")
    assert run("--name-by", "{TransferSyntaxUID}/{MediaStorageSOPInstanceUID}").exit_code == 0
    (found,) = files()
    assert found.startswith("1.2.840.10008.1.2.1/2.25.")
    assert run("--name-by", "{SOPInstanceUID}", output="again").exit_code == 0
    assert files("again") == [found.split("/")[1]]


@pytest.mark.parametrize("engine", ["serial", "processes"])
def test_equal_names_get_numbers_in_the_order_of_the_files_and_this_is_told(
    scan: Scan, run: Run, files: Files, recipe: Path, tmp_path: Path, engine: str
) -> None:
    for number in range(4):
        scan(f"{number}.dcm", InstanceNumber=number % 2, SeriesNumber=number)
    options = ("--engine", engine, "--workers", 2, "-r", recipe)
    result = run("--name-by", "{InstanceNumber:02}.dcm", *options)
    assert result.exit_code == 0, result.output
    assert files() == ["00-2.dcm", "00.dcm", "01-2.dcm", "01.dcm"]
    assert "2 files (3, 4): another file has the same name: told apart" in result.output
    series = [int(pydicom.dcmread(tmp_path / "out" / name).SeriesNumber) for name in files()]
    assert series == [2, 0, 3, 1]


def test_the_report_of_each_file_tells_that_its_name_was_taken(scan: Scan, tmp_path: Path) -> None:
    for name in ("a.dcm", "b.dcm"):
        scan(name)
    settings = Settings(output_folder=tmp_path / "out", name_by="{Modality|x}.dcm")
    engine = Engine(PluginHost.load(), settings=settings)
    first, second = engine.run(engine.discover([str(tmp_path / "in")]))
    assert (first.notes, first.warnings) == ((), ())
    (note,) = second.notes
    assert note.startswith("another file has the same name")
    assert second.warnings == (note,)


def test_kept_base_names_that_are_shared_are_told(scan: Scan, run: Run, files: Files) -> None:
    scan("one/a.dcm")
    scan("two/a.dcm")
    scan("two/b.dcm")
    result = run("--keep-names")
    assert files() == ["b.dcm", "one-a.dcm", "two-a.dcm"]
    assert "2 files (1, 2): another file has the same name" in result.output


def test_flat_puts_all_outputs_beside_each_other(scan: Scan, run: Run, files: Files) -> None:
    scan("one/a.dcm")
    scan("two/b.dcm", SOPInstanceUID="1.2.3")
    scan("two/c.dcm", SOPInstanceUID=None)
    assert run("--flat").exit_code == 0
    assert len(files()) == 3
    assert all(name.startswith("2.25.") and "/" not in name for name in files())


def test_folders_are_kept_with_names_out_of_uids_or_of_the_input(
    scan: Scan, run: Run, files: Files
) -> None:
    scan("Doe John/CT/1.dcm", SOPInstanceUID="1.2.1")
    scan("Doe John/2.dcm", SOPInstanceUID="1.2.2")
    scan("3.dcm", SOPInstanceUID="1.2.3")
    assert run("--keep-structure").exit_code == 0
    assert [name.rpartition("/")[0] for name in files()] == ["", "Doe John", "Doe John/CT"]
    assert all(name.rpartition("/")[2].startswith("2.25.") for name in files())
    workers = ("--engine", "processes", "--workers", 1)
    assert run("--keep-structure", "--keep-names", *workers, output="named").exit_code == 0
    assert files("named") == ["3.dcm", "Doe John/2.dcm", "Doe John/CT/1.dcm"]


def test_a_template_goes_below_the_kept_folders(scan: Scan, run: Run, files: Files) -> None:
    scan("x/1.dcm", Modality="CT")
    assert run("--keep-structure", "--name-by", "{Modality|m}/{SOPClassUID}.dcm").exit_code == 0
    assert files() == ["x/CT/1.2.840.10008.5.1.4.1.1.2.dcm"]


def test_folders_can_have_other_names_which_say_nothing(
    scan: Scan, run: Run, files: Files, tmp_path: Path
) -> None:
    for number, folder in enumerate(["Doe/CT", "Doe/CT", "Doe/MR", "Roe/CT"]):
        scan(f"{folder}/{number}.dcm")
    result = run("--rename-folders", "--keep-names")
    assert result.exit_code == 0, result.output
    shown = "".join(files())
    assert not any(name in shown for name in ("Doe", "Roe", "CT", "MR"))
    folders = {Path(name).name: Path(name).parent.parts for name in files()}
    assert folders["0.dcm"] == folders["1.dcm"]
    assert folders["0.dcm"][0] == folders["2.dcm"][0] != folders["3.dcm"][0]
    # One name in two places says nothing either.
    assert len({folders[f"{number}.dcm"][1] for number in (0, 2, 3)}) == 3
    run("--rename-folders", "--keep-names", output="again")
    assert files("again") == files()


def test_names_of_folders_cannot_lead_out_of_the_output(
    scan: Scan, tmp_path: Path, files: Files
) -> None:
    from deid_core import FileRef

    path = scan("a.dcm")
    names = [("..", ".."), ("/etc",), ("a/../../b",), ("", "con"), ("x\0y",), ("é" * 200,)]
    refs = [FileRef("../a.dcm", folders, path) for folders in names]
    settings = Settings(output_folder=tmp_path / "out", keep_structure=True, keep_names=True)
    before = set(tmp_path.iterdir())
    reports = list(Engine(PluginHost.load(), settings=settings).run(refs))
    assert [report.outcome.value for report in reports] == ["written"] * len(names)
    assert set(tmp_path.iterdir()) - before == {tmp_path / "out"}
    assert len(files()) == len(names)


def test_a_second_run_finds_all_names_taken_as_they_were(
    scan: Scan, run: Run, files: Files
) -> None:
    for number in range(3):
        scan(f"{number}.dcm")
    options = ("--name-by", "{Modality|m}.dcm", "--no-record")
    assert run(*options).exit_code == 0
    before = files()
    result = run(*options)
    assert result.exit_code == 1
    assert "output exists already, not written │     3" in result.output
    assert files() == before


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--name-by", "{PatientId}"), "did you mean 'PatientID'?"),
        (("--name-by", "{PatientID}", "--keep-names"), "--name-by and --keep-names exclude"),
        (("--name-by", "{PatientID}", "--flat"), "--name-by and --flat exclude"),
        (("--flat", "--keep-structure"), "--flat and folders that are kept exclude"),
        (("--dicomdir", "--name-by", "{PatientID}"), "leave out --name-by"),
        (("--dicomdir", "--rename-folders"), "leave out --rename-folders"),
    ],
)
def test_options_that_exclude_each_other_stop_the_run(
    scan: Scan, run: Run, tmp_path: Path, options: tuple[str, ...], reason: str
) -> None:
    scan("a.dcm")
    result = run(*options)
    assert result.exit_code == 2
    assert reason in result.output
    assert not (tmp_path / "out").exists()


def test_a_setting_that_is_at_odds_with_a_dicomdir_stops_the_run(
    scan: Scan, run: Run, tmp_path: Path
) -> None:
    scan("a.dcm")
    config = tmp_path / "settings.json"
    config.write_text(json.dumps({"put": {"name_by": "{PatientID}"}}))
    result = run("--config", config, "--dicomdir")
    assert result.exit_code == 2
    assert "leave out the settings name_by" in result.output


def test_an_option_goes_before_the_setting(
    scan: Scan, run: Run, tmp_path: Path, files: Files
) -> None:
    scan("x/a.dcm")
    config = tmp_path / "settings.json"
    config.write_text(json.dumps({"put": {"name_by": "n", "keep_structure": True}}))
    assert run("--config", config).exit_code == 2
    config.write_text(json.dumps({"put": {"name_by": "n{Rows}", "keep_structure": True}}))
    assert run("--config", config).exit_code == 0
    assert files() == ["x/n128"]
    assert run("--config", config, "--keep-names", output="kept").exit_code == 0
    assert files("kept") == ["x/a.dcm"]
    assert run("--config", config, "--flat", output="flat").exit_code == 0
    assert "/" not in files("flat")[0]


def test_the_library_names_by_a_template(scan: Scan, tmp_path: Path) -> None:
    (path,) = replace_identifiers(
        [str(scan("a.dcm", Modality="MR"))],
        deid=[parse("FORMAT dicom\n%header\nKEEP Modality\n", "r")],
        output_folder=tmp_path / "out",
        name_by="{Modality}/{Rows:05}.dcm",
    )
    assert path == str(tmp_path / "out" / "MR" / "00128.dcm")
    with pytest.raises(SettingsError, match="no keyword"):
        replace_identifiers([path], output_folder=tmp_path / "out", name_by="{Rowz}")


@pytest.mark.parametrize("value", [b"\xff\xfe\x00", b"a\\b\\..\\/etc", b"\x1b$B%c", b"CON"])
def test_whatever_bytes_a_value_has_the_output_is_below_its_folder(
    scan: Scan, run: Run, tmp_path: Path, files: Files, value: bytes
) -> None:
    path = scan("a.dcm", Modality="QQ")
    data = path.read_bytes().replace(b"CS\x02\x00QQ", _element(value))
    path.write_bytes(data)
    before = set(tmp_path.iterdir())
    result = run("--name-by", "t/{Modality}/x.dcm", "--default", "keep", "--no-record")
    made = set(tmp_path.iterdir()) - before
    assert made <= {tmp_path / "out"}
    assert result.exit_code in (0, 1)
    for name in files():
        assert name.startswith("t/")
        assert name.endswith("/x.dcm")
        assert name.count("/") == 2


def _element(value: bytes) -> bytes:
    padded = value + b" " * (len(value) % 2)
    return b"CS" + len(padded).to_bytes(2, "little") + padded


def test_a_sequence_in_the_place_of_a_text_is_no_part_of_a_name(scan: Scan, tmp_path: Path) -> None:
    inner: Any = pydicom.Dataset()
    inner.PatientName = "Doe^John"
    path = scan("a.dcm", PatientID=None)
    dataset = pydicom.dcmread(path)
    dataset.add(pydicom.DataElement(0x00100020, "SQ", [inner]))
    dataset.save_as(path)
    settings = Settings(output_folder=tmp_path / "out", name_by="{PatientID}.dcm", default="KEEP")
    engine = Engine(PluginHost.load(), settings=settings)
    for report in engine.run(engine.discover([str(path)])):
        assert report.output is None or report.output.endswith("no-PatientID.dcm")
