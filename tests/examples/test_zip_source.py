"""The example deid-core-zip-source: files out of archives, and archives that are traps."""

from __future__ import annotations

import json
import os
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.examples.conftest import Environment

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def environment(installed: Callable[..., Environment]) -> Environment:
    return installed("deid-core-zip-source")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_bytes(b"0123456789abcdef")
    path.chmod(0o600)
    return path


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _patched(data: bytes, name: bytes, field: int, value: int) -> bytes:
    """Return an archive in which 16 bits of the header of a member are set, at both places."""
    changed = bytearray(data)
    # Where the name stands, and where the field stands, in either header (APPNOTE 4.3.7, 4.3.12).
    for signature, name_at, field_at in ((b"PK\3\4", 30, field), (b"PK\1\2", 46, field + 2)):
        at = -1
        while (at := data.find(signature, at + 1)) >= 0:
            if data[at + name_at :].startswith(name):
                changed[at + field_at : at + field_at + 2] = value.to_bytes(2, "little")
    return bytes(changed)


def test_it_gives_files_and_nothing_else(environment: Environment) -> None:
    source = environment.plugins()["zip-source"]
    assert source["status"] == "loaded"
    assert source["hooks"] == ["deid_discover_files"]
    assert source["provides"] == []


def test_an_archive_gives_what_its_folder_gives(
    environment: Environment, cookies: Path, key: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "cookies.ZIP"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
        writer.mkdir("export")
        for path in cookies.iterdir():
            writer.write(path, f"export/{path.name}")
    for source, output in ((archive, "a"), (cookies, "b")):
        done = environment.run("run", source, "--output", tmp_path / output, "--key-file", key)
        assert done.returncode == 0, done.stderr
    assert len(_files(tmp_path / "a")) == 7
    assert _files(tmp_path / "a") == _files(tmp_path / "b")


def test_names_of_members_lead_nowhere(
    environment: Environment, scan: Callable[..., Path], tmp_path: Path
) -> None:
    names = [
        "../../above.dcm",
        "/etc/absolute.dcm",
        "C:\\Windows\\drive.dcm",
        "..",
        "one/000001.dcm",
        "two/000001.dcm",
        "same.dcm",
        "same.dcm",
    ]
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as writer, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Duplicate name")
        for number, name in enumerate(names):
            data = scan(SOPInstanceUID=f"2.25.{number + 1}").read_bytes()
            writer.writestr(zipfile.ZipInfo(name), data)
    before = set(tmp_path.rglob("*"))
    output = tmp_path / "deep" / "er" / "out"
    done = environment.run("run", archive, "--output", output, "--keep-names")
    assert done.returncode == 0, done.stderr
    written = set(_files(output))
    assert len(written) == len(names)
    assert {"above.dcm", "absolute.dcm", "drive.dcm"} <= written
    assert {"one-000001.dcm", "two-000001.dcm"} <= written
    made = set(tmp_path.rglob("*")) - before
    assert all(path.is_relative_to(tmp_path / "deep") for path in made)


def test_bad_members_are_refused_one_by_one(
    environment: Environment, scan: Callable[..., Path], tmp_path: Path
) -> None:
    data = scan().read_bytes()
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as writer:
        for name in ("good", "encrypted", "damaged"):
            writer.writestr(f"{name}.dcm", data)
        writer.writestr("bzip2.dcm", data, zipfile.ZIP_BZIP2)
        writer.writestr("filler.bin", os.urandom(4 * 2**20))
        writer.writestr("huge.dcm", data)
        writer.infolist()[-1].file_size = 3 * 2**30
    content = _patched(archive.read_bytes(), b"encrypted.dcm", 6, 1)
    inside = content.index(b"damaged.dcm") + 2000
    content = content[:inside] + bytes([content[inside] ^ 0xFF]) + content[inside + 1 :]
    archive.write_bytes(content)

    done = environment.run("run", archive, "--output", tmp_path / "out", "--show-files")
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert len(_files(tmp_path / "out")) == 1
    for name, reason in {
        "encrypted.dcm": "the member is encrypted",
        "damaged.dcm": "the member is damaged",
        "bzip2.dcm": "the member is compressed by a method other than deflate",
        "huge.dcm": "the member has more than 2147483648 bytes",
    }.items():
        assert any(name in line and reason in line for line in done.stderr.splitlines()), name


def test_an_archive_that_promises_too_much_is_refused(
    environment: Environment, tmp_path: Path
) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as writer:
        writer.writestr("zeros.dcm", bytes(10 * 2**20))
        writer.filelist += [writer.infolist()[0]] * 100
    done = environment.run("run", bomb, "--output", tmp_path / "out")
    assert done.returncode == 2
    assert done.stderr == "Error: the ZIP archive promises more bytes than it can hold\n"
    assert not (tmp_path / "out").exists()


def test_what_is_no_archive_is_said_so(environment: Environment, tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\3\4 and then the connection was lost")
    done = environment.run("run", broken, "--output", tmp_path / "out")
    assert done.returncode == 2
    assert done.stderr == "Error: the ZIP archive cannot be read\n"


LIBRARY = """\
import json, pickle, sys
from deid_core.dicom import get_files, get_identifiers, replace_identifiers

refs = list(get_files(sys.argv[2:], pattern="*.dcm"))
refs = pickle.loads(pickle.dumps(refs))
ids = get_identifiers(refs)
paths = replace_identifiers(refs, output_folder=sys.argv[1])
print(json.dumps([len(refs), sum(len(items) for items in ids.values()), paths]))
"""


def test_the_library_takes_members_of_several_archives(
    environment: Environment, scan: Callable[..., Path], tmp_path: Path
) -> None:
    data = scan().read_bytes()
    archives = [tmp_path / "one" / "export.zip", tmp_path / "two" / "export.zip"]
    for archive in archives:
        archive.parent.mkdir()
        with zipfile.ZipFile(archive, "w") as writer:
            writer.writestr("series/000001.dcm", data)
            writer.writestr("series/readme.txt", "no DICOM")
            writer.writestr("series/empty.dcm", b"")
    done = environment.call("-c", LIBRARY, tmp_path / "out", *archives)
    assert done.returncode == 0, done.stderr
    refs, items, paths = json.loads(done.stdout)
    # The same instance twice: both are there, under keys and names of their own.
    assert (refs, items) == (2, 2)
    assert len(set(paths)) == 2
    assert all(Path(path).is_file() for path in paths)
