"""A run by the fast reader, and the same run by the patient one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

import attrs
import pytest

import deid_core_dicom
import deid_core_profiles
import deid_core_screening
import deid_core_streams
from deid_core import (
    Batch,
    Engine,
    FileRef,
    FileReport,
    Instance,
    PluginHost,
    Settings,
    hookimpl,
)
from deid_core.config import layers_of
from deid_core.recipe.syntax import parse

# In importlib mode pytest puts no test folder on the path.
sys.path.insert(0, str(Path(__file__).parent.parent / "corpus"))

OWN = {
    "dicom": deid_core_dicom,
    "profiles": deid_core_profiles,
    "screening": deid_core_screening,
    "streams": deid_core_streams,
}


class PatientReader:
    """A plugin that reads every file as those that are odd: by pydicom."""

    @hookimpl
    def deid_read_file(self, ref: FileRef, batch: Batch) -> Instance:
        from deid_core_dicom.read import read_patiently

        return read_patiently(ref, batch)


@attrs.frozen
class Outcome:
    """What a run made of one file: its report, and the bytes that were written."""

    report: FileReport
    data: bytes | None

    def told(self) -> tuple[object, ...]:
        """Return what the report says, in no order."""
        report = self.report
        return report.outcome, report.reason, sorted(report.warnings), dict(report.actions)


Attempt = Callable[..., list[Outcome]]


@pytest.fixture(scope="session")
def attempt(tmp_path_factory: pytest.TempPathFactory) -> Attempt:
    """Return ``attempt(files, recipes, patiently=False, **settings)``."""

    def attempt(
        files: Sequence[Path],
        recipes: Sequence[str],
        *,
        patiently: bool = False,
        **settings: object,
    ) -> list[Outcome]:
        # Plans at random leave identifiers: both ways must find the same.
        settings.setdefault("check_identifiers", "warn")
        folder = tmp_path_factory.mktemp("out")
        host = PluginHost({**OWN, "reader": PatientReader()} if patiently else OWN)
        layers = [
            one
            for text in recipes
            for one in ([parse(text, "test")] if "\n" in text else layers_of(text, host))
        ]
        engine = Engine(host, layers, Settings(output_folder=folder, **settings), key=b"k" * 32)
        names = [PurePosixPath(f"{number}.dcm") for number, _ in enumerate(files)]
        refs = [FileRef(path.name, path=path) for path in files]
        outcomes = []
        for name, report in zip(names, engine.run(refs, names), strict=True):
            path = folder / name
            outcomes.append(Outcome(report, path.read_bytes() if path.exists() else None))
            path.unlink(missing_ok=True)
        return outcomes

    return attempt
