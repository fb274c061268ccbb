"""The output is searched byte for byte, wherever an identifier may hide and however it is written."""

from __future__ import annotations

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from deid_core_audit.identifying import Identifier
from deid_core_audit.leaves import leaves
from deid_core_audit.needles import Needles

NAME = "Quistgaard"


def encoded(dataset: Dataset, syntax: str = ExplicitVRLittleEndian) -> bytes:
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def test_the_preamble(audit, before, after):
    data = NAME.encode().ljust(128, b"\0") + encoded(after[0])[128:]
    assert audit(before, [data, *after[1:]]).places == {("preamble", "name")}


def test_the_file_meta_information(audit, before, after):
    after[0].file_meta = FileMetaDataset()
    after[0].file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    after[0].file_meta.SourceApplicationEntityTitle = NAME.upper()
    assert audit(before, after).places == {("SourceApplicationEntityTitle", "name")}


def test_bytes_after_the_data_set(audit, before, after):
    data = encoded(after[0]) + b"  " + NAME.encode()
    (place,) = audit(before, [data, *after[1:]]).places
    assert place[1] == "name"


def test_bytes_after_a_deflated_data_set_and_what_is_deflated(audit, before, after):
    after[0].StudyDescription = f"thorax axial late phase of {NAME}"
    whole = encoded(after[0], DeflatedExplicitVRLittleEndian)
    assert audit(before, [whole, *after[1:]]).places == {("StudyDescription", "name")}
    after[0].StudyDescription = "thorax axial late phase"
    whole = encoded(after[0], DeflatedExplicitVRLittleEndian) + NAME.encode()
    assert audit(before, [whole, *after[1:]]).places == {("bytes after the pixel data", "name")}


def test_private_and_nested_elements_without_their_creators_name(audit, before, after):
    item = Dataset()
    block = item.private_block(0x0099, f"{NAME} block", create=True)
    block.add_new(0x01, "UN", f"seen by {NAME}".encode())
    after[0].RequestAttributesSequence = [item]
    assert audit(before, after).places == {
        ("RequestAttributesSequence > private creator", "name"),
        ("RequestAttributesSequence > (0099,xx01)", "name"),
    }


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_wide_characters_in_binary_values(audit, before, after, codec):
    after[0].add_new(0x00104000, "LT", "")
    after[0].private_block(0x0099, "HERE", create=True).add_new(2, "OB", NAME.encode(codec))
    assert audit(before, after).places == {("(0099,xx02)", "name")}


@pytest.mark.parametrize(
    ("charset", "name", "codec"),
    [
        ("ISO_IR 100", "Ögåård^Þórdís", "latin-1"),
        ("ISO_IR 192", "Παπαδάκη^Ιφιγένεια", "utf-8"),
        ("ISO_IR 144", "Филиппов^Анна", "iso8859_5"),
        ("\\ISO 2022 IR 87", "Yamada^Tarou=山田^太郎", "iso2022_jp"),
    ],
)
def test_names_in_other_scripts(audit, before, after, charset, name, codec):
    before[0].SpecificCharacterSet = charset
    before[0].PatientName = name
    word = name.rpartition("=")[2].split("^")[0]
    after[0].private_block(0x0099, "HERE", create=True).add_new(2, "OB", word.upper().encode(codec))
    assert ("(0099,xx02)", "name") in audit(before, after).places


def test_the_pixels_of_an_image(audit, before, after):
    for dataset in (before[0], after[0]):
        dataset.PixelData = bytes(100) + NAME.encode() + bytes(146)
    found = audit(before, after)
    assert ("PixelData", "name") in found.places
    assert found.found["search"]["pixel bytes not searched for short values"] == 4 * 256


def test_the_name_of_the_output(write, command, before, after):
    names = [f"{NAME}.dcm", "b", "c", "d"]
    result = command(write(before, "in"), write(after, "out", names))
    assert result.exit_code == 1
    assert "file name" in result.output
    assert NAME not in result.output


def test_files_of_the_output_that_are_no_dicom(audit, before, after):
    found = audit(before, [*after, b"HZ-4711-K became pseudo-0"])
    assert found.places == {("file that is not DICOM", "patient ID")}


def test_the_output_of_another_patient(audit, before, after):
    after[3].StudyDescription = f"thorax axial late phase, compare {NAME}"
    assert audit(before, after).places == {("StudyDescription", "name")}


@pytest.mark.parametrize(
    "text",
    [
        "QUISTGAARD",
        "ludmilla quistgaard",
        "Quistgaard,L.",
        "QuistgaardLudmilla",
        "scan_quistgaard_2",
        "quistgaard2",
    ],
)
def test_a_name_however_it_is_spelled(text):
    assert Needles.of([Identifier("name", "Quistgaard^Ludmilla", "")]).in_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "19500704",
        "1950-07-04",
        "4.7.1950",
        "07/04/1950",
        "04 Jul 1950",
        "July 4, 1950",
        "4jul1950 04jul1950",
        "04071950",
    ],
)
def test_a_birth_date_however_it_is_written(text):
    assert Needles.of([Identifier("birth date", "19500704", "")]).in_text(f"born {text}")


@pytest.mark.parametrize("text", ["+49 (6221) 555-147", "49.6221.555.147", "49 6221 555147"])
def test_a_phone_number_however_it_is_parted(text):
    assert Needles.of([Identifier("phone or e-mail", "+49 6221 555147", "")]).in_text(text)


def test_an_e_mail_address_in_any_text_identifies(audit, before, after):
    before[0].StudyDescription = "thorax axial late phase, ask l.quist@example.org"
    after[1].StudyDescription = "thorax axial late phase for L.QUIST@example.org"
    assert audit(before, after).places == {("StudyDescription", "phone or e-mail")}


def test_a_word_inside_of_another_is_not_found():
    needles = Needles.of([Identifier("name", "Anders^Ella", "")])
    assert not needles.in_text("Andersonville fellas")
    assert needles.in_text("an Ella fella")


def test_a_uid_inside_of_another_is_not_found():
    needles = Needles.of([Identifier("UID", "1.2.34", "")])
    assert not needles.in_text("1.2.345 and 21.2.34 and 1.2.34.5")
    assert needles.in_text("see 1.2.34.")


def one(vr: str, value: str):
    dataset = Dataset()
    dataset.add_new({"SH": 0x00080100, "DS": 0x00180050, "PN": 0x00100010}[vr], vr, value)
    (leaf,) = leaves(dataset)
    return leaf


def test_short_values_are_found_as_whole_values_only():
    needles = Needles.of([Identifier("name", "Li^Bo", ""), Identifier("patient ID", "1234", "")])
    assert needles.in_leaf(one("SH", "1234"))
    assert needles.in_leaf(one("PN", "Li^Other"))
    assert not needles.in_leaf(one("SH", "see 1234"))
    assert not needles.in_leaf(one("DS", "1234"))


def test_digits_in_a_number_say_nothing_and_in_a_text_do():
    needles = Needles.of([Identifier("patient ID", "1234567", "")])
    assert not needles.in_leaf(one("DS", "0.1234567"))
    assert needles.in_leaf(one("SH", "x 1234567"))


def test_words_that_stand_for_nobody_are_no_names():
    needles = Needles.of([Identifier("name", "Anonymous^Patient^^Dr", "")])
    assert len(needles) == 0


def test_strings_of_a_list_are_searched_for(audit, before, after, tmp_path):
    after[0].StudyDescription = "thorax axial late phase Rosebud 7"
    path = tmp_path / "more.csv"
    path.write_text('what,note\n"rosebud 7",sled\n', encoding="utf-8")
    assert audit(before, after).status == 0
    assert audit(before, after, "--identifiers", str(path)).places == {
        ("StudyDescription", "listed")
    }


def test_a_date_is_looked_for_where_no_attribute_is_for_it(audit, before, after):
    after[0].StudyDescription = "thorax axial late phase of 2010-01-31"
    assert audit(before, after).places == {("StudyDescription", "date")}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    word=st.text("bcdfghjklmnprstvwz", min_size=6, max_size=12),
    around=st.tuples(st.binary(max_size=40), st.binary(max_size=40)),
    upper=st.booleans(),
)
def test_any_name_is_found_among_any_bytes(word, around, upper):
    from deid_core_audit.files import Content, Stretch
    from deid_core_audit.search import search

    written = (word.upper() if upper else word).encode()
    data = around[0] + b"\0 " + written + b" \0" + around[1]
    content = Content(dicom=False, dataset=None, stretches=(Stretch(data, (), ()),))
    needles = Needles.of([Identifier("name", f"{word}^", "PatientName")])
    assert {hit.needle.text for hit in search(content, needles)} == {word}


@pytest.mark.parametrize("vr", ["OB", "UN", "LO", "ZZ"])
def test_an_identifier_of_the_input_with_a_wrong_vr_is_one_still(audit, before, after, vr):
    data = encoded(before[0]).replace(b"\x10\0\x10\0PN", b"\x10\0\x10\0LO")
    if vr != "LO":
        short = len(before[0].PatientName.encode()) + 1 & ~1
        head = b"\x10\0\x10\0LO" + short.to_bytes(2, "little")
        long = b"\x10\0\x10\0" + vr.encode()
        long += (
            bytes(2) + short.to_bytes(4, "little") if vr != "ZZ" else short.to_bytes(2, "little")
        )
        assert head in data
        data = data.replace(head, long)
    before[0].SeriesDescription = before[1].SeriesDescription = "routine of"
    del before[1].PatientName, after[1].PatientName
    after[0].StudyDescription = f"thorax axial late phase {NAME}"
    assert ("StudyDescription", "name") in audit([data, *before[1:]], after).places


def test_damaged_files_do_not_end_the_audit(audit, before, after):
    whole = encoded(after[0])
    damaged = [whole[:-300], whole[:700], whole.replace(b"UI", b"U!"), whole[:132] + b"\xff" * 64]
    deflated = encoded(after[1], DeflatedExplicitVRLittleEndian)
    damaged += [deflated[:-40], deflated[:400] + bytes(20) + deflated[420:]]
    found = audit(before, [*after, *damaged])
    assert found.status == 1
    counts = found.found["files"]["output"]
    assert sum(counts.values()) == 10
