"""A DICOMDIR for the outputs: what it lists, and that it is as the standard wants it."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pydicom
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.uid import MediaStorageDirectoryStorage

from deid_core import FileRef, SettingsError, WriteError
from deid_core.cli.main import cli
from deid_core.quiet import quiet_pydicom

PSEUDONYMS = "FORMAT dicom\n\n%header\n\nREPLACE PatientID deid_func:hash\n"
IDENTIFIERS = (b"Doe", b"Archibald", b"Peter", b"77654033", b"98890234", b"Carotids", b"PYDICOM")


def counts(path):
    return Counter(record.DirectoryRecordType for record in pydicom.dcmread(path)[0x00041220])


@pytest.fixture
def out(make, files):
    return make(files)


def run(*arguments):
    return CliRunner().invoke(cli, ["run", *map(str, arguments)], env={"COLUMNS": "200"})


def words(result):
    return " ".join(result.output.replace("│", " ").split())


def test_a_source_with_a_dicomdir_gives_an_output_with_one(disc, tmp_path, listed):
    result = run(disc, "--profile", "basic", "--output", tmp_path / "out")

    assert result.exit_code == 0, result.output
    assert "de-identified 31" in words(result)
    assert "directory of files (DICOMDIR), passed over 1" in words(result)
    assert f"{tmp_path / 'out' / 'DICOMDIR'} lists the outputs." in result.output
    assert len(listed(tmp_path / "out")) == 31


def test_all_instances_are_listed_and_each_name_leads_to_the_file_that_it_tells_of(out, listed):
    found = {}
    for instance in listed(out):
        with quiet_pydicom():
            found[instance.path] = pydicom.dcmread(instance.path).file_meta
        meta = found[instance.path]
        assert instance.ReferencedSOPInstanceUIDInFile == meta.MediaStorageSOPInstanceUID
        assert instance.ReferencedSOPClassUIDInFile == meta.MediaStorageSOPClassUID
        assert instance.ReferencedTransferSyntaxUIDInFile == meta.TransferSyntaxUID

    assert set(found) == {str(file) for file in (out / "DICOM").rglob("*") if file.is_file()}
    assert len(found) == 31


def test_each_instance_stands_below_its_own_study_and_series(out, listed):
    for instance in listed(out):
        with quiet_pydicom():
            dataset = instance.load()
        series, study, _ = instance.node.ancestors
        assert series.key == dataset.SeriesInstanceUID
        assert study.key == dataset.StudyInstanceUID


def test_with_patient_ids_the_directory_has_as_many_of_all_as_the_input(
    make, files, disc, tmp_path
):
    recipe = tmp_path / "pseudonyms"
    recipe.write_text(PSEUDONYMS, encoding="utf-8")

    out = make(files, deid=["deid.dicom.basic", recipe])

    assert counts(out / "DICOMDIR") == counts(disc / "DICOMDIR")


def test_without_patient_ids_each_study_stands_alone(out, disc, records):
    # The files do not say which studies are of one patient, so the directory must not either.
    found, before = counts(out / "DICOMDIR"), counts(disc / "DICOMDIR")

    assert found == before | {"PATIENT": before["STUDY"]}
    ids = [r.PatientID for r in records(out) if r.DirectoryRecordType == "PATIENT"]
    assert len(set(ids)) == len(ids)


def test_nothing_of_the_input_is_in_it(out, disc, files):
    content = (out / "DICOMDIR").read_bytes()
    uids = set()
    for file in files:
        if not file.endswith("DICOMDIR"):
            dataset = pydicom.dcmread(file, stop_before_pixels=True)
            uids |= {dataset[f"{level}InstanceUID"].value for level in ("SOP", "Study", "Series")}
    directory = pydicom.dcmread(disc / "DICOMDIR")
    uids.add(directory.file_meta.MediaStorageSOPInstanceUID)

    planted = [*IDENTIFIERS, *(uid.encode() for uid in uids)]
    assert all(one in b"".join(p.read_bytes() for p in disc.rglob("*") if p.is_file())
               for one in planted)  # fmt: skip
    assert [one for one in planted if one in content] == []


def test_the_directory_is_the_same_in_any_order_of_the_files(make, files):
    one = make(files, "one")
    other = make(files[::-1], "other")

    assert (one / "DICOMDIR").read_bytes() == (other / "DICOMDIR").read_bytes()


def test_it_is_a_part_10_file_of_its_own_class_and_uid(out):
    meta = pydicom.dcmread(out / "DICOMDIR").file_meta

    assert meta.MediaStorageSOPClassUID == MediaStorageDirectoryStorage
    assert meta.MediaStorageSOPInstanceUID.is_valid
    assert meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"


@pytest.mark.skipif(shutil.which("dcmdump") is None, reason="needs DCMTK")
def test_dcmtk_reads_it(out):
    done = subprocess.run(
        ["dcmdump", out / "DICOMDIR"], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count('"Directory Record" IMAGE') == 31


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="needs dicom3tools")
def test_it_is_as_legal_as_that_of_the_input(out, disc):
    def errors(path):
        done = subprocess.run(["dciodvfy", path], capture_output=True, text=True, check=False)
        assert "BasicDirectory" in done.stderr
        return {line for line in done.stderr.splitlines() if line.startswith("Error")}

    assert errors(out / "DICOMDIR") - errors(disc / "DICOMDIR") == set()


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(chosen=st.sets(st.integers(0, 30), min_size=1, max_size=6))
def test_any_choice_of_files_gives_a_directory_that_can_be_walked(make, files, chosen, listed):
    instances = [file for file in files if not file.endswith("DICOMDIR")]
    name = "-".join(map(str, sorted(chosen)))

    out = make([instances[number] for number in sorted(chosen)], f"choice-{name}", overwrite=True)

    # pydicom follows the offsets, so a wrong one loses records or finds none.
    assert len(listed(out)) == len(chosen)


# -- earlier runs, and directories of others -------------------------------------------


def test_a_later_run_into_the_same_folder_adds_to_the_directory(make, files):
    whole = make(files, "whole")
    make(files[:12], "steps")
    steps = make(files[12:], "steps")

    assert (steps / "DICOMDIR").read_bytes() == (whole / "DICOMDIR").read_bytes()


def test_a_file_that_is_gone_is_listed_no_more(make, files, listed):
    out = make(files[:4])
    before = listed(out)
    gone = next(iter(before)).path
    (out / gone).unlink()

    make(files[5:6])

    assert gone not in {instance.path for instance in listed(out)}
    assert len(listed(out)) == len(before)


def test_after_a_run_that_was_killed_the_next_one_lists_what_is_there(make, files):
    whole = (make(files) / "DICOMDIR").read_bytes()
    (make(files) / "DICOMDIR").unlink()

    out = make(files)

    assert (out / "DICOMDIR").read_bytes() == whole


def test_a_directory_of_others_stops_the_run_before_the_first_file(make, files, disc, tmp_path):
    (tmp_path / "out").mkdir()
    shutil.copy(disc / "DICOMDIR", tmp_path / "out")

    with pytest.raises(SettingsError, match="was not written by deid_core"):
        make(files)

    assert [path.name for path in (tmp_path / "out").rglob("*")] == ["DICOMDIR"]
    assert b"Archibald" in (tmp_path / "out" / "DICOMDIR").read_bytes()


def test_a_directory_of_others_is_replaced_where_overwriting_is_asked_for(
    make, files, disc, tmp_path, listed
):
    (tmp_path / "out").mkdir()
    shutil.copy(disc / "DICOMDIR", tmp_path / "out")

    out = make(files, overwrite=True)

    assert len(listed(out)) == 31
    assert b"Archibald" not in (out / "DICOMDIR").read_bytes()


def test_a_directory_that_cannot_be_written_is_an_error_and_leaves_nothing(make, files, tmp_path):
    (tmp_path / "out" / "DICOMDIR").mkdir(parents=True)

    with pytest.raises(WriteError, match="DICOMDIR cannot be written"):
        make(files[:2], overwrite=True)

    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["DICOM", "DICOMDIR"]


def test_what_is_listed_and_can_be_read_no_more_is_left_out(make, files, listed, caplog):
    out = make(files[:4])
    broken = Path(listed(out)[0].path)
    broken.write_bytes(b"no image")

    make(files[5:6])

    assert str(broken) not in {instance.path for instance in listed(out)}
    assert "is not in the DICOMDIR: it cannot be read (InvalidDicomError)" in caplog.text


def test_a_name_in_a_directory_that_is_no_file_id_is_never_opened(make, files, listed):
    out = make(files[:2])
    content = (out / "DICOMDIR").read_bytes()
    name = "\\".join(Path(listed(out)[0].path).relative_to(out).parts).encode()
    outside = b"..\\..\\etc\\passwd".ljust(len(name))
    assert name in content
    (out / "DICOMDIR").write_bytes(content.replace(name, outside))

    make(files[5:6])

    assert b"passwd" not in (out / "DICOMDIR").read_bytes()


def test_a_file_under_one_of_our_names_that_is_not_ours_is_not_listed(make, files, caplog, listed):
    out = make(files[1:2])
    (ours,) = (file for file in (out / "DICOM").rglob("*") if file.is_file())
    (out / "DICOMDIR").unlink()
    shutil.copy(files[1], ours)

    make(files[1:2])

    assert not (out / "DICOMDIR").exists()
    assert "it was there before, and deid_core has not named it" in caplog.text


def test_a_run_that_breaks_off_lists_what_it_has_written(disc, files, tmp_path, listed):
    from deid_core import Engine, PluginHost, Settings

    engine = Engine(
        PluginHost.load(), settings=Settings(output_folder=tmp_path / "out", dicomdir=True)
    )
    reports = engine.run(FileRef("", path=disc / file) for file in files[1:])
    for _ in range(3):
        next(reports)
    reports.close()

    assert len(listed(tmp_path / "out")) == 3


def test_a_run_without_outputs_makes_none(make, disc):
    assert not (make([disc / "DICOMDIR"]) / "DICOMDIR").exists()


def test_no_temporary_file_is_left(out):
    assert sorted(path.name for path in out.iterdir()) == ["DICOM", "DICOMDIR"]


# -- on the command line ---------------------------------------------------------------


def test_without_a_dicomdir_in_the_source_none_is_made(disc, tmp_path):
    result = run(disc / "77654033" / "CR1", "--output", tmp_path / "out")

    assert result.exit_code == 0
    assert not (tmp_path / "out" / "DICOMDIR").exists()
    assert all(p.suffix == ".dcm" for p in (tmp_path / "out").rglob("*") if p.is_file())


def test_dicomdir_asks_for_one_whatever_the_source(disc, tmp_path, listed):
    result = run(disc / "77654033" / "CR1", "--dicomdir", "--output", tmp_path / "out")

    assert result.exit_code == 0
    assert len(listed(tmp_path / "out")) == 1


def test_no_dicomdir_makes_none_and_the_summary_says_how_to_get_one(disc, tmp_path):
    result = run(disc, "--no-dicomdir", "--output", tmp_path / "out")

    assert result.exit_code == 0
    assert "No DICOMDIR was made for the outputs; --dicomdir makes one." in result.output
    assert not (tmp_path / "out" / "DICOMDIR").exists()


def test_a_dicomdir_in_lower_case_counts_too(disc, tmp_path):
    (tmp_path / "in").mkdir()
    shutil.copy(disc / "DICOMDIR", tmp_path / "in" / "dicomdir")
    shutil.copytree(disc / "77654033", tmp_path / "in" / "77654033")

    assert run(tmp_path / "in", "--output", tmp_path / "out").exit_code == 0
    assert (tmp_path / "out" / "DICOMDIR").exists()


def test_files_that_are_named_one_by_one_with_their_dicomdir_count_too(disc, tmp_path, listed):
    # As a shell gives them for `disc/*`.
    result = run(*sorted(disc.iterdir()), "--output", tmp_path / "out")

    assert result.exit_code == 0
    assert len(listed(tmp_path / "out")) == 31


def test_kept_names_leave_the_directory_out(disc, tmp_path):
    result = run(disc, "--keep-names", "--output", tmp_path / "out")

    assert result.exit_code == 0
    assert "No DICOMDIR was made" in result.output
    assert (tmp_path / "out" / "6154").exists()


def test_kept_names_and_a_directory_exclude_each_other(disc, tmp_path):
    result = run(disc, "--keep-names", "--dicomdir", "--output", tmp_path / "out")

    assert result.exit_code == 2
    assert "leave out --keep-names" in " ".join(result.output.split())
