"""What the tests of reports and logs share: a folder of images, and runs that keep a record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from pydicom import dcmread
from pydicom.data import get_testdata_file

from deid_core.cli.main import cli
from deid_core_record.log import Log


def images(folder: Path, count: int, first: int = 1, **values: Any) -> Path:
    """Add so many images to a folder, with these values."""
    folder.mkdir(parents=True, exist_ok=True)
    dataset = dcmread(get_testdata_file("CT_small.dcm"))
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    for number in range(first, first + count):
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{number}"
        dataset.save_as(folder / f"{number:04}.dcm")
    return folder


def broken(folder: Path) -> None:
    """Add a file that claims to be DICOM and is not."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "broken.dcm").write_bytes(bytes(128) + b"DICM" + b"\xff" * 300)


def key(path: Path, byte: int) -> Path:
    """Make a file with a key."""
    path.write_bytes(bytes([byte]) * 32)
    path.chmod(0o600)
    return path


def invoke(*words: object) -> Result:
    """Run ``deid-core`` in this process."""
    return CliRunner(env={"COLUMNS": "400"}).invoke(cli, [str(word) for word in words])


def verified(record: Path, *words: object) -> dict[str, Any]:
    """Return what ``deid-core verify-log`` says of a record."""
    result = invoke("verify-log", record, "--json", *words)
    found: dict[str, Any] = json.loads(result.output)
    assert result.exit_code == (0 if found["ok"] else 1)
    return found


def log_of(folder: Path, files: int, secret: bytes | None = None) -> bytes:
    """Return a log of one run over so many files."""
    folder.mkdir(parents=True, exist_ok=True)
    log = Log.open(folder, secret)
    log.add("run-started", run=1)
    for number in range(1, files + 1):
        log.file(number, "written", "", "a" * 32, "b" * 64)
    log.add("run-ended", run=1, complete=True)
    log.close()
    return (folder / "log.jsonl").read_bytes()
