"""What is made to exhaust its reader: it is refused, with little memory, and never by a crash.

Each runs in a process of its own whose memory is limited.
"""

from __future__ import annotations

import struct
import subprocess
import sys
import textwrap
import zlib
from pathlib import Path

import pytest

from fuzz import kinds

MEMORY = 1 << 30
"""Bytes that a process may have in all: Python, pydicom and the plugins take a quarter of it."""
PROGRAM = """
    import resource
    import sys
    from pathlib import Path
    from deid_core import Engine, FileRef, PluginHost, Settings
    from deid_core.config import layers_of

    resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
    host = PluginHost.load()
    for recipe in ((), ("deid.dicom.basic",)):
        layers = [layer for name in recipe for layer in layers_of(name, host)]
        settings = Settings(output_folder=Path(sys.argv[1]), overwrite=True)
        engine = Engine(host, layers, settings, key=bytes(32))
        paths = map(Path, sys.argv[2:])
        for report in engine.run([FileRef(path.name, path=path) for path in paths]):
            print(report.outcome.value, report.code, report.reason, sep="|")
"""


def outcomes(folder: Path, *files: bytes) -> list[list[str]]:
    """Return outcome, code and reason of each file, by the default recipe and by the profile."""
    paths = []
    for number, data in enumerate(files):
        paths.append(folder / f"{number}.dcm")
        paths[-1].write_bytes(data)
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            textwrap.dedent(PROGRAM.format(memory=MEMORY)),
            str(folder / "out"),
            *map(str, paths),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    left = [path.name for path in (folder / "out").rglob("*") if path.is_file()]
    assert not [name for name in left if name.endswith(".tmp")]
    return [line.split("|") for line in done.stdout.splitlines()]


def deep(encoding: kinds.Encoding, depth: int, *, is_open: bool) -> bytes:
    """Return a file with sequences in sequences, without the time that one by one would take."""
    order = encoding.order
    leaf = kinds.element(0x00100010, "PN", kinds.NAME, encoding)
    head = struct.pack(f"{order}HH", 0x0040, 0x0275)
    if not encoding.implicit:
        head += b"SQ\0\0"
    start = head + struct.pack(f"{order}LHHL", 0xFFFFFFFF, 0xFFFE, 0xE000, 0xFFFFFFFF)
    end = struct.pack(f"{order}HHLHHL", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0)
    if is_open:
        content = start * depth + leaf + end * depth
    else:
        parts, length = [], len(leaf)
        for _ in range(depth):
            parts.append(head + struct.pack(f"{order}LHHL", length + 8, 0xFFFE, 0xE000, length))
            length += len(parts[-1])
        content = b"".join(reversed(parts)) + leaf
    return kinds.part_10(kinds.patient(encoding) + content, encoding.syntax)


def bomb(megabytes: int) -> bytes:
    """Return a deflated file that is so large when it is inflated."""
    compressor = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    head = kinds.element(0x7FE00010, "OW", b"", length=megabytes << 20)
    start = compressor.compress(kinds.patient() + kinds.image() + head)
    start += compressor.flush(zlib.Z_FULL_FLUSH)
    # After such a flush nothing depends on what came before.
    zeros = compressor.compress(bytes(1 << 20)) + compressor.flush(zlib.Z_FULL_FLUSH)
    end = compressor.flush()
    return kinds.part_10(start + zeros * megabytes + end, kinds.DEFLATED.syntax)


def claim(tag: int, vr: str) -> bytes:
    """Return a file with an element that claims to have four gigabytes."""
    return kinds.part_10(kinds.patient() + kinds.element(tag, vr, b"ab", length=0xFFFFFF00))


def many_items() -> bytes:
    """Return a file with thousands of items."""
    item = kinds.element(0x0008103E, "LO", "x")
    return kinds.part_10(kinds.patient() + kinds.sequence(0x00081115, *[item] * 3000))


REFUSED = {
    "explicit, undefined": lambda: deep(kinds.EXPLICIT, 10_000, is_open=True),
    "explicit, defined": lambda: deep(kinds.EXPLICIT, 10_000, is_open=False),
    "implicit, undefined": lambda: deep(kinds.IMPLICIT, 10_000, is_open=True),
    "implicit, defined": lambda: deep(kinds.IMPLICIT, 10_000, is_open=False),
    "big endian, undefined": lambda: deep(kinds.BIG, 10_000, is_open=True),
    "big endian, defined": lambda: deep(kinds.BIG, 10_000, is_open=False),
    "bomb": lambda: bomb(1500),
    "pixels of four gigabytes": lambda: claim(0x7FE00010, "OW"),
    "sequence of four gigabytes": lambda: claim(0x00400275, "SQ"),
    "text of four gigabytes": lambda: claim(0x00204000, "UT"),
}
WRITTEN = {"thousands of items": many_items}
REMOVED = {name for name in REFUSED if name.endswith(", defined")}
"""Of what has a length the end is known, so that it goes whole where nobody keeps it."""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Return the outcomes of all files, by name: one for each recipe."""
    folder = tmp_path_factory.mktemp("bounded")
    makers = REFUSED | WRITTEN
    rows = outcomes(folder, *(make() for make in makers.values()))
    halves = rows[: len(makers)], rows[len(makers) :]
    left = b"".join(path.read_bytes() for path in (folder / "out").rglob("*.dcm"))
    return {name: [half[n] for half in halves] for n, name in enumerate(makers)}, left


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_exhaust_its_reader_is_refused(name, found):
    allowed = {("refused", "unreadable")} | ({("written", "")} if name in REMOVED else set())
    assert {tuple(one[:2]) for one in found[0][name]} <= allowed


def test_a_deflate_bomb_is_refused_for_its_size(found):
    assert {one[2] for one in found[0]["bomb"]} == {
        "the deflated data set is cut off, or too large"
    }


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_only_large_is_done(name, found):
    assert {one[0] for one in found[0][name]} == {"written"}


def test_nothing_of_the_patient_is_left(found):
    assert kinds.NAME.encode() not in found[1]
