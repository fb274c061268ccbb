"""Archives of which any bytes were turned: each member is read, or refused with a reason."""

from __future__ import annotations

import contextlib
import io
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from deid_core import DiscoveryOptions, FileError, FileRef
from deid_core_archives.found import opened

KINDS = ["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"]


def _small(kind: str) -> bytes:
    """Return a small archive, whose members have long names and headers of their own."""
    stream = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in ("a.dcm", "b" * 120):
                archive.writestr(zipfile.ZipInfo(name), b"0123456789" * 50)
        return stream.getvalue()
    mode: Any = f"w:{kind[4:]}"
    with tarfile.open(fileobj=stream, mode=mode) as tar:
        for name, form in (("b" * 120, tarfile.GNU_FORMAT), ("ü" * 120, tarfile.PAX_FORMAT)):
            tar.format = form
            info = tarfile.TarInfo(name)
            info.size = 500
            tar.addfile(info, io.BytesIO(b"0123456789" * 50))
    return stream.getvalue()


SMALL = {kind: _small(kind) for kind in KINDS}


@given(st.data())
@settings(max_examples=150)
def test_whatever_bytes_are_turned_members_are_read_or_refused(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(KINDS))
    content = bytearray(SMALL[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content))) :]
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / f"in.{kind}"
        path.write_bytes(content)
        for ref in opened([FileRef(path.name, path=path)], str(path), DiscoveryOptions()):
            with contextlib.suppress(FileError):
                ref.open().read()
