"""What dciodvfy, the validator of dicom3tools, says of a file, without the values."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jobs import Pair, loaded
from pydicom.filewriter import dcmwrite
from pydicom.uid import ExplicitVRLittleEndian

MODES = ((), ("-new",))
"""Its two ways of writing messages, which do not find quite the same."""

PIXELS = 0x7FE0
"""The group of all elements that hold pixels."""

_VALUES = re.compile(
    r"""
    "[^"]*" | \ =\ <.*?>(?=\ -\ |$) | \ =\ '.'\ \(0x[0-9a-f]+\)$ | \ <?[0-9][0-9.]*>?$
    """,
    re.VERBOSE,
)


def is_installed() -> bool:
    """Tell whether dciodvfy can be run."""
    return shutil.which("dciodvfy") is not None


def errors(path: Path) -> Counter[str]:
    """Return how often dciodvfy reports which error.

    Where it gives up (it knows no deflated data sets, aborts at pixels of 32 bits, and stops at
    odd private elements) it is asked about the same data set without those, in explicit VR.
    """
    found: Counter[str] = Counter()
    for mode in MODES:
        messages = _messages(path, mode)
        if messages is None:
            with tempfile.TemporaryDirectory() as folder:
                messages = _messages(_simpler(path, Path(folder)), mode)
        assert messages is not None, f"dciodvfy cannot read {path.name}"
        found.update(messages)
    return found


def new_errors(pairs: Iterable[Pair]) -> list[tuple[Pair, str]]:
    """Return the errors that dciodvfy reports on an output more often than on its input."""
    pairs = list(pairs)
    with ThreadPoolExecutor(4) as pool:
        before = pool.map(errors, [pair.before for pair in pairs])
        after = pool.map(errors, [pair.after for pair in pairs])
        return [
            (pair, message)
            for pair, old, new in zip(pairs, before, after, strict=True)
            for message in sorted((new - old).keys())
        ]


def _messages(path: Path, mode: tuple[str, ...]) -> list[str] | None:
    done = subprocess.run(
        ["dciodvfy", *mode, str(path)],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    said = (done.stderr + done.stdout).splitlines()
    if done.returncode < 0 or any("dataset read failed" in line for line in said):
        return None
    return [_normal(line) for line in said if line.startswith("Error")]


def _normal(message: str) -> str:
    """Return a message without values, and without the numbers of items and values."""
    return _VALUES.sub("", re.sub(r"\[\d+\]", "", message)).removeprefix("Error - ")


def _simpler(path: Path, folder: Path) -> Path:
    dataset = loaded(path)
    for tag in list(dataset.keys()):
        if tag.is_private or tag.group == PIXELS:
            del dataset[tag]
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    twin = folder / "twin.dcm"
    dcmwrite(twin, dataset, implicit_vr=False, little_endian=True)
    return twin
