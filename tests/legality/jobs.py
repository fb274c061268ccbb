"""Jobs over real files: which files, which options, and what came of each."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath

import attrs
import pydicom
from corpus_files import KEY, all_files, label
from pydicom.dataset import FileDataset

from deid_core.config import layers_of
from deid_core.engine import Engine
from deid_core.host import PluginHost
from deid_core.model import FileRef
from deid_core.settings import Settings

CLEANING = ("clean-descriptors", "clean-graphics", "clean-structured-content")
RETAINING = (
    "retain-device-identity",
    "retain-institution-identity",
    "retain-patient-characteristics",
    "retain-safe-private",
    "retain-uids",
)
DATES = ("retain-full-dates", "retain-modified-dates")
OPTIONS: dict[str, tuple[str, ...]] = {
    "basic": (),
    "cleaning": CLEANING,
    "retaining": RETAINING,
    "full dates": DATES[:1],
    "modified dates": DATES[1:],
    "all but modified dates": (*CLEANING, *RETAINING, DATES[0]),
} | {option: (option,) for option in (*CLEANING, *RETAINING)}
"""The sets of options that are tried."""

FEW = 3
"""Files of each SOP Class and kind of compression, where not all are tried."""


@attrs.frozen
class Pair:
    """A real file and its output."""

    before: Path
    after: Path

    @property
    def label(self) -> str:
        """Where the file is in its collection."""
        return label(self.before)


@lru_cache(maxsize=1)
def different_files() -> tuple[Path, ...]:
    """Return the real files, each content once."""
    return tuple({file.read_bytes(): file for file in reversed(all_files())}.values())[::-1]


@lru_cache(maxsize=1)
def few_files() -> tuple[Path, ...]:
    """Return the smallest files of each SOP Class, compressed and not."""
    kinds: dict[tuple[str, bool], list[Path]] = defaultdict(list)
    for file in sorted(different_files(), key=lambda file: file.stat().st_size):
        dataset = loaded(file)
        syntax = dataset.file_meta.get("TransferSyntaxUID")
        kinds[str(dataset.get("SOPClassUID")), bool(syntax and syntax.is_compressed)].append(file)
    return tuple(file for files in kinds.values() for file in files[:FEW])


def loaded(path: Path) -> FileDataset:
    """Read a file as it is, legal or not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pydicom.dcmread(path, force=True)


def clean(
    files: Iterable[Path], options: Sequence[str], folder: Path, *, key: bytes = KEY
) -> list[Pair]:
    """De-identify files in one job, and return those that came out.

    The name of an output tells its input, so that other orders give the same names.
    """
    files = list(files)
    host = PluginHost.load()
    recipes = ["deid.dicom.basic", *(f"deid.dicom.{option}" for option in options)]
    layers = [layer for recipe in recipes for layer in layers_of(recipe, host)]
    names = [PurePosixPath(label(file).replace("/", "_")) for file in files]
    engine = Engine(host, layers, Settings(output_folder=folder), key=key)
    reports = engine.run([FileRef(file.name, path=file) for file in files], iter(names))
    return [
        Pair(file, Path(report.output))
        for file, report in zip(files, list(reports), strict=True)
        if report.output
    ]
