"""``make demo``: shows what was there and what is left."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from rich.console import Console

from deid_core.cli import demo


def test_the_demo_cleans_the_example_data(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    demo.main()
    words = " ".join(capsys.readouterr().out.split())
    assert "before and after" in words
    assert "7 files in, 7 out, in" in words
    assert len(list(tmp_path.rglob("*.dcm"))) == 7


def test_the_elements_of_two_files_stand_side_by_side(small: Dataset, save: Any) -> None:
    small.PatientComments = "[bold] " * 20
    before = save(small, "before.dcm")
    small.PatientName = "new^name"
    del small.PatientID
    small.PatientSex = "M"
    after = save(small, "after.dcm")
    stream = io.StringIO()
    demo.show(before, after, Console(file=stream, width=200))
    rows = [line.replace("│", " ").split() for line in stream.getvalue().splitlines()]
    text = "\n".join(" ".join(row) for row in rows)
    assert "(0010,0010) Patient's Name Simpson^Homer^Jay new^name" in text
    assert "(0010,0020) Patient ID P-1" in text
    assert "(0010,0040) Patient's Sex M" in text
    assert "Pixel Data 2 bytes 2 bytes" in text
    assert "[bold]" in text
    assert "…" in text
