"""What the sweep finds of a patient in values that stay, and what it must leave alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ImplicitVRLittleEndian

from deid_core.dicom import replace_identifiers
from deid_core.quiet import quiet_pydicom


@pytest.fixture
def swept(save: Any, load: Any, recipe: Any) -> Callable[..., Any]:
    """Return a function that keeps all but the patient's own values."""

    def swept(
        dataset: Dataset, *lines: str, how: str = "clean", syntax: str | None = None
    ) -> Dataset:
        path = save(dataset, **({"syntax": syntax} if syntax else {}))
        deid = recipe(
            "BLANK PatientName",
            "BLANK PatientID",
            "BLANK PatientBirthDate",
            "REMOVE AccessionNumber",
            *lines,
            top=f"DEFAULT KEEP\nSWEEP {how}",
        )
        (out,) = replace_identifiers(path, deid=deid, remove_private=False)
        return load(out)

    return swept


@pytest.fixture
def left(swept: Any, small: Dataset) -> Callable[..., str]:
    """Return a function that tells what is left of a text, by the patient's values."""

    def left(text: str, *, vr: str = "LT", tag: int = 0x00204000, **patient: str) -> str:
        small.SpecificCharacterSet = "ISO_IR 192"
        for keyword, value in patient.items():
            setattr(small, keyword, value)
        small.add_new(tag, vr, text)
        out = swept(small)
        return str(out[tag].value) if tag in out else ""

    return left


# -- names -----------------------------------------------------------------------------

NAMES = [
    ("Simpson^Homer^Jay", "knee of Homer Simpson, left", "knee of , left"),
    ("Simpson^Homer^Jay", "HOMER", ""),
    ("Simpson^Homer^Jay", "simpson,homer knee", "knee"),
    ("Simpson^Homer^Jay", "knee_SIMPSON_HOMER", "knee_"),
    ("Simpson^Homer^Jay", "HomerSimpson knee", "knee"),
    ("Simpson^Homer^Jay", "Mr. Simpson's knee", "Mr. knee"),
    ("Simpson^Homer^Jay", "Simpson1 knee", "1 knee"),
    ("Müller^Jörg", "knee MULLER", "knee"),
    ("Muller^Jorg", "knee Müller", "knee"),
    ("Müller^Jörg", "knee Mu\u0308ller", "knee"),
    ("O'Brien^Mary-Ann", "OBrien knee", "knee"),
    ("O'Brien^Mary-Ann", "o brien knee", "knee"),
    ("O'Brien^Mary-Ann", "maryann knee", "knee"),
    ("Yamada^Tarou=山田^太郎", "knee 山田太郎", "knee"),
    ("Yamada^Tarou=山田^太郎", "knee 山田", "knee"),
    ("Hall^Mary", "knee Mary Hall", "knee"),
    ("Hall^Mary", "knee, Hall Mary", "knee,"),
    ("May^Karl", "knee May, Karl", "knee"),
    ("May^Karl", "Dr. May saw the knee", "Dr. saw the knee"),
    ("An^Li", "knee An Li", "knee"),
    ("Li^An", "knee Li^An", "knee"),
    ("Van der Berg^Jan", "knee van-der-berg", "knee"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "expected"), NAMES)
def test_a_name_goes_however_it_is_written(left, name, text, expected):
    assert left(text, PatientName=name).split() == expected.split()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Simpson^Homer^Jay", "SimpsonHomerJay"),
        ("Simpson^Homer^Jay", "homerjaysimpson"),
        ("Straße^Uwe", "STRASSE"),
        ("Wu^Y", "Wu Y"),
        ("Doe^John", "DOEJ knee"),
        ("Doe^John", "JDOE"),
        ("Łukasz^Żak", "LUKASZ"),
        ("Sørensen^Bo", "SORENSEN"),
    ],
)
def test_no_name_is_left_in_other_usual_spellings(left, name, text):
    assert left(text, PatientName=name) in ("", "knee")


@pytest.mark.parametrize("name", ["Hall^Mary", "May^Karl", "Young^Ann"])
def test_a_common_name_that_is_the_whole_value_goes(left, name):
    assert left(name.split("^")[0], PatientName=name) == ""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Al^Bo", "axial t1 tse"),
        ("Muller^Hans", "mullerian duct"),
        ("T^Homer", "T12 vertebra"),
        ("May^Karl", "may be a cyst, seen in May"),
        ("An^Li", "an axial slice"),
        ("Head^John", "HEAD and NECK"),
        ("Left^John", "left knee"),
        ("Simpson^Homer", "Simpsonian rule"),
        ("", "nothing to find"),
        ("^^^", "nothing to find"),
        ("May^Karl", "the patient may have moved"),
    ],
)
def test_words_of_the_study_stay(left, name, text):
    assert left(text, PatientName=name) == text


@pytest.mark.parametrize("name", ["Axial^John", "Original^Ann", "Primary^Ann", "Derived^Ann"])
def test_a_name_does_not_eat_the_terms_of_image_type(swept, small, name):
    small.PatientName = name
    small.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    out = swept(small, how="remove")
    assert list(out.get("ImageType", [])) == ["ORIGINAL", "PRIMARY", "AXIAL"]


# -- identifiers -----------------------------------------------------------------------

IDS = [
    ("12345678", "id 12345678 knee", "id knee"),
    ("12345678", "id 1234-5678 knee", "id knee"),
    ("12345678", "1234 5678", ""),
    ("1234-5678", "12345678", ""),
    ("1234/5678", "1234.5678", ""),
    ("ABC123", "abc 123", ""),
    ("1234", "x1234y", "x1234y"),
    ("1234", "12345", "12345"),
    ("12", "T12", "T12"),
    ("12", "id 12", "id"),
    ("12", "MRN: 12, knee", "MRN: , knee"),
    ("12", "12 slices", "12 slices"),
    ("1", "1 of 3", "1 of 3"),
]


@pytest.mark.parametrize(("identifier", "text", "expected"), IDS)
def test_an_identifier_goes_with_and_without_separators(left, identifier, text, expected):
    assert left(text, PatientID=identifier).split() == expected.split()


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("PatientID", "A#12 34"),
        ("PatientID", "AB, 12-34"),
        ("PatientAddress", "742 Evergreen Terrace, Springfield"),
        ("PatientTelephoneNumbers", "1 (555) 123-456"),
        ("AccessionNumber", "ACC-2020-77"),
        ("OtherPatientIDs", "Z-99887"),
        ("MedicalRecordLocator", "M-99887"),
    ],
)
def test_an_identifier_as_it_stands_is_found(left, swept, small, keyword, value):
    assert left(f"knee {value}", **{keyword: value}) == "knee"


@pytest.mark.parametrize("text", ["Evergreen Terrace 742", "742 evergreen  terrace"])
def test_parts_of_an_address_go(left, text):
    assert "green" not in left(text, PatientAddress="742 Evergreen Terrace, Springfield")


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("RescaleSlope", "1"),
        ("InstanceNumber", "1"),
        ("SeriesNumber", "1"),
        ("AcquisitionNumber", "1"),
        ("NumberOfFrames", "1"),
        ("EchoNumbers", "1"),
    ],
)
@pytest.mark.parametrize("source", ["StudyID", "PatientID"])
def test_a_short_identifier_eats_no_numbers_of_the_image(swept, small, keyword, value, source):
    setattr(small, source, "1")
    setattr(small, keyword, value)
    out = swept(small, how="remove")
    assert str(out.get(keyword)) == value


# -- birth dates -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "19560512",
        "1956-05-12",
        "1956/5/12",
        "1956.05.12",
        "12.05.1956",
        "12/5/1956",
        "05/12/1956",
        "5-12-56",
        "12 May 1956",
        "12-MAY-1956",
        "12th May 1956",
        "May 12, 1956",
        "May 12 1956",
        "12MAY1956",
        "12051956",
        "19560512101500",
        "1956-05-12T10:15",
        "1956 May 12",
        "12. Mai 1956",
    ],
)
def test_a_birth_date_goes_in_every_usual_form(left, text):
    rest = left(f"born {text} knee", PatientBirthDate="19560512")
    assert "56" not in rest
    assert rest.endswith("knee")


@pytest.mark.parametrize("text", ["119560512", "1956", "12 May 1957", "512 mm"])
def test_what_is_no_birth_date_stays(left, text):
    assert left(text, PatientBirthDate="19560512") == text


# -- where -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "vr"),
    [
        (0x00180024, "SH"),
        (0x00081030, "LO"),
        (0x00400280, "ST"),
        (0x00204000, "LT"),
        (0x0040A160, "UT"),
        (0x00080119, "UC"),
        (0x00081190, "UR"),
        (0x00180015, "CS"),
        (0x00080055, "AE"),
        (0x00181030, "LO"),
    ],
)
@pytest.mark.parametrize("how", ["clean", "remove"])
@pytest.mark.parametrize("syntax", [None, ImplicitVRLittleEndian])
def test_a_name_is_found_in_every_text_vr(swept, small, tag, vr, how, syntax):
    small.add_new(tag, vr, "SIMPSON")
    out = swept(small, how=how, syntax=syntax)
    assert tag not in out or out[tag].is_empty
    assert how == "clean" or tag not in out


def test_a_name_is_found_in_one_of_several_values_and_the_others_stay(swept, small):
    small.add_new(0x00081080, "LO", ["flu", "as Homer said", "gout"])
    assert list(swept(small)[0x00081080].value) == ["flu", "as said", "gout"]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["Simpson", "Müller"])
def test_a_name_is_found_in_bytes_of_unknown_meaning(swept, small, encoding, name):
    small.SpecificCharacterSet = "ISO_IR 192"
    small.PatientName = f"{name}^Homer"
    block = small.private_block(0x0009, "ACME", create=True)
    data = f"knee of {name} left".encode(encoding)
    block.add_new(0x01, "UN", data + b" " * (len(data) % 2))
    assert 0x00091001 not in swept(small)


def test_a_name_is_found_at_an_odd_offset_of_utf_16(swept, small):
    block = small.private_block(0x0009, "ACME", create=True)
    block.add_new(0x01, "OB", b"x" + " Simpson ".encode("utf-16-le") + b"x")
    assert 0x00091001 not in swept(small)


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("ISO_IR 100", "Müller^Jörg"),
        ("ISO_IR 144", "Иванов^Иван"),
        ("ISO_IR 192", "Müller^Jörg"),
        ("GB18030", "王^小东"),
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎"),
    ],
)
def test_a_name_is_found_in_every_character_set(swept, small, charset, name):
    small.SpecificCharacterSet = charset
    small.PatientName = name
    surname = name.split("=")[-1].split("^")[0]
    surname = "王小东" if charset == "GB18030" else surname
    small.ImageComments = f"knee {surname}"
    assert swept(small).ImageComments == "knee"


def test_a_name_is_found_in_items_at_any_depth(swept, small):
    lowest = Dataset()
    lowest.CodeMeaning = "knee of Simpson"
    middle = Dataset()
    middle.ProcedureCodeSequence = [lowest]
    small.ReferencedSeriesSequence = [middle]
    out = swept(small)
    assert out.ReferencedSeriesSequence[0].ProcedureCodeSequence[0].CodeMeaning == "knee of"


def test_a_name_that_stands_only_in_an_item_is_looked_for_everywhere(swept, small):
    item = Dataset()
    item.PatientName = "Flanders^Ned"
    small.ReferencedPatientPhotoSequence = [item]
    small.ImageComments = "knee of Flanders"
    assert swept(small, "REMOVE ReferencedPatientPhotoSequence").ImageComments == "knee of"


def test_a_name_in_an_attribute_that_the_table_does_not_list_goes_under_the_profile(
    save, load, small
):
    small.SequenceName = "*SIMPSON"
    (out,) = replace_identifiers(save(small), deid="deid.dicom.basic")
    assert "SequenceName" not in load(out)


def test_the_words_around_stay_under_clean_descriptors(save, load, small):
    small.StudyDescription = "knee of Simpson, left"
    deid = ["deid.dicom.basic", "deid.dicom.clean-descriptors"]
    (out,) = replace_identifiers(save(small), deid=deid)
    assert load(out).StudyDescription == "knee of , left"


def test_lines_of_a_text_stay_lines(left):
    text = "knee\r\nof Simpson\r\n\r\nno fracture"
    assert "\n" in left(text, PatientName="Simpson^Homer")


def test_an_identifier_in_a_uid_goes(swept, small):
    small.PatientID = "12345678"
    small.FrameOfReferenceUID = "1.2.3.12345678.4"
    assert "12345678" not in str(swept(small))


def test_a_name_in_a_date_goes(swept, small):
    with quiet_pydicom():
        small.private_block(0x0009, "ACME", create=True).add_new(0x01, "DA", "Simpson")
    assert "Simpson" not in str(swept(small))


def test_a_birth_date_in_a_date_of_an_unlisted_attribute_goes(swept, small):
    small.PatientBirthDate = "19560512"
    small.private_block(0x0009, "ACME", create=True).add_new(0x01, "DA", "19560512")
    assert "19560512" not in str(swept(small))


# -- pixels ----------------------------------------------------------------------------


@pytest.mark.parametrize("vr", ["OB", "OW"])
@pytest.mark.parametrize("patient", ["name", "identifier"])
def test_pixel_data_that_happens_to_spell_a_value_stays(swept, small, vr, patient):
    small.PatientName, small.PatientID = "Lee^Ann", "1234"
    small.Rows = small.Columns = 16
    spelled = b"\1\0Lee\0\1" if patient == "name" else b"\1\x801234\1"
    small.add_new(0x7FE00010, vr, spelled.ljust(256, b"\0"))
    assert "PixelData" in swept(small)


def test_a_lookup_table_that_happens_to_spell_a_value_stays(swept, small):
    small.PatientName = "Lee^Ann"
    small.add_new(0x00281201, "OW", b"\1\0Lee\0\1\0")
    assert 0x00281201 in swept(small)
