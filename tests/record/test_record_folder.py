"""Where a record is kept, who may read it, and what it says of files that were refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from deid_core.cli.main import cli
from deid_core.cli.record import beside


def test_the_record_is_for_its_owner_alone(run: Any, images: Any, tmp_path: Path) -> None:
    folder = images(1)
    (folder / "bad.dcm").write_bytes((folder / "0001.dcm").read_bytes()[:-9])
    run("--quarantine", tmp_path / "kept")
    for place in (tmp_path / "out.record", tmp_path / "kept"):
        assert place.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in place.iterdir()} == {0o600}


def test_a_record_folder_that_others_may_enter_is_refused(
    run: Any, images: Any, tmp_path: Path
) -> None:
    images(1)
    (tmp_path / "open").mkdir(mode=0o755)
    result = run("--record", tmp_path / "open")
    assert result.exit_code == 2
    assert "chmod 700" in result.output


def test_a_run_that_cannot_begin_leaves_no_record(run: Any, images: Any, tmp_path: Path) -> None:
    images(1)
    recipe = tmp_path / "deid.wrong"
    recipe.write_text("FORMAT dicom\n%header\nJITTER PatientBirthDate soon\n")
    for words in (["--recipe", recipe], [tmp_path / "not-there"], ["--engine", "none-such"]):
        assert run(*words).exit_code == 2
        assert not (tmp_path / "out.record").exists()


def test_a_record_in_the_output_is_refused(run: Any, images: Any, tmp_path: Path) -> None:
    images(1)
    for option in ("--record", "--quarantine"):
        result = run(option, tmp_path / "out" / "inside")
        assert result.exit_code == 2
        assert "lies in the output folder" in result.output


def test_the_record_lies_beside_the_output() -> None:
    assert beside(Path("out")) == Path("out.record")
    assert beside(Path("a/b.zip")) == Path("a/b.zip.record")
    assert beside(Path()) == Path.cwd().with_name(f"{Path.cwd().name}.record")
    assert beside(Path("a/..")).name == f"{Path('a/..').resolve().name}.record"


def test_a_source_that_holds_the_record_is_read_without_it(
    images: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    folder = images(1)
    (folder / "bad.dcm").write_bytes((folder / "0001.dcm").read_bytes()[:-9])
    monkeypatch.setenv("COLUMNS", "400")
    words = ["run", str(folder), "-o", str(folder / "out"), "--quarantine", str(folder / "kept")]
    assert "1 of them was not written" not in CliRunner().invoke(cli, words).output
    again = CliRunner().invoke(cli, words)
    assert "Nothing to do: 2 files were done by an earlier run." in again.output


def test_the_list_of_what_was_refused_has_reasons_and_no_names(
    run: Any, images: Any, tmp_path: Path
) -> None:
    folder = images(1)
    (folder / "SIMPSON.dcm").write_bytes((folder / "0001.dcm").read_bytes()[:-9])
    run()
    text = (tmp_path / "out.record" / "quarantine.jsonl").read_text()
    assert json.loads(text) == {
        "file": 2,
        "outcome": "refused",
        "code": "unreadable",
        "reason": "the file ends inside of the element (FFFC,FFFC)",
    }
    for path in (tmp_path / "out.record").iterdir():
        assert b"SIMPSON" not in path.read_bytes()


def test_quarantine_keeps_a_copy_and_says_where_it_is_from(
    run: Any, images: Any, tmp_path: Path
) -> None:
    folder = images(1)
    bad = folder / "bad.dcm"
    bad.write_bytes((folder / "0001.dcm").read_bytes()[:-9])
    run("--quarantine", tmp_path / "kept")
    index = (tmp_path / "kept" / "index.csv").read_text(encoding="utf-8")
    (row,) = csv.DictReader(index.splitlines())
    assert (row["code"], row["location"]) == ("unreadable", str(bad))
    assert (tmp_path / "kept" / row["copy"]).read_bytes() == bad.read_bytes()


def test_a_quarantine_takes_the_files_of_one_output_alone(
    run: Any, images: Any, tmp_path: Path
) -> None:
    folder = images(1)
    (folder / "bad.dcm").write_bytes((folder / "0001.dcm").read_bytes()[:-9])
    run("--quarantine", tmp_path / "kept")
    before = {path.name: path.read_bytes() for path in (tmp_path / "kept").iterdir()}
    words = ["run", str(folder), "-o", str(tmp_path / "other"), "--quarantine"]
    taken = CliRunner().invoke(cli, [*words, str(tmp_path / "kept")])
    assert taken.exit_code == 2
    assert "holds files that are not of this run" in taken.output
    assert {path.name: path.read_bytes() for path in (tmp_path / "kept").iterdir()} == before
    assert list((tmp_path / "other").glob("*")) == []


def test_a_quarantine_is_no_folder_of_somebody(run: Any, images: Any, tmp_path: Path) -> None:
    images(1)
    (tmp_path / "mine").mkdir(mode=0o700)
    (tmp_path / "mine" / "000001.dcm").write_bytes(b"mine")
    assert run("--quarantine", tmp_path / "mine").exit_code == 2
    assert (tmp_path / "mine" / "000001.dcm").read_bytes() == b"mine"


def test_a_quarantined_file_that_is_done_later_leaves_the_quarantine(
    run: Any, images: Any, key_file: Path, tmp_path: Path
) -> None:
    folder = images(1)
    bad = folder / "bad.dcm"
    bad.write_bytes((folder / "0001.dcm").read_bytes()[:-9])
    words = ["--quarantine", tmp_path / "kept", "--key-file", key_file]
    run(*words)
    images(1, first=7)
    (folder / "0007.dcm").replace(bad)
    assert run(*words).exit_code == 0
    assert list((tmp_path / "kept").glob("*.dcm")) == []
    assert (tmp_path / "out.record" / "quarantine.jsonl").read_text() == ""
