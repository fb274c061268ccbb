"""The planted corpus: real files, every row of table E.1-1, and the audit of what becomes of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pydicom import dcmread

SCRIPTS = Path(__file__).parents[2] / "scripts"
NOT_PLANTED = {"OB", "OW", "UN", "US", "None"}


def run(script: str, *arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, SCRIPTS / script, *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("planted")
    run("make_planted_corpus.py", folder)
    return folder


@pytest.fixture(scope="module")
def key(corpus) -> list[dict]:
    return json.loads((corpus / "answer-key.json").read_text(encoding="utf-8"))


def test_the_same_files_come_out_each_time(corpus, tmp_path):
    run("make_planted_corpus.py", tmp_path)
    for path in sorted((corpus / "in").rglob("*.dcm")):
        assert (tmp_path / "in" / path.relative_to(corpus / "in")).read_bytes() == path.read_bytes()


def test_every_file_can_be_read_and_every_image_decoded(corpus):
    pytest.importorskip("numpy")
    paths = sorted((corpus / "in").rglob("*.dcm"))
    assert len(paths) == 16
    for path in paths:
        dataset = dcmread(path)
        syntax = dataset.file_meta.TransferSyntaxUID
        if "PixelData" in dataset and not syntax.is_encapsulated:
            assert dataset.pixel_array.size


def test_every_attribute_of_the_table_that_holds_text_is_planted(key):
    table = json.loads((Path(__file__).parent / "table_e1_1.json").read_text(encoding="utf-8"))
    planted = {one["where"].split(" ")[0] for one in key if one["kind"] == "must go"}
    missing = {
        tag
        for tag, (vr, code) in table["rows"].items()
        if f"({tag[:4]},{tag[4:]})" not in planted
        and str(vr).split(" ")[0] not in NOT_PLANTED
        and not (vr == "SQ" and code != "X")
        and int(tag[:4], 16) >= 0x0008
    }
    spelled_out = {"00081030", "0008103E", "00181030", "001021B0", "00204000", "00321060"}
    own_content = {"00081140", "00082218", "0040A730", "00081250"}
    two_patients_of_one = {"00100021"}
    assert missing <= spelled_out | own_content | two_patients_of_one


def test_a_copy_leaks_every_planted_text(corpus, key, command):
    result = command(
        corpus / "in",
        corpus / "in",
        "--identifiers",
        corpus / "must-go.csv",
        "--show-values",
        "--json",
    )
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    values = {value for leak in found["leaks"] for value in leak["values"]}
    planted = {one["canary"] for one in key if one["kind"] == "must go" and one["search"]}
    # A name is written down with all its parts.
    assert {text for text in planted if not any(text in value for value in values)} == set()
    assert found["categories"]["text removed"]["passed"] == 0
    assert found["categories"]["patients consistent"]["failed"] == 0


def test_the_places_of_the_leaks_name_nobody(corpus, command):
    result = command(
        corpus / "in", corpus / "in", "--identifiers", corpus / "must-go.csv", "--json"
    )
    places = {leak["place"] for leak in json.loads(result.stdout)["leaks"]}
    assert {"preamble", "file name", "PatientName", "(0099,xx01)"} <= places
    assert "zq" not in result.stdout.casefold()


@pytest.mark.parametrize("options", [(), ("--clean-descriptors", "--retain-modified-dates")])
def test_a_result_of_the_profile_is_read_and_paired(corpus, command, tmp_path, options):
    from click.testing import CliRunner

    from deid_core.cli.main import cli

    arguments = ["run", str(corpus / "in"), "--profile", "basic", *options]
    done = CliRunner().invoke(cli, [*arguments, "--output", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    result = command(corpus / "in", tmp_path / "out", "--json")
    found = json.loads(result.stdout)
    assert found["files"]["paired"] == 16
    assert found["files"]["missing"] == found["files"]["extra"] == []
    assert found["categories"]["pixels retained"]["failed"] == 0
    assert found["categories"]["UIDs consistent"]["failed"] == 0


@pytest.mark.slow
def test_the_table_of_the_documentation_is_written_by_a_script(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- audit-table -->\nold\n<!-- end of audit-table -->\nafter\n")
    printed = run("audit_table.py", page)
    written = page.read_text(encoding="utf-8")
    assert printed.strip() in written
    assert "old" not in written
    assert written.startswith("before\n")
    assert written.endswith("after\n")
    assert "| UIDs consistent | " in printed
