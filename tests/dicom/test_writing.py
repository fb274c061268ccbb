"""Writing: a legal Part 10 file, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from deid_core import RecipeError
from deid_core.dicom import replace_identifiers

META = {
    "SourceApplicationEntityTitle": "HOMERS-PACS",
    "SendingApplicationEntityTitle": "HOMERS-PACS",
    "ImplementationVersionName": "HOMERS-PACS",
    "PrivateInformationCreatorUID": "1.2.3",
    "PrivateInformation": b"Homer!",
}


@pytest.mark.parametrize(
    "syntax",
    [
        ImplicitVRLittleEndian,
        ExplicitVRLittleEndian,
        ExplicitVRBigEndian,
        DeflatedExplicitVRLittleEndian,
    ],
)
def test_the_transfer_syntax_stays(small: Dataset, save: Any, syntax: str, load: Any) -> None:
    (out,) = replace_identifiers(save(small, syntax=syntax))
    assert load(out).file_meta.TransferSyntaxUID == syntax
    assert load(out).Rows == 1


def test_pixels_that_nobody_touches_stay_byte_for_byte() -> None:
    source = get_testdata_file("JPEG2000.dcm", download=False)
    (out,) = replace_identifiers(source)
    assert dcmread(out).PixelData == dcmread(source).PixelData


def test_file_meta_is_written_anew(small: Dataset, save: Any, load: Any) -> None:
    (out,) = replace_identifiers(save(small, meta=META))
    written = load(out)
    assert [e.keyword for e in written.file_meta] == [
        "FileMetaInformationGroupLength",
        "FileMetaInformationVersion",
        "MediaStorageSOPClassUID",
        "MediaStorageSOPInstanceUID",
        "TransferSyntaxUID",
        "ImplementationClassUID",
        "ImplementationVersionName",
    ]
    assert written.file_meta.MediaStorageSOPInstanceUID == written.SOPInstanceUID
    assert b"HOMERS" not in Path(out).read_bytes()


def test_an_element_of_file_meta_that_a_rule_keeps_stays(
    clean: Any, small: Dataset, save: Any, recipe: Any, load: Any
) -> None:
    deid = recipe("KEEP SourceApplicationEntityTitle")
    (out,) = replace_identifiers(save(small, meta=META), deid=deid)
    assert load(out).file_meta.SourceApplicationEntityTitle == "HOMERS-PACS"
    assert "PrivateInformation" not in load(out).file_meta


def test_the_instance_uid_of_file_meta_does_not_give_away_the_old_one(
    small: Dataset, save: Any, recipe: Any, load: Any
) -> None:
    (out,) = replace_identifiers(save(small), deid=recipe("REMOVE SOPInstanceUID"))
    assert "SOPInstanceUID" not in load(out)
    assert load(out).file_meta.MediaStorageSOPInstanceUID.startswith("2.25.")


def test_two_files_without_an_instance_uid_do_not_become_one(
    small: Dataset, save: Any, load: Any
) -> None:
    paths = []
    for name in ("a.dcm", "b.dcm"):
        path = save(small, name)
        data = path.read_bytes()
        for uid in (b"\x02\x00\x03\x00UI\x08\x001.2.3.4\0", b"\x08\x00\x18\x00UI\x08\x001.2.3.4\0"):
            assert uid in data
            data = data.replace(uid, uid[:4] + b"UI\x08\x00" + b"\0" * 8)
        path.write_bytes(data)
        paths.append(path)
    outs = replace_identifiers(paths)
    uids = {load(out).file_meta.MediaStorageSOPInstanceUID for out in outs}
    assert len(uids) == 2


def test_the_preamble_is_zeroed(small: Dataset, save: Any) -> None:
    path = save(small)
    data = path.read_bytes()
    path.write_bytes(b"Homer Simpson".ljust(128, b"!") + data[128:])
    (out,) = replace_identifiers(path)
    assert Path(out).read_bytes()[:132] == bytes(128) + b"DICM"


def test_bytes_after_the_data_set_do_not_come_through(small: Dataset, save: Any) -> None:
    path = save(small)
    path.write_bytes(path.read_bytes() + b"Homer Simpson")
    (out,) = replace_identifiers(path)
    assert b"Homer" not in Path(out).read_bytes()


def test_a_rule_cannot_add_an_element_of_a_group_that_no_data_set_has(
    small: Dataset, save: Any, recipe: Any
) -> None:
    try:
        outs = replace_identifiers(save(small), deid=recipe("ADD (0000,0010) x"))
    except RecipeError:
        return
    assert outs == []


def test_nothing_is_left_behind_when_a_file_cannot_be_written(
    small: Dataset, save: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "out").write_text("a file, not a folder", encoding="utf-8")
    assert replace_identifiers(save(small), output_folder=tmp_path / "out") == []
    assert "in.dcm: cannot be written: " in caplog.text


def test_the_output_never_replaces_its_own_input(
    small: Dataset, save: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = save(small)
    before = path.read_bytes()
    assert replace_identifiers(path, output_folder=tmp_path, overwrite=True) == []
    assert "the output would replace its own input; choose another folder" in caplog.text
    assert path.read_bytes() == before


def test_no_output_replaces_the_input_of_another_file(
    small: Dataset, save: Any, tmp_path: Path
) -> None:
    # in/x/1.dcm would be written to in/1.dcm, which is read next.
    first, second = save(small, "in/x/0.dcm"), save(small, "in/1.dcm")
    before = second.read_bytes()
    first = first.rename(first.with_name("1.dcm"))
    replace_identifiers([first], output_folder=tmp_path / "in")
    assert second.read_bytes() == before


def test_no_temporary_file_is_left(small: Dataset, save: Any, tmp_path: Path) -> None:
    replace_identifiers(save(small), output_folder=tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["in.dcm"]


def test_outputs_have_the_permissions_of_new_files(
    small: Dataset, save: Any, tmp_path: Path
) -> None:
    mask = os.umask(0o027)
    try:
        (out,) = replace_identifiers(save(small), output_folder=tmp_path / "out")
    finally:
        os.umask(mask)
    assert Path(out).stat().st_mode & 0o777 == 0o640


# -- character sets --------------------------------------------------------------------


def test_text_that_stays_stays_readable(clean: Any, small: Dataset) -> None:
    small.SpecificCharacterSet = "ISO_IR 192"
    small.PatientName = "Müller^Jörg"
    out = clean(small, "REMOVE SpecificCharacterSet")
    assert out.PatientName == "Müller^Jörg"
    assert out.SpecificCharacterSet == "ISO_IR 192"


def test_nested_text_that_stays_stays_readable(clean: Any, small: Dataset) -> None:
    small.SpecificCharacterSet = "ISO_IR 192"
    inner = Dataset()
    inner.PatientName = "Müller^Jörg"
    small.ReferencedStudySequence = [inner]
    out = clean(small, "REMOVE SpecificCharacterSet")
    assert out.ReferencedStudySequence[0].PatientName == "Müller^Jörg"


def test_several_character_sets_are_restored(clean: Any, small: Dataset) -> None:
    small.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
    small.PatientName = "Yamada^Tarou=山田^太郎"
    out = clean(small, "REMOVE SpecificCharacterSet")
    assert out.PatientName == "Yamada^Tarou=山田^太郎"


def test_a_character_set_that_nothing_needs_may_go(clean: Any, small: Dataset) -> None:
    small.SpecificCharacterSet = "ISO_IR 192"
    out = clean(small, "REMOVE SpecificCharacterSet")
    assert "SpecificCharacterSet" not in out
    assert out.PatientName == "Simpson^Homer^Jay"


def test_new_text_beyond_the_character_set_of_the_file_is_not_lost(
    clean: Any, small: Dataset
) -> None:
    assert clean(small, "REPLACE PatientName Müller^Jörg").PatientName == "Müller^Jörg"
