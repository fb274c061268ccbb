"""``deid-core inspect --html``: one page to look at, without a value or a name of a file."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pydicom.dataset import Dataset

from deid_core.cli.main import cli


@pytest.fixture
def page(tmp_path: Path, small: Dataset, save: Any) -> Callable[..., str]:
    """Return a function that inspects a data set, and returns the page."""

    def page(*words: str) -> str:
        small.PatientComments = "Homer called"
        path = save(small, "Homer/Simpson.dcm")
        inspect(path, "--html", tmp_path / "found.html", *words)
        return (tmp_path / "found.html").read_text(encoding="utf-8")

    return page


def inspect(*words: object) -> Result:
    return CliRunner().invoke(cli, ["inspect", *map(str, words)])


def test_attributes_are_listed_with_what_would_become_of_them(page: Callable[..., str]) -> None:
    text = page("--profile", "basic")
    assert "Patient&#x27;s Name" in text
    assert "<code>(0010,0010)</code>" in text
    assert "None would be kept." in text


def test_what_would_be_kept_stands_in_the_verdict(page: Callable[..., str]) -> None:
    text = page("--default", "keep")
    assert "would be kept, at least in part" in text
    assert 'class="fate kept"' in text


def test_no_value_and_no_name_of_a_file_is_on_the_page(
    page: Callable[..., str], small: Dataset
) -> None:
    values = [str(element.value) for element in small if len(str(element.value)) > 3]
    text = page("--profile", "basic")
    for value in (*values, "Homer", "Simpson"):
        assert value not in text


def test_files_that_cannot_be_read_are_counted_by_reason(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "Homer.dcm").write_bytes(bytes(128) + b"DICM" + b"\xff" * 300)
    inspect(tmp_path / "in", "--html", tmp_path / "found.html")
    text = (tmp_path / "found.html").read_text(encoding="utf-8")
    assert "<code>unreadable</code>" in text
    assert "Homer" not in text
    assert "No DICOM file was found" in text


def test_the_page_takes_the_place_of_an_older_one_when_it_is_whole(
    page: Callable[..., str], tmp_path: Path
) -> None:
    path = tmp_path / "found.html"
    path.write_text("older", encoding="utf-8")
    assert "older" not in page()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not list(tmp_path.glob(".inspect-*"))


def test_a_folder_that_is_not_there_is_wrong_usage(
    tmp_path: Path, small: Dataset, save: Any
) -> None:
    result = inspect(save(small), "--html", tmp_path / "nowhere" / "found.html")
    assert result.exit_code == 2
    assert "name another file with --html" in result.output
