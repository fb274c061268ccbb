"""One key, one result: whatever the order of the files, and whichever run it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from jobs import OPTIONS, clean, few_files


def outputs(files: Sequence[Path], name: str, folder: Path, **key: bytes) -> dict[str, bytes]:
    pairs = clean(files, OPTIONS[name], folder, **key)
    return {pair.label: pair.after.read_bytes() for pair in pairs}


@pytest.mark.parametrize("name", ["basic", "modified dates", "all but modified dates"])
def test_a_job_run_again_in_another_order_gives_the_same_bytes(name: str, tmp_path: Path):
    files = few_files()
    first = outputs(files, name, tmp_path / "first")
    assert len(first) > 50
    assert outputs(files, name, tmp_path / "again") == first
    assert outputs(files[::-1], name, tmp_path / "backwards") == first


def test_a_file_alone_gives_the_same_bytes_as_among_others(tmp_path: Path):
    files = few_files()
    together = outputs(files, "basic", tmp_path / "together")
    alone = {}
    for number, file in enumerate(files[:10]):
        alone |= outputs([file], "basic", tmp_path / str(number))
    assert alone.items() <= together.items()


def test_another_key_gives_other_bytes(tmp_path: Path):
    files = few_files()[:10]
    one = outputs(files, "basic", tmp_path / "one", key=b"1" * 32)
    other = outputs(files, "basic", tmp_path / "other", key=b"2" * 32)
    # What has no UID but that of this software has nothing that a key makes.
    named = [name for name in one if one[name].count(b"2.25.") > 1]
    assert len(named) > 5
    assert all(one[name] != other[name] for name in named)
