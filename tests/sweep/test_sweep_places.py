"""Where the sweep looks, where it must not, and what becomes of what it finds."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from pydicom.dataset import Dataset

from deid_core import Batch, Field, FileRef, Identifiers, Instance, PluginHost, Settings
from deid_core.batch import FileContext
from deid_core.changes import RemoveElement, SetValue
from deid_core.dicom import replace_identifiers
from deid_core.elements import plain
from deid_core.field import ElementPath
from deid_core.quiet import quiet_pydicom
from deid_core_screening.sources import Own, own_values
from deid_core_screening.sweep import Examination, sweep
from deid_core_screening.text import cleaner_of


@pytest.fixture
def swept(save: Any, load: Any, recipe: Any) -> Callable[..., Any]:
    """Return a function that keeps all but the patient's own values."""

    def swept(dataset: Dataset, *lines: str, how: str = "clean", **meta: Any) -> Dataset:
        deid = recipe(*lines, top=f"DEFAULT KEEP\nSWEEP {how}")
        path = save(dataset, meta=meta)
        (out,) = replace_identifiers(path, deid=deid, remove_private=False)
        return load(out)

    return swept


def private(dataset: Dataset, vr: str, value: Any) -> None:
    with quiet_pydicom():
        dataset.private_block(0x0009, "ACME", create=True).add_new(0x01, vr, value)


# -- what is gathered ------------------------------------------------------------------

GATHERED = [
    ("PatientMotherBirthName", "Bouvier^Jacqueline", "names"),
    ("ResponsiblePerson", "Bouvier^Jacqueline", "names"),
    ("OperatorsName", ["Flanders^Ned", "Moe"], "names"),
    ("OtherPatientNames", "Flanders^Ned", "names"),
    ("PatientID", "A-99887", "identifiers"),
    ("OtherPatientIDs", ["A-99887", "B-99887"], "identifiers"),
    ("AccessionNumber", "A-99887", "identifiers"),
    ("AdmissionID", "A-99887", "identifiers"),
    ("PlacerOrderNumberImagingServiceRequest", "A-99887", "identifiers"),
    ("FillerOrderNumberImagingServiceRequest", "A-99887", "identifiers"),
    ("InsurancePlanIdentification", "A-99887", "identifiers"),
    ("PatientTelephoneNumbers", "555-1234567", "contacts"),
    ("PatientTelecomInformation", "a@b.example", "contacts"),
    ("PatientAddress", "742 Evergreen Terrace", "addresses"),
    ("PatientBirthDate", "19560512", "dates"),
]


@pytest.mark.parametrize(("keyword", "value", "kind"), GATHERED)
@pytest.mark.parametrize("depth", [0, 2])
def test_own_values_are_gathered_at_any_depth(keyword, value, kind, depth):
    dataset = Dataset()
    setattr(dataset, keyword, value)
    for _ in range(depth):
        outer = Dataset()
        outer.OtherPatientIDsSequence = [dataset]
        dataset = outer
    expected = set(value) if isinstance(value, list) else {value}
    assert expected <= getattr(own_values(dataset), kind)


def test_a_name_under_a_wrong_vr_and_a_private_name_are_gathered():
    dataset = Dataset()
    dataset.add_new(0x00100010, "LO", "Simpson^Homer")
    dataset.add_new(0x00101060, "UN", b"Bouvier^Jacqueline")
    private(dataset, "PN", "Flanders^Ned")
    assert {"Simpson^Homer", "Bouvier^Jacqueline", "Flanders^Ned"} <= own_values(dataset).names


def test_names_and_numbers_of_persons_in_codes_are_gathered():
    code = Dataset()
    code.CodeValue, code.CodeMeaning = "STAFF-7788", "Hibbert^Julius"
    dataset = Dataset()
    dataset.PersonIdentificationCodeSequence = [code]
    own = own_values(dataset)
    assert "STAFF-7788" in own.identifiers
    assert "Hibbert^Julius" in own.names


def test_what_content_items_say_of_the_patient_is_gathered():
    concept = Dataset()
    concept.CodeValue = "121030"
    item = Dataset()
    item.ConceptNameCodeSequence = [concept]
    item.TextValue = "SUBJ-4711"
    dataset = Dataset()
    dataset.ContentSequence = [item]
    assert "SUBJ-4711" in own_values(dataset).identifiers


def test_what_other_instances_of_the_patient_hold_is_looked_for(small, ref, batch):
    small.ImageComments = "knee of Flanders"
    elsewhere = {"PatientName": frozenset({"Flanders^Ned"}), "PatientID": frozenset({"Z-99887"})}
    identifiers = Identifiers("p", "i", {}, elsewhere=elsewhere)
    run = attrs.evolve(batch, settings=Settings(sweep="clean"))
    swept = sweep(Instance(small, ref), identifiers, run)
    field = field_of(small, 0x00204000, ref, run)
    assert swept.examine(field, False) == SetValue("knee of")


def field_of(dataset: Dataset, tag: int, ref: FileRef, batch: Batch) -> Field:
    context = FileContext("a", Instance(dataset, ref), Identifiers("p", "i", {}), {}, batch)
    element = dataset[tag]
    return Field(ElementPath(tag, element.VR), context, decode=lambda: plain(element.value))


# -- numbers, dates, codes -------------------------------------------------------------


@pytest.mark.parametrize(
    ("keyword", "value", "stays"),
    [
        ("InstanceNumber", "12345", False),
        ("SliceThickness", "12345", False),
        ("SliceThickness", "12345.0", False),
        ("SliceThickness", "1.2345", True),
        ("InstanceNumber", "123", True),
        ("InstanceNumber", "123456", True),
    ],
)
@pytest.mark.parametrize("how", ["clean", "remove"])
def test_an_identifier_of_five_digits_as_a_number_goes(swept, small, keyword, value, stays, how):
    small.PatientID, small.StudyID = "12345", "123"
    setattr(small, keyword, value)
    assert (keyword in swept(small, how=how)) is stays


def test_a_public_binary_number_stays_and_a_private_one_goes(swept, small):
    small.PatientID = "12345"
    small.SmallestImagePixelValue = 12345
    private(small, "UL", 12345)
    out = swept(small)
    assert out.SmallestImagePixelValue == 12345
    assert 0x00091001 not in out


def test_text_in_private_numbers_is_found(swept, small):
    private(small, "US", list(struct.unpack("<4H", b"Simpson ")))
    assert 0x00091001 not in swept(small)


def test_a_birth_date_in_a_date_goes_but_for_the_dates_of_the_study(swept, small):
    small.PatientBirthDate = small.StudyDate = "20200131"
    small.LastMenstrualDate = "20200131"
    small.DateOfLastCalibration = "20200130"
    out = swept(small, "KEEP LastMenstrualDate")
    assert out.StudyDate == "20200131"
    assert "LastMenstrualDate" not in out
    assert out.DateOfLastCalibration == "20200130"


@pytest.mark.parametrize("line", ["KEEP PatientBirthDate", "KEEP PatientName", "KEEP PatientID"])
def test_what_a_rule_keeps_of_the_own_elements_stays(swept, small, line):
    small.PatientBirthDate, small.PatientID = "19560512", "12345678"
    keyword = line.split()[1]
    assert keyword in swept(small, line)


def test_what_is_merely_left_alone_does_not_stay(swept, small):
    out = swept(small, how="remove")
    assert "PatientName" not in out


def test_a_private_name_goes_though_a_rule_keeps_it(swept, small):
    private(small, "PN", "Simpson^Homer")
    assert "Simpson" not in str(swept(small, 'KEEP (0009,"ACME",01)', "BLANK PatientName"))


@pytest.mark.parametrize(
    ("keyword", "value"),
    [("BodyPartExamined", "HEAD"), ("Laterality", "L"), ("ScanningSequence", "SE")],
)
def test_defined_terms_stay_for_somebody_who_is_called_so(swept, small, keyword, value):
    small.PatientName = "Head^Se^L"
    setattr(small, keyword, value)
    assert swept(small, how="remove").get(keyword) == value


@pytest.mark.parametrize(
    ("keyword", "value"), [("BodyPartExamined", "DOE"), ("StationName", "DOE")]
)
def test_a_surname_in_a_code_goes(swept, small, keyword, value):
    small.PatientName = "Doe^John"
    setattr(small, keyword, value)
    assert not swept(small).get(keyword)


def code(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


@pytest.mark.parametrize(
    ("value", "scheme", "meaning", "left"),
    [
        ("69536005", "SCT", "Head", ("69536005", "Head")),
        ("69536005", "99HOME", "Head", ("", "")),
        ("12345678", "SCT", "Head", ("", "Head")),
        ("X1", "SCT", "of Doe", ("X1", "of")),
        ("1", "UCUM", "no units", ("1", "no units")),
    ],
)
def test_codes_of_the_standard_stay(swept, small, value, scheme, meaning, left):
    small.PatientName, small.PatientID, small.StudyID = "Head^Doe", "69536005", "1"
    small.AccessionNumber = "12345678"
    small.ProcedureCodeSequence = [code(value, scheme, meaning)]
    (out,) = swept(small).ProcedureCodeSequence
    assert (out.CodeValue or "", out.CodeMeaning or "") == left


def test_specific_character_set_stays(swept, small):
    small.SpecificCharacterSet = "ISO_IR 192"
    small.PatientName = "Iso^Ir"
    small.ImageComments = "Zürich"
    out = swept(small)
    assert out.SpecificCharacterSet == "ISO_IR 192"
    assert out.ImageComments == "Zürich"


# -- bytes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "vr"),
    [
        (0x60003000, "OW"),
        (0x00281201, "OW"),
        (0x00281221, "OW"),
        (0x54001010, "OW"),
        (0x56000020, "OF"),
        (0x00283006, "OW"),
        (0x50003000, "OW"),
    ],
)
def test_numbers_of_pictures_and_curves_are_not_searched(swept, small, tag, vr):
    small.add_new(tag, vr, b"xx Simpson xx. .")
    assert tag in swept(small)


@pytest.mark.parametrize("vr", ["OB", "UN", "OW"])
@pytest.mark.parametrize("size", [100, 3 << 20])
def test_private_bytes_of_any_size_are_searched(swept, small, vr, size):
    private(small, vr, bytes(size) + b" Simpson" + bytes(size))
    assert 0x00091001 not in swept(small)


def test_bytes_of_a_public_attribute_are_searched(swept, small):
    small.add_new(0x00282000, "OB", b"profile of Simpson ")
    assert 0x00282000 not in swept(small)


def test_text_in_another_character_set_than_declared_is_found(swept, small, save, load, recipe):
    small.PatientName = "Müller^Jörg"
    small.SpecificCharacterSet = "ISO_IR 192"
    path = save(small)
    marked = path.read_bytes().replace(b"2.25.0", b"2.25.0")
    comment = b"\x20\x00\x00\x40LT" + struct.pack("<H", 12) + "of Müller  x".encode("latin-1")
    pixels = struct.pack("<HH", 0x0028, 0x0002)
    at = marked.index(pixels)
    path.write_bytes(marked[:at] + comment + marked[at:])
    (out,) = replace_identifiers(
        path, deid=recipe("BLANK PatientName", top="DEFAULT KEEP\nSWEEP clean")
    )
    assert "ImageComments" not in load(out)


# -- creators, file meta, screening ----------------------------------------------------


def test_a_private_creator_that_holds_a_name_goes_with_its_block(swept, small):
    small.private_block(0x0009, "SIMPSON LAB", create=True).add_new(0x01, "LO", "gain")
    small.private_block(0x0011, "ACME", create=True).add_new(0x01, "LO", "gain")
    out = swept(small, 'KEEP (0009,"SIMPSON LAB",01)')
    assert not any(tag >> 16 == 0x0009 for tag in out.keys())  # noqa: SIM118 - converted elements
    assert 0x00111001 in out


def test_file_meta_information_is_swept(swept, small):
    out = swept(
        small,
        "KEEP SourceApplicationEntityTitle",
        "KEEP PrivateInformation",
        "KEEP PrivateInformationCreatorUID",
        SourceApplicationEntityTitle="SIMPSON",
        PrivateInformationCreatorUID="1.2.3",
        PrivateInformation=b"for Homer!",
    )
    assert not out.file_meta.get("SourceApplicationEntityTitle")
    assert "PrivateInformation" not in out.file_meta


def test_an_address_of_the_web_is_searched_as_it_is_meant(swept, small):
    small.RetrieveURL = "https://pacs.example/show?name=S%49MPSON"
    assert "S%49MPSON" not in str(swept(small).get("RetrieveURL"))


def test_screening_rules_find_other_spellings(save, load, small, recipe):
    from deid_core import ScreenRule

    small.PatientID = "1234-5678"
    private(small, "LO", "see 12 34 56 78")
    (out,) = replace_identifiers(
        save(small),
        deid=recipe(top="DEFAULT KEEP"),
        remove_private=False,
        screen_private=True,
        screen_values=[ScreenRule(type="value", tag="PatientID")],
    )
    assert 0x00091001 not in load(out)


# -- free text -------------------------------------------------------------------------


def test_free_text_can_be_rewritten_after_it_is_cleaned(small, ref, batch):
    small.ImageComments = "Simpson came in 2020"
    own = Own(names=frozenset({"Simpson"}))
    examination = Examination(
        own, cleaner_of(own), rewrites=(lambda text: text.replace("2020", "2019"),)
    )
    field = field_of(small, 0x00204000, ref, batch)
    assert examination.examine(field, protected=False) == SetValue("came in 2019")


def test_what_cannot_be_decoded_goes(small, ref, batch):
    own = Own(names=frozenset({"Simpson"}))

    def fail() -> None:
        from deid_core import ReadError

        raise ReadError("cannot be decoded")

    field = attrs.evolve(field_of(small, 0x00100010, ref, batch), decode=fail)
    examination = Examination(own, cleaner_of(own), rewrites=(str,))
    assert examination.examine(field, protected=False) == RemoveElement()


def test_the_sweep_is_a_stage_of_the_default_plugins():
    assert any("sweep_values" in str(info.hooks) for info in PluginHost.load().describe())
