from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.fileset import FileInstance, FileSet

from deid_core import Settings
from deid_core.dicom import get_files, replace_identifiers
from deid_core.quiet import quiet_pydicom

KEY = b"sixteen bytes or more"
Make = Callable[..., Path]


@pytest.fixture(scope="session")
def disc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file-set as a scanner burns it: a DICOMDIR, and 31 files of two patients."""
    source = Path(str(get_testdata_file("dicomdirtests/DICOMDIR"))).parent
    folder = tmp_path_factory.mktemp("fileset") / "disc"
    folder.mkdir()
    shutil.copy(source / "DICOMDIR", folder)
    for patient in ("77654033", "98892001", "98892003"):
        shutil.copytree(source / patient, folder / patient)
    return folder


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Return a function that makes a file-set of files or data sets and returns its folder."""

    def make(
        files: Sequence[object],
        output: str = "out",
        deid: object = "deid.dicom.basic",
        **more: bool,
    ) -> Path:
        settings = Settings(dicomdir=True)
        folder = tmp_path / output
        replace_identifiers(
            files, deid=deid, output_folder=folder, config=settings, key=KEY, **more
        )
        return folder

    return make


@pytest.fixture
def files(disc: Path) -> list[str]:
    return list(get_files(disc))


@pytest.fixture
def records() -> Callable[[Path], list[pydicom.Dataset]]:
    """Return a function that reads the directory records of a file-set."""

    def records(folder: Path) -> list[pydicom.Dataset]:
        with quiet_pydicom():
            return list(pydicom.dcmread(folder / "DICOMDIR").DirectoryRecordSequence)

    return records


@pytest.fixture
def listed() -> Iterator[Callable[[Path], list[FileInstance]]]:
    """Return a function that gives what a file-set lists, as pydicom finds it by the offsets."""
    opened = []

    def listed(folder: Path) -> list[FileInstance]:
        opened.append(FileSet(folder / "DICOMDIR"))
        return list(opened[-1])

    yield listed
    for file_set in opened:
        file_set._stage["t"].cleanup()
