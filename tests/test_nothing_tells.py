"""Nothing that any command prints, logs or leaves behind tells who a patient is.

Known values are planted in files whose names and folders hold names as well; then everything is run.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from deid_core.dicom import get_files, get_identifiers, replace_identifiers
from deid_core.testing import PlantedFile, plant_several

PERSON = "Quirkelbach"
"""The name of a patient in names of files, folders and recipes."""

TELLTALE = """
from deid_core import FieldAction, Rank, hookimpl

def tell(rule, batch):
    def told(field):
        raise ValueError(f"cannot take {field.value}")
    return told

@hookimpl
def deid_field_actions():
    return [FieldAction(name="TELL", compile=tell, rank=Rank.CHANGES, summary="fails, and quotes")]
"""


@attrs.define
class Bench:
    """A folder to work in, with planted files, and all that was said there."""

    folder: Path
    planted: tuple[PlantedFile, ...]
    heard: dict[tuple[str, ...], str] = attrs.field(factory=dict)

    @property
    def images(self) -> Path:
        return self.folder / f"{PERSON} Anna"

    def call(self, *words: str) -> int:
        """Run a command with a scratch folder and a home of its own; return its status."""
        scratch = self.folder / "scratch"
        scratch.mkdir(exist_ok=True)
        environment = {
            **os.environ,
            "TMPDIR": str(scratch),
            "HOME": str(scratch),
            "PYTHONPATH": str(self.folder / "site"),
            "COLUMNS": "400",
        }
        done = subprocess.run(
            [sys.executable, "-m", "deid_core", *words],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.heard[words] = done.stdout + done.stderr
        return done.returncode

    def left(self, *, besides: tuple[str, ...] = ()) -> Iterator[tuple[str, bytes]]:
        """Yield all that was said, and the names and contents of all files, but for the inputs."""
        for words, text in self.heard.items():
            # What stands in the command was said by whoever called.
            for word in words:
                text = text.replace(word, "")  # noqa: PLW2901 - the same text
            yield " ".join(words[:1]), text.encode()
        inputs = {self.images.name, "site", *besides}
        for path in self.folder.rglob("*"):
            place = path.relative_to(self.folder)
            if place.parts[0] not in inputs and path.is_file():
                yield f"{place}", str(place).encode() + b"\n" + path.read_bytes()

    def tells(self, *, besides: tuple[str, ...] = ()) -> list[str]:
        """Return where something tells who a patient is."""
        told = []
        for where, data in self.left(besides=besides):
            if PERSON.lower().encode() in data.lower():
                told.append(f"{where}: the name of a file")
            told += [f"{where}: {what}" for one in self.planted for what in one.left_in(data)]
        return told


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Return a folder with planted files, good and bad, some cut off, and a plugin that quotes."""
    planted = (*plant_several(), *plant_several(garbage=True))
    bench = Bench(tmp_path, planted)
    for number, one in enumerate(planted):
        named = attrs.evolve(one, name=f"{PERSON}^{number}.dcm")
        path = named.save(bench.images / PERSON)
        (bench.images / f"{PERSON} cut {number}.dcm").write_bytes(path.read_bytes()[: 900 + number])
    (bench.images / f"{PERSON}.txt").write_text(PERSON)
    site = tmp_path / "site"
    (site / "telltale-1.dist-info").mkdir(parents=True)
    (site / "telltale-1.dist-info" / "METADATA").write_text("Name: telltale\nVersion: 1\n")
    (site / "telltale-1.dist-info" / "entry_points.txt").write_text(
        "[deid_core]\ntelltale = telltale\n"
    )
    (site / "telltale.py").write_text(TELLTALE)
    return bench


def test_what_runs_print_and_leave_behind_tells_nobody(bench: Bench) -> None:
    source = str(bench.images)
    assert bench.call("key", "new", "our.key") == 0
    run = ("run", source, "--key-file", "our.key", "--block", "telltale")
    thumbnails = ("--thumbnails", "24")
    for words in (
        (*run, "-o", "one", "--profile", "basic", "--engine", "serial"),
        (*run, "-o", "one", "--profile", "basic", "--engine", "serial", "--retry", *thumbnails),
        (*run, "-o", "two", "--profile", "basic", "--engine", "processes", "--json"),
        (*run, "-o", "three", "--quarantine", "refused", "--strict"),
        (*run, "-o", "four.zip", "--profile", "basic", "--pseudonyms", "code", *thumbnails),
        (*run, "-o", "five", "--profile", "basic", "--crosswalk", "walk.sqlite"),
        (*run, "-o", "six", "--profile", "basic", "--dry-run"),
    ):
        assert bench.call(*words) == 1, bench.heard[words]
    assert list((bench.folder / "one").rglob("*.dcm"))
    assert bench.tells(besides=("refused",)) == []


def test_what_looks_at_files_and_results_tells_nobody(bench: Bench) -> None:
    source = str(bench.images)
    bench.call("run", source, "-o", "out", "--profile", "basic", "--block", "telltale")
    (written,) = list((bench.folder / "out").rglob("*.dcm"))[:1]
    original = str(bench.images / PERSON / f"{PERSON}^0.dcm")
    for words in (
        ("inspect", source),
        ("inspect", source, "--json", "--html", "found.html", "--thumbnails", "24"),
        ("review", "out", "--json"),
        ("audit", source, "out", "--json"),
        ("diff", original, str(written)),
        ("diff", original, str(written), "--json"),
        ("verify-log", "out.record", "--outputs", "out", "--json"),
        ("plugins", "doctor"),
    ):
        bench.call(*words)
        assert bench.heard[words]
    assert bench.tells() == []


def test_a_plugin_that_quotes_what_it_reads_is_not_quoted(bench: Bench) -> None:
    (bench.folder / "tell.txt").write_text("FORMAT dicom\n%header\nTELL PatientName\n")
    for engine in ("serial", "processes"):
        words = ("run", str(bench.images), "-o", engine, "-r", "tell.txt", "--engine", engine)
        assert bench.call(*words) == 1
        assert "raised ValueError at telltale.py" in bench.heard[words]
    assert bench.tells() == []


def test_the_library_logs_nobody_at_info_and_above(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    files = list(get_files(str(bench.images)))
    get_identifiers(files[:1])
    replace_identifiers(
        files, deid="deid.dicom.basic", output_folder=str(bench.folder / "out"), key=bytes(32)
    )
    told = [what for one in bench.planted for what in one.left_in(caplog.text)]
    assert told == []


def test_a_value_that_is_left_is_found() -> None:
    (one, *_) = plant_several()
    value = next(iter(one.values))
    assert one.left_in(f"so {value.upper()} was here")
