"""``pytest --deid-plugin NAME``: the contract asked of what is installed, without a module."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

WORD = """
@hookimpl
def deid_field_actions():
    def compile_cap(rule, batch):
        if not rule.value.isdigit() or int(rule.value) != 90:
            raise ValueError("expected 90")
        return lambda field: SetValue("x")

    return [FieldAction(name="CAP", compile=compile_cap, rank=Rank.CHANGES, summary="caps",
                        takes=Takes.VALUE)]
"""


def ask(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a folder, where also a plugin is that `install` made."""
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "--noconftest",
            "-q",
            *arguments,
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "site")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_all_that_is_named_is_asked_and_nothing_besides(
    install: Callable[..., None], tmp_path: Path
) -> None:
    (tmp_path / "test_other.py").write_text("def test_of_another_project():\n    assert False\n")
    install("ant", WORD)
    options = ("--deid-plugin", "ant", "--deid-plugin", "no-such", "-k", "words_can_be_used")
    done = ask(tmp_path, *options, "--deid-sample", "CAP=90")
    assert "1 passed, 44 deselected, 1 error" in done.stdout, done.stdout + done.stderr
    assert "no plugin 'no-such' is installed" in done.stdout
    assert "during handling" not in done.stdout.lower()


@pytest.mark.exhaustive
def test_tests_that_are_named_run_as_well(install: Callable[..., None], tmp_path: Path) -> None:
    mine = tmp_path / "test_mine.py"
    mine.write_text("def test_words_of_mine():\n    assert True\n")
    install("ant", WORD)
    done = ask(tmp_path, "--deid-plugin", "ant", "-k", "words_of_mine or words_can", str(mine))
    assert "1 failed, 1 passed, 22 deselected" in done.stdout, done.stdout + done.stderr
    assert "say what follows it there, samples = {'CAP': '…'}" in done.stdout


def test_a_sample_that_is_none_is_told(tmp_path: Path) -> None:
    done = ask(tmp_path, "--deid-sample", "CAP")
    assert done.returncode == 4
    assert "--deid-sample CAP: expected WORD=TEXT" in done.stderr
