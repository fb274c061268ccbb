"""Every coded stream in the files of pydicom and pydicom-data can be parsed."""

from __future__ import annotations

import importlib.util
import warnings
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import UID

from deid_core import Engine, FileRef, PluginHost, Settings
from deid_core.config import layers_of

FOLDERS = [Path(pydicom.__file__).parent / "data" / "test_files"]
if (store := importlib.util.find_spec("data_store")) and store.origin:
    FOLDERS.append(Path(store.origin).parent)
HEAD = 2048
"""Bytes within which each of the files names its transfer syntax."""


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """Inputs with compressed pixel data, and the reports on them."""
    files = [file for folder in FOLDERS for file in sorted(folder.rglob("*.dcm"))]
    compressed = [file for file in files if b"1.2.840.10008.1.2.4." in file.read_bytes()[:HEAD]]
    folder = tmp_path_factory.mktemp("stripped")
    recipe = folder / "deid.strip"
    recipe.write_text("FORMAT dicom\nDEFAULT KEEP\n\n%header\n\nSTRIP PixelData\n")
    host = PluginHost.load()
    engine = Engine(host, layers_of(recipe, host), Settings(output_folder=folder), key=bytes(32))
    reports = list(engine.run(FileRef(file.name, path=file) for file in compressed))
    return dict(zip(compressed, reports, strict=True))


def test_no_file_is_refused_for_its_stream(outputs):
    assert len(outputs) >= 20
    assert [r.reason for r in outputs.values() if "may hold metadata" in r.reason] == []
    assert [path.name for path, r in outputs.items() if r.outcome.value == "failed"] == []


def test_fragments_and_offsets_are_where_they_were(outputs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pairs = [
            (pydicom.dcmread(path), pydicom.dcmread(report.output))
            for path, report in outputs.items()
            if report.output
        ]
    for before, after in pairs:
        assert UID(after.file_meta.TransferSyntaxUID).is_compressed
        if "PixelData" in before:
            assert len(after.PixelData) == len(before.PixelData)
