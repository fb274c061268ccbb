"""Archives are read like folders: named as a source, or found in a folder."""

from __future__ import annotations

import os
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from deid_core import DiscoveryOptions, PluginHost
from deid_core.archives import archive_kind
from deid_core.dicom import get_files, get_identifiers, replace_identifiers
from deid_core_archives import streams

KINDS = ["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"]
COMPRESSED = KINDS[2:]
MEBIBYTE = 1 << 20

Packed = Callable[..., Path]
Scan = Callable[..., bytes]
Run = Callable[..., Result]
Contents = Callable[[str], dict[str, bytes]]


@pytest.fixture
def three(scan: Scan) -> dict[str, bytes]:
    return {f"study/s{n}/{n}.dcm": scan(SOPInstanceUID=f"1.2.{n}") for n in (1, 2, 3)}


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_gives_what_its_folder_gives(
    packed: Packed,
    three: dict[str, bytes],
    run: Run,
    contents: Contents,
    tmp_path: Path,
    kind: str,
) -> None:
    packed(f"in.{kind}", three)
    for name, data in three.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(data)
    for source, output in ((f"in.{kind}", "a"), ("in", "b")):
        result = run(source, output, "--keep-structure", "--keep-names")
        assert result.exit_code == 0, result.output
    assert contents("a") == contents("b")
    assert set(contents("a")) == set(three)


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_workers_share_the_members_of_an_archive(
    packed: Packed, three: dict[str, bytes], run: Run, contents: Contents, kind: str
) -> None:
    packed(f"in.{kind}", three)
    assert run(f"in.{kind}", "a").exit_code == 0
    result = run(f"in.{kind}", "b", "--engine", "processes", "--workers", 2)
    assert result.exit_code == 0, result.output
    assert "One process did all" not in result.output
    assert contents("a") == contents("b")


def test_archives_in_a_folder_are_opened_and_are_folders_themselves(
    packed: Packed, three: dict[str, bytes], run: Run, contents: Contents
) -> None:
    packed("in/sub/one.zip", three)
    packed("in/two.tar.gz", three)
    result = run("in", "out", "--keep-structure", "--keep-names")
    assert result.exit_code == 0, result.output
    assert set(contents("out")) == {
        f"{folder}/{name}" for folder in ("sub/one.zip", "two.tar.gz") for name in three
    }


def test_archives_in_a_folder_can_be_passed_over_but_one_that_is_named_is_not(
    packed: Packed, three: dict[str, bytes], run: Run, contents: Contents
) -> None:
    packed("in/one.zip", three)
    result = run("in", "out", "--no-archives")
    assert "not DICOM, passed over │     1" in result.output
    assert run("in/one.zip", "named", "--no-archives").exit_code == 0
    assert len(contents("named")) == 3


def test_a_place_in_an_archive_is_told_as_a_path(packed: Packed, three: dict[str, bytes]) -> None:
    packed("in/sub/one.zip", three)
    top = packed("two.zip", three)
    host = PluginHost.load()
    found = host.discover_files(str(top.parent / "in"), DiscoveryOptions())
    assert next(found).location == str(top.parent / "in/sub/one.zip/study/s1/1.dcm")
    found = host.discover_files(str(top), DiscoveryOptions())
    assert next(found).location == str(top / "study/s1/1.dcm")


def test_a_directory_of_files_in_an_archive_is_passed_over(packed: Packed, run: Run) -> None:
    from pydicom.data import get_testdata_file

    directory = Path(str(get_testdata_file("DICOMDIR", download=False))).read_bytes()
    packed("in.zip", {"DICOMDIR": directory})
    result = run("in.zip")
    assert "directory of files (DICOMDIR), passed over │     1" in result.output


@pytest.mark.parametrize("kind", KINDS)
def test_the_library_takes_members_again_and_in_any_order(
    packed: Packed, three: dict[str, bytes], tmp_path: Path, kind: str
) -> None:
    archive = packed(f"in.{kind}", {**three, "readme.txt": b"no DICOM", "empty.dcm": b""})
    refs = pickle.loads(pickle.dumps(list(get_files(str(archive)))))  # noqa: S301 - made here
    assert [ref.name for ref in refs] == ["1.dcm", "2.dcm", "3.dcm"]
    assert sum(len(items) for items in get_identifiers(refs).values()) == 3
    paths = replace_identifiers(refs[::-1], output_folder=tmp_path / "out")
    assert [Path(path).name for path in paths] == ["3.dcm", "2.dcm", "1.dcm"]
    (one,) = get_files(str(archive), pattern="2*", check=False)
    assert one.name == "2.dcm"


@pytest.mark.parametrize("kind", COMPRESSED)
def test_a_run_in_one_process_expands_an_archive_once(
    packed: Packed,
    three: dict[str, bytes],
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    packed(f"in.{kind}", three)
    begun = []
    start = streams.Expanded.__init__

    def counted(self: streams.Expanded, *arguments: object) -> None:
        begun.append(arguments)
        start(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(streams.Expanded, "__init__", counted)
    assert run(f"in.{kind}", "out", "--engine", "serial", "--no-record").exit_code == 0
    assert len(begun) == 1


def test_members_that_are_no_files_are_told(run: Run, tmp_path: Path, scan: Scan) -> None:
    (tmp_path / "scan.dcm").write_bytes(scan())
    kinds = [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE]
    with tarfile.open(tmp_path / "in.tar", "w") as tar:
        tar.add(tmp_path / "scan.dcm", "scan.dcm")
        for number, kind in enumerate(kinds):
            info = tarfile.TarInfo(f"x{number}")
            info.type, info.linkname = kind, "/etc/passwd"
            tar.addfile(info)
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
    result = run("in.tar")
    assert result.exit_code == 0, result.output
    assert "links and devices in archives, passed over │     5" in result.output


def test_an_archive_within_an_archive_is_told(packed: Packed, run: Run, scan: Scan) -> None:
    inner = packed("inner.zip", {"a.dcm": scan()})
    packed("in.tar.gz", {"a.dcm": scan(), "inner.zip": inner.read_bytes()})
    result = run("in.tar.gz")
    assert result.exit_code == 0, result.output
    assert "archives within archives, passed over │     1" in result.output


def test_dicom_that_is_called_like_an_archive_is_dicom(
    run: Run, tmp_path: Path, scan: Scan, contents: Contents
) -> None:
    (tmp_path / "in.zip").write_bytes(scan())
    assert run("in.zip").exit_code == 0
    assert len(contents("out")) == 1


@pytest.mark.parametrize("size", [0, 1, -1, 257, MEBIBYTE + 300])
@pytest.mark.parametrize("kind", KINDS)
def test_members_of_any_size_come_out_as_they_went_in(packed: Packed, kind: str, size: int) -> None:
    # What is all the same expands by copies that reach over the end of a piece.
    members = {"zeros": bytes(MEBIBYTE + size), "noise": os.urandom(MEBIBYTE // 8 + size)}
    found = PluginHost.load().discover_files(str(packed(f"in.{kind}", members)), DiscoveryOptions())
    assert {ref.name: ref.open().read() for ref in found} == members


def test_several_xz_streams_behind_each_other_are_one_archive(
    packed: Packed, three: dict[str, bytes], run: Run, tmp_path: Path
) -> None:
    import lzma

    plain = packed("in.tar", three).read_bytes()
    halves = [lzma.compress(plain[:70_000]), bytes(8), lzma.compress(plain[70_000:])]
    (tmp_path / "in.tar.xz").write_bytes(b"".join(halves))
    result = run("in.tar.xz")
    assert "de-identified │     3" in result.output


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.zip", "zip"),
        ("A.ZIP", "zip"),
        ("a.b.tgz", "tar.gz"),
        ("a.tar.xz", "tar.xz"),
        ("a.gz", None),
        ("zip", None),
        ("a.zip.dcm", None),
    ],
)
def test_an_archive_is_known_by_its_name(name: str, kind: str | None) -> None:
    assert archive_kind(name) == kind
