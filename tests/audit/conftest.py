"""Two patients with two images each, a result of them without fault, and a way to audit both."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import attrs
import pytest
from click.testing import CliRunner, Result
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage

NAMES = ("Quistgaard^Ludmilla", "Brannigan^Thelonius")
ROOT = "1.2.826.0.1.3680043.10.77"


def image(patient: int, number: int) -> Dataset:
    """Return the image ``number`` of a patient."""
    dataset = Dataset()
    dataset.SOPClassUID = SecondaryCaptureImageStorage
    dataset.SOPInstanceUID = f"{ROOT}.{patient}.1.{number}"
    dataset.StudyInstanceUID = f"{ROOT}.{patient}"
    dataset.SeriesInstanceUID = f"{ROOT}.{patient}.1"
    dataset.StudyDate = f"20{10 + patient}0131"
    dataset.ContentDate = f"20{10 + patient}02{14 + number}"
    dataset.Modality = "OT"
    dataset.PatientName = NAMES[patient]
    dataset.PatientID = f"HZ-{4711 + patient}-K"
    dataset.PatientBirthDate = f"19{50 + patient}0704"
    dataset.AccessionNumber = f"AC{90210 + patient}"
    dataset.StudyDescription = "thorax axial late phase"
    dataset.SeriesDescription = f"routine of {NAMES[patient].split('^')[0]}"
    dataset.InstanceNumber = str(number)
    reference = Dataset()
    reference.ReferencedSOPClassUID = SecondaryCaptureImageStorage
    reference.ReferencedSOPInstanceUID = f"{ROOT}.{patient}.1.{3 - number}"
    dataset.ReferencedImageSequence = [reference]
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows = dataset.Columns = 16
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelRepresentation = 0
    noise = random.Random(10 * patient + number)
    dataset.add_new("PixelData", "OB", noise.randbytes(256))
    return dataset


def cleaned(dataset: Dataset, days: int = -321) -> Dataset:
    """Return what a good tool makes of an image."""
    dataset = deepcopy(dataset)
    patient = dataset.PatientID[-3]
    for keyword in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"):
        dataset[keyword].value = new_uid(dataset[keyword].value)
    (reference,) = dataset.ReferencedImageSequence
    reference.ReferencedSOPInstanceUID = new_uid(reference.ReferencedSOPInstanceUID)
    for keyword in ("StudyDate", "ContentDate", "PatientBirthDate"):
        dataset[keyword].value = shifted(dataset[keyword].value, days)
    dataset.PatientName = f"Pseudonym^{'abcdefgh'[int(patient)]}"
    dataset.PatientID = f"pseudo-{patient}"
    dataset.AccessionNumber = f"other-{patient}"
    dataset.SeriesDescription = "routine of"
    return dataset


def new_uid(uid: str) -> str:
    """Return the UID that stands for another one."""
    return f"2.25.{int.from_bytes(uid.encode()[-12:])}"


def shifted(day: str, days: int) -> str:
    """Return a DA moved by days."""
    return f"{datetime.strptime(day, '%Y%m%d') + timedelta(days=days):%Y%m%d}"  # noqa: DTZ007


@attrs.frozen
class Found:
    """What the command said, and what it wrote as JSON."""

    result: Result
    found: dict[str, Any]

    @property
    def status(self) -> int:
        return self.result.exit_code

    @property
    def places(self) -> set[tuple[str, str]]:
        """Where something is left, and of which kind."""
        return {(leak["place"], leak["kind"]) for leak in self.found["leaks"]}

    def failed(self, category: str) -> int:
        return self.found["categories"][category]["failed"]

    def failing(self) -> set[str]:
        """The categories that are not without failure."""
        return {name for name, one in self.found["categories"].items() if one["failed"]}


Audit = Callable[..., Found]
Side = Sequence[Dataset | bytes]


def both_streams(arguments: list[str]) -> Any:
    """Run the command line, with what it says on its two streams apart and together."""
    from deid_core.cli.main import cli

    try:
        # Before click 8.2, that had to be asked for.
        runner = CliRunner(mix_stderr=False)
    except TypeError:
        return CliRunner().invoke(cli, arguments)
    done = runner.invoke(cli, arguments)
    return SimpleNamespace(
        exit_code=done.exit_code,
        stdout=done.stdout,
        stderr=done.stderr,
        output=done.stdout + done.stderr,
        exception=done.exception,
    )


@pytest.fixture
def before() -> list[Dataset]:
    return [image(patient, number) for patient in (0, 1) for number in (1, 2)]


@pytest.fixture
def after(before: list[Dataset]) -> list[Dataset]:
    """A result without fault."""
    return [cleaned(dataset) for dataset in before]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes data sets or bytes as a folder of files."""

    def write(side: Side, folder: str, names: Sequence[str] = ()) -> Path:
        root = tmp_path / folder
        root.mkdir(exist_ok=True)
        for number, one in enumerate(side):
            path = root / (names[number] if names else f"{folder}-{number}.dcm")
            if isinstance(one, bytes):
                path.write_bytes(one)
                continue
            dataset = deepcopy(one)
            if not hasattr(dataset, "file_meta"):
                dataset.file_meta = FileMetaDataset()
                dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
            dataset.save_as(path, enforce_file_format=True)
        return root

    return write


@pytest.fixture
def command() -> Callable[..., Result]:
    """Return a function that runs ``deid-core audit``."""

    def command(*arguments: object) -> Result:
        return both_streams(["audit", *map(str, arguments)])

    return command


@pytest.fixture
def audit(write: Callable[..., Path], command: Callable[..., Result], tmp_path: Path) -> Audit:
    """Return a function that audits two sides; outputs lie in another order than inputs."""

    def audit(before: Side, after: Side, *options: str) -> Found:
        names = [f"{number:02d}" for number in range(len(after), 0, -1)]
        result = command(write(before, "in"), write(after, "out", names), "--json", *options)
        assert result.exit_code in {0, 1}, result.output
        return Found(result, json.loads(result.stdout))

    return audit


@pytest.fixture(scope="session")
def clean_image() -> Callable[..., Dataset]:
    return cleaned


@pytest.fixture(scope="session")
def move() -> Callable[[str, int], str]:
    return shifted
