"""``deid-core run``: what it writes, says and returns."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pydicom.dataset import Dataset

from deid_core.cli.main import cli

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs ``deid-core run`` into the folder ``out``."""
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object, output: str = "out") -> Result:
        return CliRunner().invoke(
            cli, ["run", *map(str, arguments), "--output", str(tmp_path / output)]
        )

    return run


def outputs(tmp_path: Path, folder: str = "out") -> list[Path]:
    return sorted(path for path in (tmp_path / folder).rglob("*") if path.is_file())


def test_a_file_is_named_by_its_new_uids(
    run: Run, small: Dataset, save: Any, load: Any, tmp_path: Path
) -> None:
    result = run(save(small, "SIMPSON^HOMER.dcm"))
    assert result.exit_code == 0, result.output
    (path,) = outputs(tmp_path)
    out = load(path)
    assert path.relative_to(tmp_path / "out").parts == (
        out.StudyInstanceUID,
        out.SeriesInstanceUID,
        f"{out.SOPInstanceUID}.dcm",
    )
    assert out.StudyInstanceUID != "1.2.3"
    assert "SIMPSON" not in result.output


def test_the_summary_counts_what_was_done(
    run: Run, small: Dataset, save: Any, tmp_path: Path
) -> None:
    save(small, "in/a.dcm")
    (tmp_path / "in" / "notes.txt").write_text("no image", encoding="utf-8")
    result = run(tmp_path / "in")
    assert result.exit_code == 0
    words = " ".join(result.output.replace("│", " ").split())
    assert "de-identified 1" in words
    assert "not DICOM, passed over 1" in words
    assert "cannot be linked to other runs" in words


def test_files_and_folders_and_several_of_each_are_taken(
    run: Run, small: Dataset, save: Any, tmp_path: Path
) -> None:
    one = save(small, "x/1.dcm")
    save(small, "y/1.dcm")
    save(small, "z/deeper/1.dcm")
    small.SOPInstanceUID = "1.2.3.9"
    save(small, "z/2.dcm")
    assert run(one, tmp_path / "y", tmp_path / "z").exit_code == 0
    assert len(outputs(tmp_path)) == 4


def test_keep_names_keeps_base_names_and_tells_equal_ones_apart(
    run: Run, small: Dataset, save: Any, tmp_path: Path
) -> None:
    save(small, "in/s1/1.dcm")
    save(small, "in/s2/1.dcm")
    save(small, "in/s2/2.dcm")
    assert run(tmp_path / "in", "--keep-names").exit_code == 0
    assert [path.name for path in outputs(tmp_path)] == ["2.dcm", "s1-1.dcm", "s2-1.dcm"]


def test_existing_outputs_are_listed_and_the_status_is_1(
    run: Run, small: Dataset, save: Any
) -> None:
    path = save(small)
    assert run(path, "--keep-names", "--no-record").exit_code == 0
    result = run(path, "--keep-names", "--no-record")
    assert result.exit_code == 1
    assert "output exists already, not written" in result.output
    assert "output-exists" in result.output
    assert run(path, "--keep-names", "--no-record", "--overwrite").exit_code == 0


def test_a_file_that_cannot_be_read_is_listed_and_the_rest_is_done(
    run: Run, small: Dataset, save: Any, tmp_path: Path
) -> None:
    save(small, "in/good.dcm")
    bad = save(small, "in/bad.dcm")
    bad.write_bytes(bad.read_bytes()[:-1])
    result = run(tmp_path / "in")
    assert result.exit_code == 1
    assert len(outputs(tmp_path)) == 1
    assert "unreadable" in result.output
    assert "the file ends inside of the element (7FE0,0010)" in result.output
    assert "bad.dcm" not in result.output
    again = run(tmp_path / "in", "--show-files", output="again")
    assert str(bad) in again.output.replace("\n", "")


def test_a_source_that_is_not_there_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    result = run(tmp_path / "nowhere")
    assert result.exit_code == 2
    assert f"{tmp_path / 'nowhere'}: no such file or folder" in result.output


@pytest.mark.parametrize("source", ["out", "out/site"])
def test_a_source_in_the_output_folder_is_wrong_usage_not_an_empty_run(
    run: Run, small: Dataset, save: Any, tmp_path: Path, source: str
) -> None:
    given = save(small, "out/site/a.dcm")
    before = given.read_bytes()
    result = run(tmp_path / source)
    assert result.exit_code == 2
    assert "lies in the output folder" in result.output
    assert outputs(tmp_path) == [given]
    assert given.read_bytes() == before


def test_an_output_folder_inside_of_the_source_is_passed_over_by_the_next_run(
    run: Run, small: Dataset, save: Any, tmp_path: Path
) -> None:
    save(small, "in/a.dcm")
    for _ in range(2):
        result = run(tmp_path / "in", "--keep-names", "--overwrite", output="in/out")
        assert result.exit_code == 0, result.output
    assert [path.name for path in outputs(tmp_path, "in/out")] == ["a.dcm"]


def test_what_reading_left_out_is_said_and_the_file_is_named_by_its_number(
    run: Run, small: Dataset, save: Any, caplog: pytest.LogCaptureFixture
) -> None:
    path = save(small, "SIMPSON^HOMER.dcm")
    path.write_bytes(path.read_bytes() + b"SIMPSON")
    result = run(path)
    assert result.exit_code == 0
    assert "1 file (1): bytes after the data set dropped" in result.output
    assert "SIMPSON" not in caplog.text


def test_a_source_that_is_not_there_stops_the_run_before_the_first_file(
    run: Run, small: Dataset, save: Any, tmp_path: Path
) -> None:
    result = run(save(small), tmp_path / "nowhere")
    assert result.exit_code == 2
    assert outputs(tmp_path) == []


@pytest.mark.parametrize(
    "arguments", [[], ["--nonsense"], ["x", "--default", "hide"], ["x", "--key-file", "/nowhere"]]
)
def test_wrong_usage_has_status_2(run: Run, arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_the_output_must_be_named(small: Dataset, save: Any) -> None:
    result = CliRunner().invoke(cli, ["run", str(save(small))])
    assert result.exit_code == 2
    assert "--output" in result.output


def test_a_recipe_with_an_error_is_wrong_usage_and_nothing_is_written(
    run: Run, small: Dataset, save: Any, recipe: Any, tmp_path: Path
) -> None:
    deid = recipe("REMOVE PatientIDD")
    result = run(save(small), "--recipe", deid)
    assert result.exit_code == 2
    assert f"{deid}:4:8: found 'PatientIDD'" in result.output
    assert "Did you mean 'PatientID'?" in result.output
    assert "Traceback" not in result.output
    assert outputs(tmp_path) == []


def test_recipes_lie_on_each_other(
    run: Run, small: Dataset, save: Any, load: Any, recipe: Any, tmp_path: Path
) -> None:
    lower = recipe("KEEP PatientID", "KEEP StudyDate", name="deid.low")
    upper = recipe("REPLACE PatientID x", name="deid.high")
    assert run(save(small), "-r", lower, "-r", upper).exit_code == 0
    out = load(outputs(tmp_path)[0])
    assert (out.PatientID, out.StudyDate) == ("x", "20200131")


def test_default_keep_private_and_strict(
    run: Run, small: Dataset, save: Any, load: Any, recipe: Any, tmp_path: Path
) -> None:
    small.private_block(0x0009, "ACME", create=True).add_new(0x01, "LO", "x")
    path = save(small)
    assert run(path, "--default", "KEEP", "--keep-private").exit_code == 0
    out = load(outputs(tmp_path)[0])
    assert out.PatientID == "P-1"
    assert out[0x00091001].value == "x"
    result = run(path, "--strict", "-r", recipe("REPLACE PatientID var:x"), output="other")
    assert result.exit_code == 1
    assert "REPLACE PatientID not done" in result.output


def test_a_key_file_makes_pseudonyms_the_same_in_every_run(
    run: Run, small: Dataset, save: Any, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"sixteen bytes!!!" * 2 + b"\n")
    key.chmod(0o600)
    path = save(small)
    one = run(path, "--key-file", key, output="one")
    run(path, "--key-file", key, output="two")
    names = [
        [p.relative_to(tmp_path / folder) for p in outputs(tmp_path, folder)]
        for folder in ("one", "two")
    ]
    assert names[0] == names[1]
    assert "cannot be linked" not in one.output


def test_a_short_key_is_refused(run: Run, small: Dataset, save: Any, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"short")
    key.chmod(0o600)
    result = run(save(small), "--key-file", key)
    assert result.exit_code == 2
    assert f"{key}: a key needs at least 16 bytes" in result.output


def test_what_a_blocked_plugin_provided_is_missed_at_once(
    run: Run, small: Dataset, save: Any, recipe: Any
) -> None:
    result = run(save(small), "--block", "dicom", "--recipe", recipe("REMOVE PatientID"))
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_blocking_the_screener_stops_the_run_or_fails_every_file(
    run: Run, small: Dataset, save: Any, tmp_path: Path
) -> None:
    result = run(save(small), "--block", "screening")
    assert result.exit_code in (1, 2)
    assert "deid_screen_private_tags" in result.output
    assert "blocked: screening" in result.output
    assert outputs(tmp_path) == []


def test_a_settings_file_is_read(
    run: Run, small: Dataset, save: Any, load: Any, tmp_path: Path
) -> None:
    config = tmp_path / "c.toml"
    config.write_text('[put]\nactions = [{action = "KEEP", field = "StudyDate"}]', "utf-8")
    assert run(save(small), "--config", config).exit_code == 0
    assert load(outputs(tmp_path)[0]).StudyDate == "20200131"


def test_a_settings_file_with_an_error_is_wrong_usage(
    run: Run, small: Dataset, save: Any, tmp_path: Path
) -> None:
    config = tmp_path / "c.json"
    config.write_text('{"got": {}}', encoding="utf-8")
    result = run(save(small), "--config", config)
    assert result.exit_code == 2
    assert "'got' is not one of the tables" in result.output


def test_two_files_of_one_instance_both_come_out(
    run: Run, small: Dataset, save: Any, tmp_path: Path
) -> None:
    one = save(small, "in/a.dcm")
    shutil.copy(one, tmp_path / "in" / "b.dcm")
    assert run(tmp_path / "in").exit_code == 0
    assert len(outputs(tmp_path)) == 2


def test_a_second_run_into_the_same_folder_does_not_take_other_names(
    run: Run, small: Dataset, save: Any, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    key.chmod(0o600)
    path = save(small)
    run(path, "--key-file", key, "--no-record")
    assert run(path, "--key-file", key, "--no-record").exit_code == 1
    assert len(outputs(tmp_path)) == 1


def test_no_value_of_a_patient_is_printed(run: Run, small: Dataset, save: Any, recipe: Any) -> None:
    deid = recipe("REPLACE PatientName var:x", "REPLACE BitsStored many")
    result = run(save(small), "-r", deid)
    for value in ("Simpson", "Homer", "P-1", "20200131"):
        assert value not in result.output


def test_new_uids_can_be_made_under_a_root_of_ones_own(
    run: Run, small: Dataset, save: Any, load: Any, tmp_path: Path
) -> None:
    assert run(save(small), "--uid-root", "1.2.826.0.1").exit_code == 0
    out = load(outputs(tmp_path)[0])
    assert out.SOPInstanceUID.startswith("1.2.826.0.1.")
    assert out.file_meta.MediaStorageSOPInstanceUID == out.SOPInstanceUID


def test_a_root_that_is_none_is_wrong_usage(run: Run, small: Dataset, save: Any) -> None:
    result = run(save(small), "--uid-root", "1.02")
    assert result.exit_code == 2
    assert "uid_root: must be the root of a UID" in result.output
