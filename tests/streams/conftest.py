"""Coded streams with text in them that must go, and one way to send them through a run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

# In importlib mode pytest puts no test folder on the path; the helpers here need it.
sys.path.insert(0, str(Path(__file__).parent))

from deid_core import Engine, FileReport, PluginHost, Settings
from deid_core.config import layers_of


@pytest.fixture
def attempt(tmp_path: Path, save: Any, recipe: Any) -> Callable[..., FileReport]:
    """Return a function that sends a file, or a data set, through a run.

    ``beneath`` names recipes below that of the lines.
    """

    def attempt(
        source: Dataset | Path,
        *lines: str,
        syntax: str | None = None,
        top: str = "DEFAULT KEEP",
        beneath: tuple[str, ...] = (),
    ) -> FileReport:
        if isinstance(source, Dataset):
            source = save(source, **({"syntax": syntax} if syntax else {}))
        host = PluginHost.load()
        layers = layers_of((*beneath, recipe(*lines, top=top)), host)
        settings = Settings(output_folder=tmp_path / "out", overwrite=True)
        engine = Engine(host, layers, settings, key=bytes(32))
        (report,) = engine.run(engine.discover([str(source)]))
        return report

    return attempt


@pytest.fixture
def stripped(attempt: Any, load: Any) -> Callable[..., Dataset]:
    """Return a function that gives what becomes of a file by ``STRIP PixelData``."""

    def stripped(source: Dataset | Path, *, syntax: str | None = None) -> Dataset:
        report = attempt(source, "STRIP PixelData", syntax=syntax)
        assert report.output, report.reason
        return load(report.output)

    return stripped
