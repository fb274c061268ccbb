"""``deid-core run`` with engines, and what it shows meanwhile."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from runs import contents

from deid_core.cli.main import cli

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def run(slices: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "key").write_bytes(bytes(32))
    (tmp_path / "key").chmod(0o600)

    def run(output: str, *options: str) -> Any:
        words = [str(tmp_path / "in"), "--output", str(tmp_path / output), *options]
        return CliRunner().invoke(cli, ["run", *words, "--key-file", str(tmp_path / "key")])

    return run


def test_the_engine_makes_no_difference(run: Any, slices: Any, tmp_path: Path) -> None:
    slices(10)
    assert run("one", "--engine", "serial").exit_code == 0
    assert run("two", "--engine", "processes", "--workers", "2").exit_code == 0
    (tmp_path / "settings.json").write_text(json.dumps({"run": {"engine": "processes"}}))
    assert run("three", "--config", str(tmp_path / "settings.json")).exit_code == 0
    one = contents(tmp_path / "one")
    assert len(one) == 10
    assert contents(tmp_path / "two") == contents(tmp_path / "three") == one


@pytest.mark.slow
def test_a_cluster_of_its_own_says_nothing_of_itself(run: Any, slices: Any, tmp_path: Path) -> None:
    slices(3)
    assert run("one").exit_code == 0
    words = ["--output", tmp_path / "two", "--key-file", tmp_path / "key", "--engine", "dask"]
    program = [sys.executable, "-c", "from deid_core.cli.main import main; main()"]
    done = subprocess.run(
        [*program, "run", tmp_path / "in", *words, "--workers", "1"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert contents(tmp_path / "two") == contents(tmp_path / "one")


def test_an_engine_that_is_not_there_is_a_wrong_usage(run: Any, slices: Any) -> None:
    slices(1)
    result = run("out", "--engine", "cluster")
    assert result.exit_code == 2
    assert "there are: auto, dask, processes, serial" in result.output


def test_a_run_that_cannot_be_shared_says_so_once(run: Any, slices: Any, tmp_path: Path) -> None:
    slices(3)
    result = run("out", "--engine", "processes", "--crosswalk", str(tmp_path / "crosswalk"))
    assert result.output.count("One process did all the files: plugin 'pseudonyms'") == 1
    assert "One process" not in run("out", "--crosswalk", str(tmp_path / "crosswalk")).output


def test_progress_shows_what_is_done_of_how_many(run: Any, slices: Any) -> None:
    slices(12)
    shown = run("out", "--progress").output
    assert "12/12" in shown
    assert "files/s" in shown
    assert "0 refused" in shown
    assert "files/s" not in run("quiet", "--no-progress").output


def test_sizes_of_clusters_are_computed_from_a_rate_or_from_results(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- sizing-table -->\nold\n<!-- end of sizing-table -->\nb\n")
    script = [sys.executable, CHECKOUT / "scripts" / "sizing_table.py", "--page", page]
    subprocess.run([*script, "--rate", "2000", "--kilobytes", "16"], check=True)
    text = page.read_text()
    assert text.startswith("a\n<!--")
    assert text.endswith("-->\nb\n")
    assert "| 7,200,000 | 14 | 0.01 | 200,000 files/s, 3,200 MB/s read" in text
    run = {"runner": "basic", "corpus": "headers", "where": "memory", "status": 0}
    run |= {"files": 10, "bytes": 160_000, "written_bytes": 100_000, "user": 0.01, "system": 0.01}
    results = tmp_path / "results.json"
    results.write_text(json.dumps({"runs": [run, {**run, "user": 9.0, "corpus": "large"}]}))
    subprocess.run([*script, "--results", results], check=True)
    assert "| 16 KB | 1,800,000 | 56 |" in page.read_text()
