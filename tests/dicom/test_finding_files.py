"""Which files are found, in which order, and which are passed over."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.filewriter import dcmwrite

from deid_core import FileRef, SettingsError
from deid_core.dicom import get_files


@pytest.fixture
def folder(save: Any, small: Dataset, tmp_path: Path) -> Path:
    for name in ("in/b.dcm", "in/a.dcm", "in/sub/c", "in/sub/deep/d.dcm", "in/.hidden.dcm"):
        save(small, name)
    (tmp_path / "in" / "notes.txt").write_text("no image", encoding="utf-8")
    return tmp_path / "in"


def names(found: Any, folder: Path) -> list[str]:
    return [str(Path(path).relative_to(folder)) for path in found]


def test_files_are_found_folder_by_folder_in_the_order_of_their_names(folder: Path) -> None:
    assert names(get_files(folder), folder) == [
        ".hidden.dcm",
        "a.dcm",
        "b.dcm",
        "sub/c",
        "sub/deep/d.dcm",
    ]


def test_without_check_all_files_are_found(folder: Path) -> None:
    assert "notes.txt" in names(get_files(folder, check=False), folder)


def test_a_pattern_is_matched_by_base_names(folder: Path) -> None:
    assert names(get_files(folder, pattern="[cd]*"), folder) == ["sub/c", "sub/deep/d.dcm"]


def test_several_contenders_are_searched_one_after_the_other(folder: Path) -> None:
    found = get_files([folder / "b.dcm", str(folder / "sub")])
    assert names(found, folder) == ["b.dcm", "sub/c", "sub/deep/d.dcm"]


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        list(get_files(tmp_path / "nowhere"))
    assert str(caught.value) == f"{tmp_path / 'nowhere'}: no such file or folder"


def test_an_empty_folder_has_no_files(tmp_path: Path) -> None:
    assert list(get_files(tmp_path)) == []


def test_only_regular_files_count(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "dangling").symlink_to(folder / "nowhere")
    with socket.socket(socket.AF_UNIX) as unix:
        path = folder / "s"
        os.chdir(folder)
        unix.bind("s")
        assert path.exists()
        assert "pipe" not in names(get_files(folder, check=False), folder)
        assert "s" not in names(get_files(folder, check=False), folder)


def test_a_pipe_that_is_named_itself_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SettingsError, match="pipe"):
        list(get_files(tmp_path / "pipe"))


def test_links_to_folders_are_followed_but_not_in_circles(folder: Path) -> None:
    (folder / "circle").symlink_to(folder)
    (folder / "link").symlink_to(folder / "sub")
    found = list(get_files(folder))
    assert len(found) == 5


def test_a_file_without_preamble_is_found(tmp_path: Path) -> None:
    bare = Dataset()
    bare.SOPClassUID = "1.2"
    bare.SOPInstanceUID = "1.2.3"
    dcmwrite(tmp_path / "bare", bare, implicit_vr=True, little_endian=True)
    assert len(list(get_files(tmp_path))) == 1


def test_force_finds_what_only_might_be_dicom(tmp_path: Path) -> None:
    bare = Dataset()
    bare.PatientID = "x"
    dcmwrite(tmp_path / "bare", bare, implicit_vr=True, little_endian=True)
    assert list(get_files(tmp_path)) == []
    assert len(list(get_files(tmp_path, force=True))) == 1


def test_files_of_a_plugin_that_are_not_on_disk_are_references(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    info = site / "hospital_source-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: hospital-source\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[deid_core]\nsource = fake_source_plugin\n")
    (site / "fake_source_plugin.py").write_text(
        "from deid_core import FileRef, hookimpl\n"
        "@hookimpl\n"
        "def deid_discover_files(location):\n"
        "    if location.startswith('mem:'):\n"
        "        return [FileRef(location[4:])]\n"
    )
    monkeypatch.syspath_prepend(str(site))
    assert list(get_files("mem:a.dcm")) == [FileRef("a.dcm")]
