"""Archives that are damaged, or made to do harm: each gives an outcome with a reason."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from deid_core import (
    DiscoveryOptions,
    Engine,
    FileReport,
    PluginHost,
    Settings,
)
from deid_core.dicom import get_files
from deid_core_archives import found, limits, streams, zips

KINDS = ["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"]
MEBIBYTE = 1 << 20

Packed = Callable[..., Path]
Scan = Callable[..., bytes]
Run = Callable[..., Result]
Contents = Callable[[str], dict[str, bytes]]

HOSTILE = [
    "../../above.dcm",
    "/etc/absolute.dcm",
    "C:\\Windows\\drive.dcm",
    "..",
    "a/../../../b.dcm",
    "con/nul.dcm",
    "same.dcm",
    "same.dcm",
    "SAME.dcm",
    "x" * 300 + "/y" * 40,
]


@pytest.fixture
def reports(tmp_path: Path) -> Callable[..., list[FileReport]]:
    """Run over a path, in this process, and return what became of each file."""

    def done(path: Path, **options: Any) -> list[FileReport]:
        options = {"output_folder": tmp_path / "out", **options}
        engine = Engine(PluginHost.load(), settings=Settings(**options))
        return list(engine.run(engine.discover([str(path)], DiscoveryOptions())))

    return done


def codes(reports: list[FileReport]) -> list[str]:
    return [report.code or report.outcome.value for report in reports]


@pytest.mark.parametrize("kind", ["zip", "tar"])
@pytest.mark.parametrize("options", [(), ("--keep-names",), ("--keep-names", "--keep-structure")])
def test_names_of_members_lead_nowhere(
    packed: Packed,
    scan: Scan,
    run: Run,
    tmp_path: Path,
    kind: str,
    options: tuple[str, ...],
) -> None:
    packed(f"in.{kind}", [(name, scan(SOPInstanceUID=f"1.{n}")) for n, name in enumerate(HOSTILE)])
    before = set(tmp_path.rglob("*"))
    result = run(f"in.{kind}", "deep/er/out", *options)
    assert result.exit_code == 0, result.output
    made = set(tmp_path.rglob("*")) - before
    assert all(path.is_relative_to(tmp_path / "deep") for path in made)
    written = [p for p in (tmp_path / "deep/er/out").rglob("*") if p.is_file()]
    assert len(written) == len(HOSTILE)


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_cut_off_anywhere_gives_what_it_can_and_says_so(
    packed: Packed, scan: Scan, reports: Any, tmp_path: Path, kind: str
) -> None:
    whole = packed(f"in.{kind}", {f"{n}.dcm": scan() for n in range(3)}).read_bytes()
    # A tar is padded with zeros.
    last = len(whole.rstrip(b"\0")) if kind == "tar" else len(whole) - 1
    for length in {0, 1, 600, len(whole) // 2, len(whole) * 3 // 4, last}:
        cut = tmp_path / f"cut.{kind}"
        cut.write_bytes(whole[:length])
        found = codes(reports(cut, overwrite=True))
        assert "archive-damaged" in found
        assert set(found) <= {"written", "archive-damaged"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_byte_that_was_turned_is_noticed_where_there_is_a_checksum(
    packed: Packed, scan: Scan, reports: Any, kind: str
) -> None:
    path = packed(f"in.{kind}", {"1.dcm": scan()})
    data = bytearray(path.read_bytes())
    # A tar has a checksum for headers only.
    data[3 if kind == "tar" else len(data) // 3] ^= 0xFF
    path.write_bytes(data)
    assert "archive-damaged" in codes(reports(path))


def test_a_zip_whose_directory_is_too_large_is_refused_before_it_is_read(
    packed: Packed, reports: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zips, "MAX_DIRECTORY", 500)
    path = packed("in.zip", {f"{number}.dcm": b"x" for number in range(20)})
    assert codes(reports(path)) == ["archive-limit"]


def test_where_only_what_looks_like_dicom_is_wanted_a_damaged_member_is_passed_over(
    packed: Packed, scan: Scan, caplog: pytest.LogCaptureFixture
) -> None:
    path = packed("in.zip", {"doe.dcm": scan(), "good.dcm": scan()})
    data = bytearray(path.read_bytes())
    data[2000] ^= 0xFF
    path.write_bytes(data)
    assert [ref.name for ref in get_files(str(path))] == ["good.dcm"]
    assert caplog.messages == ["a member of an archive cannot be read and was passed over"]


def test_what_is_no_archive_at_all_is_told(reports: Any, tmp_path: Path) -> None:
    for kind in KINDS:
        path = tmp_path / f"in.{kind}"
        path.write_bytes(b"PK\3\4 and then the connection was lost" * 40)
        assert codes(reports(path)) == ["archive-damaged"]


def test_one_damaged_archive_in_a_folder_does_not_end_the_run(
    packed: Packed, scan: Scan, run: Run, tmp_path: Path
) -> None:
    packed("in/b.zip", {"1.dcm": scan()})
    (tmp_path / "in/a.zip").write_bytes(b"lost")
    result = run("in", "out", "--show-files")
    assert result.exit_code == 1
    assert "de-identified │     1" in result.output
    assert f"{tmp_path / 'in' / 'a.zip'}" in result.output
    assert "archive-damaged" in result.output


def _patched(data: bytes, name: bytes, field: int, form: str, value: int) -> bytes:
    """Set a field in the headers of a member, in both places (APPNOTE 4.3.7, 4.3.12)."""
    changed = bytearray(data)
    for signature, name_at, field_at in ((b"PK\3\4", 30, field), (b"PK\1\2", 46, field + 2)):
        at = -1
        while (at := data.find(signature, at + 1)) >= 0:
            if data[at + name_at :].startswith(name):
                struct.pack_into(form, changed, at + field_at, value)
    return bytes(changed)


def test_members_of_a_zip_are_refused_one_by_one(packed: Packed, scan: Scan, reports: Any) -> None:
    names = ["good", "locked", "method", "huge", "moved", "short", "wrong"]
    path = packed("in.zip", {f"{name}.dcm": scan() for name in names})
    data = path.read_bytes()
    data = _patched(data, b"locked", 6, "<H", 1)
    data = _patched(data, b"method", 8, "<H", 12)
    data = _patched(data, b"huge", 22, "<I", 3 << 30)
    data = _patched(data, b"wrong", 14, "<I", 12345)
    data = _patched(data, b"short", 22, "<I", 1000)
    at = data.find(b"moved.dcm", data.find(b"PK\1\2"))
    patched = bytearray(data)
    struct.pack_into("<I", patched, at - 4, 77)
    path.write_bytes(patched + bytes(16 * MEBIBYTE))
    # Bytes behind an archive are none of it; they only make the claim of a huge member possible.
    path.write_bytes(bytes(16 * MEBIBYTE) + bytes(patched))
    assert codes(reports(path)) == [
        "written",
        "archive-encrypted",
        "archive-damaged",
        "archive-limit",
        "archive-damaged",
        "archive-damaged",
        "archive-damaged",
    ]


def test_a_link_in_a_zip_is_no_file(scan: Scan, reports: Any, tmp_path: Path) -> None:
    path = tmp_path / "in.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("link.dcm")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("folder/", b"")
        archive.writestr("good.dcm", scan())
    assert codes(reports(path)) == ["archive-link", "written"]


def test_a_zip_whose_members_share_their_bytes_is_refused(reports: Any, tmp_path: Path) -> None:
    bomb = tmp_path / "in.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.dcm", os.urandom(MEBIBYTE))
        archive.filelist += [archive.infolist()[0]] * 100
    assert codes(reports(bomb)) == ["archive-limit"]


def _bomb(kind: str, mebibytes: int) -> bytes:
    """Return an archive with a member of zeros, made piece by piece."""
    info = tarfile.TarInfo("zeros.dcm")
    info.size = mebibytes * MEBIBYTE
    makers: dict[str, Any] = {
        "tar.gz": zlib.compressobj(9, wbits=31),
        "tar.bz2": bz2.BZ2Compressor(),
        "tar.xz": lzma.LZMACompressor(preset=0),
    }
    maker = makers[kind]
    parts = [maker.compress(info.tobuf())]
    parts += [maker.compress(bytes(MEBIBYTE)) for _ in range(mebibytes)]
    return b"".join([*parts, maker.compress(bytes(10240)), maker.flush()])


@pytest.mark.parametrize("kind", ["tar.gz", "tar.xz"])
def test_a_tar_that_becomes_too_large_is_refused(
    reports: Any, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ROOM", 8 * MEBIBYTE)
    bomb = tmp_path / f"in.{kind}"
    bomb.write_bytes(_bomb(kind, 40))
    assert set(codes(reports(bomb))) == {"archive-limit"}


def test_a_zip_that_becomes_too_large_is_refused(
    packed: Packed, reports: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ROOM", 8 * MEBIBYTE)
    zeros, noise = bytes(20 * MEBIBYTE), os.urandom(MEBIBYTE)
    assert codes(reports(packed("in.zip", {"a": zeros}))) == ["archive-limit"]
    assert codes(reports(packed("in.zip", {"a": zeros, "b": noise}))) == [
        "archive-limit",
        "not-dicom",
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_too_many_members_are_refused(
    packed: Packed, reports: Any, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(found, "MAX_MEMBERS", 3)
    monkeypatch.setattr(zips, "MAX_MEMBERS", 3)
    path = packed(f"in.{kind}", {str(number): b"x" for number in range(4)})
    assert codes(reports(path))[-1] == "archive-limit"


@pytest.mark.parametrize("kind", KINDS)
def test_a_large_member_is_refused(
    packed: Packed, scan: Scan, reports: Any, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(limits, "MAX_MEMBER", 30_000)
    path = packed(f"in.{kind}", {"large.dcm": scan(), "small.txt": b"x"})
    assert codes(reports(path)) == ["archive-limit", "not-dicom"]


def _header(size: bytes, kind: bytes = b"0") -> bytes:
    """Return the header of a member in which any size stands, with a right checksum."""
    header = bytearray(tarfile.TarInfo("x").tobuf(tarfile.USTAR_FORMAT))
    header[124:136] = size
    header[156:157] = kind
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


@pytest.mark.parametrize(
    "header",
    [
        _header(b"\xff" * 11 + b"\x00"),
        _header(b"\x80" + b"\0" * 3 + b"\xff" * 8),
        _header(b"77777777777\0", b"x"),
        _header(b"77777777777\0", b"L"),
        _header(b"00000100000\0", b"g") * 2,
        _header(b"zzzzzzzzzzz\0"),
    ],
)
@pytest.mark.parametrize("kind", ["tar", "tar.gz"])
def test_headers_that_lie_end_the_archive_and_nothing_else(
    scan: Scan, packed: Packed, reports: Any, kind: str, header: bytes
) -> None:
    content = scan()
    path = packed("good.tar", {"good.dcm": content})
    end = 512 + len(content) + -len(content) % 512
    data = path.read_bytes()[:end] + header + bytes(2048)
    lying = path.with_name(f"in.{kind}")
    lying.write_bytes(gzip.compress(data) if kind == "tar.gz" else data)
    found = codes(reports(lying))
    assert found[0] == "written"
    assert found[-1] in ("archive-damaged", "archive-limit")
    assert len(found) <= 3


def test_a_sparse_member_is_refused(reports: Any, tmp_path: Path) -> None:
    info = tarfile.TarInfo("sparse.dcm")
    info.size = 1000
    info.pax_headers = {"GNU.sparse.map": "0,1000", "GNU.sparse.size": "1000"}
    with tarfile.open(tmp_path / "in.tar", "w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(info, io.BytesIO(bytes(1000)))
    assert codes(reports(tmp_path / "in.tar")) == ["archive-damaged"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_that_changes_while_it_is_read_is_refused(
    packed: Packed, scan: Scan, kind: str
) -> None:
    path = packed(f"in.{kind}", {"1.dcm": scan(), "2.dcm": scan()})
    refs = list(PluginHost.load().discover_files(str(path), DiscoveryOptions()))
    with path.open("ab") as stream:
        stream.write(bytes(512))
    streams._reading.clear()
    for ref in refs:
        with pytest.raises(limits.DamagedArchiveError, match="changed"):
            ref.open()


def test_nothing_of_an_archive_is_left_in_temporary_files(
    packed: Packed,
    scan: Scan,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    made: list[object] = []
    for kind in KINDS:
        packed(f"in/{kind}.{kind}", {"1.dcm": scan()})
    # What tempfile makes may be gone again when somebody looks.
    monkeypatch.setattr("tempfile._get_candidate_names", lambda: made.append("asked"))
    assert run("in").exit_code == 0
    assert made == []
    assert list(scratch.iterdir()) == []
