"""What the tests of executors share: files, plugins that other processes find, and engines."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

# In importlib mode pytest puts no test folder on the path; the helpers here need it.
sys.path.insert(0, str(Path(__file__).parent))

from runs import KEY, plant

from deid_core import Engine, FileRef, PluginHost, Settings
from deid_core.config import layers_of


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Return a function that installs a plugin, for this process and those that it starts."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)

    def install(plugin: str, source: str) -> None:
        plant(site, plugin, source)
        # Another test may have had a plugin of that name.
        monkeypatch.delitem(sys.modules, f"deid_core_test_{plugin}", raising=False)

    return install


@pytest.fixture
def ct() -> Dataset:
    """Return a small image."""
    return dcmread(get_testdata_file("CT_small.dcm"))


@pytest.fixture
def slices(tmp_path: Path, ct: Dataset) -> Callable[..., list[FileRef]]:
    """Return a function that writes so many images of one series."""

    def slices(count: int, uid: Callable[[int], str] = "1.2.3.{}".format) -> list[FileRef]:
        folder = tmp_path / "in"
        folder.mkdir(exist_ok=True)
        refs = []
        for number in range(1, count + 1):
            ct.SOPInstanceUID = ct.file_meta.MediaStorageSOPInstanceUID = uid(number)
            ct.InstanceNumber = number
            path = folder / f"{number:04}.dcm"
            ct.save_as(path)
            refs.append(FileRef(path.name, path=path))
        return refs

    return slices


@pytest.fixture
def engine(tmp_path: Path) -> Callable[..., Engine]:
    """Return a function that makes an engine with the plugins that are installed."""

    def engine(folder: str = "out", **settings: Any) -> Engine:
        host = PluginHost.load()
        recipes = layers_of("deid.dicom.basic", host)
        return Engine(host, recipes, Settings(output_folder=tmp_path / folder, **settings), key=KEY)

    return engine
