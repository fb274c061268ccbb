"""What the tests share: small DICOM files, and a short way to de-identify one."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage

from deid_core import Batch, FileRef, PluginHost, Settings, hookimpl
from deid_core.data import get_dataset
from deid_core.dicom import get_files, replace_identifiers
from deid_core.quiet import quiet_pydicom

Save = Callable[..., Path]
Clean = Callable[..., Dataset]


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("DEID_CORE_"):
            monkeypatch.delenv(name)


@pytest.fixture
def cookies() -> list[str]:
    """Return the seven bundled files."""
    return list(get_files(get_dataset("dicom-cookies")))


@pytest.fixture
def small() -> Dataset:
    """Return a data set of a few elements and one pixel."""
    dataset = Dataset()
    dataset.SOPClassUID = SecondaryCaptureImageStorage
    dataset.SOPInstanceUID = "1.2.3.4"
    dataset.StudyDate = "20200131"
    dataset.Modality = "OT"
    dataset.PatientName = "Simpson^Homer^Jay"
    dataset.PatientID = "P-1"
    dataset.StudyInstanceUID = "1.2.3"
    dataset.SeriesInstanceUID = "1.2.3.1"
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows = dataset.Columns = 1
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelRepresentation = 0
    dataset.add_new("PixelData", "OB", b"\1\0")
    return dataset


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Return a function that writes a data set as a Part 10 file, legal or not."""

    def save(
        dataset: Dataset,
        name: str = "in.dcm",
        syntax: str = ExplicitVRLittleEndian,
        meta: Mapping[str, Any] | None = None,
    ) -> Path:
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = syntax
        for keyword, value in (meta or {}).items():
            setattr(dataset.file_meta, keyword, value)
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with quiet_pydicom():
            dataset.save_as(path, enforce_file_format=True)
        return path

    return save


@pytest.fixture
def load() -> Callable[[str | Path], Dataset]:
    """Return a function that reads a file with all its values, legal or not."""

    def load(path: str | Path) -> Dataset:
        with quiet_pydicom():
            dataset = dcmread(path)
            dataset.decode()
            dataset.walk(lambda *_: None)
        return dataset

    return load


@pytest.fixture
def recipe(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes lines of ``%header`` as a recipe."""

    def recipe(*lines: str, name: str = "deid.test", top: str = "") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(["FORMAT dicom", top, "%header", *lines, ""]), encoding="utf-8")
        return path

    return recipe


@pytest.fixture
def clean(tmp_path: Path, save: Save, load: Any, recipe: Any) -> Clean:
    """Return a function that de-identifies a data set by lines of ``%header``.

    What no line names stays, unless ``top`` says otherwise. ``item`` holds variables.
    """

    def clean(
        dataset: Dataset,
        *lines: str,
        top: str = "DEFAULT KEEP",
        item: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> Dataset:
        path = save(dataset)
        ids = {str(dataset.PatientID): {str(dataset.SOPInstanceUID): item or {}}}
        options.setdefault("deid", recipe(*lines, top=top))
        (out,) = replace_identifiers(path, ids=ids, **options)
        return load(out)

    return clean


@pytest.fixture
def batch() -> Batch:
    """Return a run with a known key."""
    return Batch(Settings(), bytes(32), lambda rule, batch: lambda field: rule.value)


@pytest.fixture
def ref() -> FileRef:
    """Return the reference of a file that is not there."""
    return FileRef("a.dcm", path=Path("nowhere/a.dcm"))


@pytest.fixture
def plugin() -> Callable[..., SimpleNamespace]:
    """Return a function that makes a plugin out of hook implementations.

    Each is named by its hook; those that are functions without the mark get it.
    """

    def plugin(**hooks: Callable[..., Any]) -> SimpleNamespace:
        return SimpleNamespace(
            **{
                name: hook if hasattr(hook, "deid_core_impl") else hookimpl(hook)
                for name, hook in hooks.items()
            }
        )

    return plugin


@pytest.fixture
def own() -> dict[str, object]:
    """Return the default plugins by name, as `PluginHost` takes them."""
    import deid_core_dicom
    import deid_core_screening

    return {"dicom": deid_core_dicom, "screening": deid_core_screening}


@pytest.fixture
def host(own: dict[str, object]) -> PluginHost:
    """Return a host with the default plugins and nothing that happens to be installed."""
    return PluginHost(own)


@pytest.fixture
def debug_log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Return what is logged, debug lines included."""
    with caplog.at_level(logging.DEBUG, logger="deid_core"):
        yield caplog
