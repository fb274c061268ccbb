"""What the check before writing finds of an input's identifiers, however they got through."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian

from deid_core import Check, FieldAction, Outcome, Rank, SetValue, ValueFunction, hookimpl

CODE = "identifier-left"
GONE = ("REMOVE PatientName", "REMOVE PatientID", "REMOVE PatientBirthDate")


@pytest.fixture(autouse=True)
def _patient(small: Dataset) -> None:
    small.PatientID = "MRN-774411"
    small.PatientBirthDate = "19620817"
    small.AccessionNumber = "A9921734"
    small.PatientTelephoneNumbers = "+1 555 0176 234"
    small.PatientAddress = "742 Evergreen Terrace"


def _is_refused(report: Any, place: str) -> bool:
    return (
        report.outcome is Outcome.REFUSED
        and report.code == CODE
        and report.output is None
        and place in report.reason
    )


# -- where -----------------------------------------------------------------------------

TEXTS = [
    ("knee of Homer", "a name"),
    ("HOMER SIMPSON", "a name"),
    ("homersimpson_knee", "a name"),
    ("mrn774411", "an identifier"),
    ("order A 9921734", "an identifier"),
    ("born 17 Aug 1962", "a birth date"),
    ("19620817", "a birth date"),
    ("call (555) 0176-234", "a telephone number"),
    ("lives at 742 Evergreen Terrace", "an address"),
]


@pytest.mark.parametrize(("text", "kind"), TEXTS)
def test_an_identifier_in_a_text_that_a_pattern_keeps_refuses_the_file(run, small, text, kind):
    small.StudyDescription = text
    report = run(small, "KEEP contains:Description")
    assert _is_refused(report, "StudyDescription (0008,1030)")
    assert kind in report.reason


@pytest.mark.parametrize(("text", "kind"), TEXTS)
def test_the_reason_holds_no_value(run, small, text, kind, caplog):
    small.StudyDescription = text
    with caplog.at_level(logging.INFO):
        report = run(small, "KEEP contains:Description")
    for said in (report.reason, caplog.text):
        assert not any(
            word in said.lower() for word in ("homer", "simpson", "774411", "9921734", "evergreen")
        )


def test_an_identifier_in_a_nested_sequence_refuses_the_file(run, small):
    inner, outer = Dataset(), Dataset()
    inner.CodeMeaning = "Simpson"
    outer.ConceptNameCodeSequence = Sequence([inner])
    small.ContentSequence = Sequence([Dataset(), outer])
    report = run(small, *GONE, "KEEP startswith:Content", top="DEFAULT KEEP")
    assert _is_refused(report, "CodeMeaning (0040,A730)__1__(0040,A043)__0__(0008,0104)")


@pytest.mark.parametrize("vr", ["LO", "UN", "OB", "UT", "OW"])
def test_an_identifier_in_a_private_block_refuses_the_file_whatever_its_vr(run, small, vr):
    block = small.private_block(0x0009, "ACME", create=True)
    value = "seen by Simpson " if vr in ("LO", "UT") else b"\1\2seen by Simpson\0"
    block.add_new(0x01, vr, value)
    report = run(small, *GONE, remove_private=False)
    assert _is_refused(report, "(0009,1001)")


def test_an_identifier_in_a_private_block_of_a_sequence_refuses_the_file(run, small):
    item = Dataset()
    item.private_block(0x0011, "ACME", create=True).add_new(0x07, "LO", "mrn 774411")
    small.ReferencedImageSequence = Sequence([item])
    report = run(small, *GONE, top="DEFAULT KEEP", remove_private=False)
    assert _is_refused(report, "(0008,1140)__0__(0011,1007)")


def test_an_identifier_in_the_file_meta_refuses_the_file(run, small, plugin):
    @hookimpl(wrapper=True)
    def finish(instance):
        finished = yield
        finished.dataset.file_meta.SourceApplicationEntityTitle = "SIMPSON"
        return finished

    report = run(small, plugins={"late": plugin(deid_finish_instance=finish)})
    assert _is_refused(report, "SourceApplicationEntityTitle (0002,0016)")


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian])
def test_the_encoding_of_the_file_makes_no_difference(run, small, syntax):
    small.StudyDescription = "knee of Homer"
    report = run(small, "KEEP contains:Description", syntax=syntax)
    assert _is_refused(report, "StudyDescription")


def test_text_under_a_wrong_vr_is_found(run, small):
    small.add_new(0x00180015, "OB", b"HOMER SIMPSON ")
    assert _is_refused(run(small, "KEEP contains:BodyPart"), "(0018,0015)")


NAMES = [
    ("ISO_IR 100", "Müller^Jörg", "latin-1"),
    ("ISO_IR 192", "Müller^Jörg", "utf-8"),
    ("ISO_IR 192", "Müller^Jörg", "utf-16-le"),
    ("ISO_IR 192", "山田^太郎", "iso2022_jp"),
    ("ISO_IR 192", "山田^太郎", "shift_jis"),
    ("ISO_IR 192", "山田^太郎", "utf-16-be"),
    ("GB18030", "王^小东", "gb18030"),
    ("ISO_IR 144", "Люкceмбypг^Иван", "iso8859-5"),  # noqa: RUF001
    ("ISO_IR 192", "Simpson^Homer", "utf-16-le"),
]


@pytest.mark.parametrize(("character_set", "name", "encoding"), NAMES)
def test_a_name_in_private_bytes_is_found_in_the_usual_encodings(
    run, small, character_set, name, encoding
):
    small.SpecificCharacterSet = character_set
    small.PatientName = name
    data = b"\1" + name.replace("^", "").encode(encoding)
    small.private_block(0x0009, "ACME", create=True).add_new(
        1, "OB", data + b"\0" * (len(data) % 2)
    )
    assert _is_refused(run(small, *GONE, remove_private=False), "bytes of (0009,1001)")


# -- why -------------------------------------------------------------------------------


def test_what_an_action_of_a_plugin_puts_back_is_found(run, small, plugin):
    def compile_label(_rule, _batch):
        return lambda field: SetValue(f"knee, {field.context.identifiers.values['PatientName']}")

    label = FieldAction(name="LABEL", compile=compile_label, rank=Rank.CHANGES, summary="")
    small.StudyDescription = "knee"
    acting = plugin(deid_field_actions=lambda: [label])
    report = run(small, "LABEL StudyDescription", plugins={"label": acting})
    assert _is_refused(report, "StudyDescription")


def test_what_a_function_of_a_plugin_lets_through_is_found(run, small, plugin):
    same = ValueFunction(name="same", compile=lambda _a, _b: lambda field: field.value, summary="")
    small.StudyDescription = "knee of Homer"
    acting = plugin(deid_value_functions=lambda: [same])
    report = run(small, "REPLACE StudyDescription deid_func:same", plugins={"same": acting})
    assert _is_refused(report, "StudyDescription")


@pytest.mark.parametrize("keyword", ["PatientName", "StudyDescription", "OperatorsName"])
def test_what_finishing_puts_back_is_found_even_where_a_rule_gave_a_value(
    run, small, plugin, keyword
):
    @hookimpl(wrapper=True)
    def finish(instance):
        finished = yield
        setattr(finished.dataset, keyword, "Simpson^Homer")
        return finished

    late = plugin(deid_finish_instance=finish)
    report = run(small, f"ADD {keyword} nobody", plugins={"late": late})
    assert _is_refused(report, keyword)


def test_finishing_that_edits_the_encoded_elements_is_seen(run, small, plugin):
    @hookimpl(wrapper=True)
    def finish(instance):
        finished = yield
        finished.elements.put(0x00081030, "LO", "of Homer")
        return finished

    assert _is_refused(
        run(small, plugins={"x": plugin(deid_finish_instance=finish)}), "(0008,1030)"
    )


def test_what_the_identify_hook_gives_is_looked_for_too(run, small, plugin):
    import attrs

    @hookimpl(wrapper=True)
    def extract(instance, batch):
        found = yield
        return attrs.evolve(found, values={**found.values, "Insurance": "ZZ-883-771"})

    small.StudyDescription = "zz883771"
    know = plugin(deid_extract_identifiers=extract)
    assert run(small, "KEEP contains:Description").outcome is Outcome.WRITTEN
    report = run(small, "KEEP contains:Description", plugins={"know": know}, overwrite=True)
    assert _is_refused(report, "StudyDescription")


def test_a_uid_that_was_replaced_must_not_be_left_elsewhere(run, small):
    small.StudyInstanceUID = "1.2.826.0.1.99.7"
    small.StudyDescription = "see 1.2.826.0.1.99.7"
    lines = ("REPLACE StudyInstanceUID deid_func:hashuid", "KEEP contains:Description")
    assert _is_refused(run(small, *lines), "a UID that was replaced left in StudyDescription")
    small.StudyDescription = "see 1.2.826.0.1.99.70"
    assert run(small, *lines).outcome is Outcome.WRITTEN


# -- what may stay ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "top"),
    [
        (["KEEP PatientID", "KEEP StudyDescription"], ""),
        (["KEEP PatientID", "KEEP contains:Description"], ""),
        (["REPLACE PatientID MRN-774411", "KEEP contains:Description"], ""),
        (["ADD OtherPatientIDs MRN-774411", "KEEP contains:Description"], ""),
        ([], "DEFAULT KEEP"),
        (["KEEP ALL"], ""),
        (["REPLACE PatientName nobody"], "DEFAULT KEEP"),
    ],
)
def test_what_is_kept_on_purpose_is_no_finding(run, small, lines, top):
    small.StudyDescription = "knee of MRN 774411"
    report = run(small, *lines, top=top)
    assert report.outcome is Outcome.WRITTEN


def test_a_variable_may_equal_what_it_replaces(run, small):
    ids = {"MRN-774411": {"1.2.3.4": {"id": "MRN-774411"}}}
    report = run(small, "REPLACE PatientID var:id", ids=ids)
    assert report.outcome is Outcome.WRITTEN
    assert dcmread(report.output).PatientID == "MRN-774411"


def test_what_a_rule_takes_from_its_place_may_not_stay_elsewhere_under_keep(run, small):
    small.OperatorsName = "Simpson^Homer"
    report = run(small, "REMOVE PatientName", top="DEFAULT KEEP")
    assert _is_refused(report, "OperatorsName")


def test_a_pattern_that_keeps_a_name_is_found(run, small):
    assert _is_refused(run(small, "KEEP endswith:Name"), "PatientName (0010,0010)")


@pytest.mark.parametrize("value", ["1", "F", "ANONYMOUS", "12", "Head", "000000"])
def test_what_is_short_common_or_a_stand_in_is_not_looked_for(run, small, value):
    small.PatientID = small.AccessionNumber = value
    small.PatientName = value
    small.StudyDescription = f"{value} head f 1 12 anonymous 000000"
    small.InstanceNumber = 1
    report = run(small, *GONE, "REMOVE AccessionNumber", top="DEFAULT KEEP")
    assert report.outcome is Outcome.WRITTEN


def test_the_day_of_a_study_may_be_the_day_of_birth(run, small):
    small.PatientBirthDate = small.StudyDate = small.AcquisitionDate = "20200131"
    assert run(small, *GONE, top="DEFAULT KEEP").outcome is Outcome.WRITTEN


def test_a_dummy_date_may_be_the_day_of_birth(run, small):
    small.PatientBirthDate = small.ExpiryDate = "20000101"
    report = run(small, "REPLACE ExpiryDate 20000101", "KEEP contains:StudyDate")
    assert report.outcome is Outcome.WRITTEN


def test_pixels_are_not_searched(run, small):
    small.Rows, small.Columns = 2, 8
    small.PixelData = b"HOMER SIMPSON 12"
    assert run(small).outcome is Outcome.WRITTEN


def test_a_word_too_short_for_the_rules_of_private_elements_does_not_count_there(run, small):
    from deid_core import ScreenRule

    small.private_block(0x0009, "ACME", create=True).add_new(1, "LO", "a word: Jay")
    rule = ScreenRule(type="value", tag="PatientName", split=True, separator="^", minvaluelen=4)
    settings = {"remove_private": False, "screen_private": True}
    report = run(small, *GONE, screen_rules=[rule], **settings)
    assert report.outcome is Outcome.WRITTEN


# -- settings --------------------------------------------------------------------------


def test_a_warning_instead_names_the_place(run, small):
    small.StudyDescription = "knee of Homer"
    report = run(small, "KEEP contains:Description", check_identifiers="warn")
    assert report.outcome is Outcome.WRITTEN
    (warning,) = report.warnings
    assert warning.endswith("a name left in StudyDescription (0008,1030)")


def test_off_means_that_nobody_looks(run, small):
    small.StudyDescription = "knee of Homer"
    report = run(small, "KEEP contains:Description", check_identifiers="off")
    assert (report.outcome, report.warnings) == (Outcome.WRITTEN, ())


def test_a_plugin_may_put_another_check_in_its_place(run, small, plugin):
    other = Check(
        name="identifiers",
        compile=lambda _batch: lambda _instance: (),
        summary="trust",
        replaces="screening",
    )
    small.StudyDescription = "knee of Homer"
    trusting = plugin(deid_checks=lambda: [other])
    report = run(small, "KEEP contains:Description", plugins={"trust": trusting})
    assert report.outcome is Outcome.WRITTEN


def test_a_setting_that_is_none_is_refused():
    from deid_core import Settings, SettingsError
    from deid_core.settings_file import read_settings

    with pytest.raises(SettingsError, match="refuse, warn, off"):
        Settings(check_identifiers="maybe")
    assert read_settings({"put": {"check_identifiers": "warn"}}).check_identifiers == "warn"


def test_a_check_that_compares_must_begin_a_comparison(run, small, plugin):
    wrong = Check(
        name="wrong", compile=lambda _b: lambda _c, _i: "nothing", summary="", compares=True
    )
    report = run(small, plugins={"w": plugin(deid_checks=lambda: [wrong])})
    assert report.outcome is Outcome.FAILED
    assert "began no comparison" in report.reason
