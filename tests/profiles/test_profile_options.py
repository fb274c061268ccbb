"""The options of the profile: what each keeps, what contradicts, what the output says."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydicom.dataset import Dataset

from deid_core import RecipeNotFoundError, SettingsError
from deid_core.cli.main import cli
from deid_core.dicom import replace_identifiers
from deid_core.elements import new_element

METHODS = {
    "clean-graphics": "113103",
    "clean-structured-content": "113104",
    "clean-descriptors": "113105",
    "retain-full-dates": "113106",
    "retain-modified-dates": "113107",
    "retain-patient-characteristics": "113108",
    "retain-device-identity": "113109",
    "retain-uids": "113110",
    "retain-safe-private": "113111",
    "retain-institution-identity": "113112",
}

KEPT = {
    "retain-uids": {
        "SOPInstanceUID": "1.2.3.4",
        "StudyInstanceUID": "1.2.3",
        "FrameOfReferenceUID": "1.2.3.5",
        "DeviceUID": "1.2.3.6",
        "UID": "1.2.3.7",
    },
    "retain-device-identity": {
        "StationName": "ROOM4",
        "DeviceSerialNumber": "SN-12345",
        "GantryID": "G-1",
        "DetectorID": "D-1",
        "DateOfLastCalibration": "20200131",
        "DeviceUID": "1.2.3.6",
        "UniqueDeviceIdentifier": "(01)123",
    },
    "retain-institution-identity": {
        "InstitutionName": "Clinic of the West",
        "InstitutionAddress": "Main Street 1",
        "InstitutionalDepartmentName": "Radiology",
        "ClinicalTrialSiteName": "North",
    },
    "retain-patient-characteristics": {
        "PatientSex": "M",
        "PatientAge": "034Y",
        "PatientSize": 1.8,
        "PatientWeight": 80,
        "EthnicGroup": "A",
        "SmokingStatus": "NO",
        "PregnancyStatus": 1,
    },
    "retain-full-dates": {
        "StudyDate": "20200131",
        "StudyTime": "101112.5",
        "AcquisitionDateTime": "20200131101112.123456+0100",
        "ContentDate": "20200131",
        "TimezoneOffsetFromUTC": "+0100",
        "InstanceCreationDate": "20200131",
        "StructureSetDate": "20200131",
    },
}
CLEANED = {
    "clean-descriptors": {
        "StudyDescription": "knee of the left",
        "SeriesDescription": "t1 tse",
        "PatientComments": "moved a lot",
        "ImageComments": "no artefact",
        "ProtocolName": "knee 2",
    },
    "retain-device-identity": {"StationAETitle": "ROOM4AE", "RetrieveAETitle": "PACS"},
    "retain-patient-characteristics": {"Allergies": "nuts", "PatientState": "stable"},
}
RULES = [
    (option, keyword, value)
    for rules in (KEPT, CLEANED)
    for option, values in rules.items()
    for keyword, value in values.items()
]


@pytest.mark.parametrize(("option", "keyword", "value"), RULES)
def test_an_option_keeps_what_its_column_says(profile, small, option, keyword, value):
    setattr(small, keyword, value)
    assert profile(small, option)[keyword].value == value


@pytest.mark.parametrize(("option", "keyword", "value"), RULES)
def test_without_the_option_it_does_not_stay(profile, small, option, keyword, value):
    setattr(small, keyword, value)
    out = profile(small)
    assert keyword not in out or out[keyword].value != value


def test_an_option_keeps_nothing_of_another(profile, small):
    for values in KEPT.values():
        for keyword, value in values.items():
            setattr(small, keyword, value)
    out = profile(small, "retain-institution-identity")
    others = [values for option, values in KEPT.items() if "institution" not in option]
    for keyword, value in {k: v for values in others for k, v in values.items()}.items():
        assert keyword not in out or out[keyword].value != value, keyword


def test_the_birth_date_goes_under_every_option_about_dates(profile, small):
    small.PatientBirthDate = "19560512"
    for option in ("retain-full-dates", "retain-modified-dates"):
        assert profile(small, option, overwrite=True).PatientBirthDate in ("", None)


def test_the_patient_stays_hidden_under_every_option_together(profile, small):
    chosen = [option for option in METHODS if option != "retain-full-dates"]
    small.StudyDescription = "knee of Homer Simpson"
    small.OtherPatientIDs = "P-1234"
    out = profile(small, *chosen)
    assert "Simpson" not in str(out)
    assert "P-1234" not in str(out)
    assert out.StudyDescription == "knee of"


def test_clean_graphics_keeps_annotations_and_cleans_them(profile, small):
    text = Dataset()
    text.UnformattedTextValue = "nodule of Simpson"
    annotation = Dataset()
    annotation.GraphicLayer = "ONE"
    annotation.TextObjectSequence = [text]
    small.GraphicAnnotationSequence = [annotation]
    out = profile(small, "clean-graphics", "clean-descriptors")
    (cleaned,) = out.GraphicAnnotationSequence[0].TextObjectSequence
    assert cleaned.UnformattedTextValue == "nodule of"


def test_clean_structured_content_keeps_the_tree_and_its_codes(profile, small):
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "121071", "DCM", "Finding"
    item = Dataset()
    item.RelationshipType, item.ValueType = "CONTAINS", "TEXT"
    item.ConceptNameCodeSequence = [code]
    item.TextValue = "nodule"
    small.ContentSequence = [item]
    # The table keeps the text of this concept for Clean Descriptors alone.
    out = profile(small, "clean-structured-content", "clean-descriptors")
    assert out.ContentSequence[0].ConceptNameCodeSequence[0].CodeMeaning == "Finding"
    assert out.ContentSequence[0].TextValue == "nodule"


def test_an_age_above_89_is_capped(profile, small):
    small.PatientAge = "095Y"
    assert profile(small, "retain-patient-characteristics").PatientAge in ("089Y", "090Y")


# -- what a wrong VR must not smuggle through ------------------------------------------

SMUGGLED = [
    ("retain-uids", 0x00104000, "UI", "Simpson.1"),
    ("retain-uids", 0x00100013, "UI", "Simpson.1"),
    ("retain-uids", 0x00080A0B, "UI", "Simpson.1"),
    ("retain-uids", 0x0020000D, "LO", "Simpson"),
    ("retain-full-dates", 0x00080020, "LO", "Simpson"),
    ("retain-full-dates", 0x00080020, "DA", "Simpson"),
    ("retain-full-dates", 0x00080030, "TM", "Simpson"),
    ("retain-full-dates", 0x0008002A, "DT", "Simpson"),
    ("retain-modified-dates", 0x00080020, "LO", "Simpson"),
    ("retain-patient-characteristics", 0x00101010, "AS", "Simpson"),
    ("retain-patient-characteristics", 0x00100040, "LO", "Simpson"),
    ("retain-device-identity", 0x00181200, "DA", "Simpson"),
]


@pytest.mark.parametrize(("option", "tag", "vr", "value"), SMUGGLED)
def test_an_option_keeps_no_name_in_an_illegal_value(profile, small, option, tag, vr, value):
    if tag in small:
        del small[tag]
    small[tag] = new_element(tag, vr, value)
    assert "Simpson" not in str(profile(small, option))


def test_retain_uids_keeps_no_other_persons_text_under_a_wrong_vr(profile, small):
    small[0x00104000] = new_element(0x00104000, "UI", "call her mother")
    assert "mother" not in str(profile(small, "retain-uids"))


@pytest.mark.parametrize("option", ["retain-full-dates", "retain-uids"])
def test_an_attribute_kept_by_an_option_must_have_its_own_vr(profile, small, option):
    tag = 0x00080020 if option == "retain-full-dates" else 0x0020000D
    del small[tag]
    small.add_new(tag, "LT", "call her mother")
    assert "mother" not in str(profile(small, option))


# -- safe private ----------------------------------------------------------------------


def test_safe_private_elements_are_kept_with_their_creator(profile, small):
    block = small.private_block(0x0019, "GEMS_ACQU_01", create=True)
    block.add_new(0x23, "DS", "2.5")
    block.add_new(0x24, "DS", "1.5")
    block.add_new(0x99, "LO", "unsafe")
    out = profile(small, "retain-safe-private")
    assert {int(e.tag): e.value for e in out if e.tag.is_private} == {
        0x00190010: "GEMS_ACQU_01",
        0x00191023: 2.5,
        0x00191024: 1.5,
    }


def test_safe_private_elements_are_known_by_creator_not_by_block(profile, small):
    small.add_new(0x00190011, "LO", "GEMS_ACQU_01")
    small.add_new(0x00190010, "LO", "ACME")
    small.add_new(0x00191023, "DS", "9.5")
    small.add_new(0x00191123, "DS", "2.5")
    out = profile(small, "retain-safe-private")
    assert [int(e.tag) for e in out if e.tag.is_private] == [0x00190011, 0x00191123]


def test_safe_private_elements_are_swept(profile, small):
    block = small.private_block(0x0019, "GEMS_ACQU_01", create=True)
    block.add_new(0x23, "LO", "for Simpson")
    assert "Simpson" not in str(profile(small, "retain-safe-private"))


def test_a_private_person_name_is_swept(profile, small):
    block = small.private_block(0x0019, "GEMS_ACQU_01", create=True)
    block.add_new(0x23, "PN", "Simpson^Homer")
    assert "Simpson" not in str(profile(small, "retain-safe-private"))


def test_private_blocks_that_the_input_calls_safe_are_honoured(profile, small):
    small.private_block(0x0099, "ACME", create=True).add_new(0x01, "LO", "gain 4")
    item = Dataset()
    item.PrivateGroupReference = 0x0099
    item.PrivateCreatorReference = "ACME"
    item.BlockIdentifyingInformationStatus = "SAFE"
    small.PrivateDataElementCharacteristicsSequence = [item]
    assert profile(small, "retain-safe-private")[0x00991001].value == "gain 4"


def test_an_option_does_not_revive_a_sequence_that_the_profile_removes(profile, small):
    item = Dataset()
    item.StudyDate = "20200131"
    item.PatientAge = "034Y"
    item.StudyInstanceUID = "1.2.3"
    for keyword in ("OriginalAttributesSequence", "DigitalSignaturesSequence"):
        setattr(small, keyword, [item])
    chosen = ("retain-full-dates", "retain-patient-characteristics", "retain-uids")
    out = profile(small, *chosen)
    assert "OriginalAttributesSequence" not in out
    assert "DigitalSignaturesSequence" not in out


# -- what contradicts ------------------------------------------------------------------


def run(path: Any, *deid: Any) -> Any:
    return replace_identifiers(path, deid=list(deid))


def test_full_and_modified_dates_exclude_each_other(save, small):
    with pytest.raises(SettingsError, match="Full Dates and Modified Dates"):
        run(
            save(small),
            "deid.dicom.basic",
            "deid.dicom.retain-full-dates",
            "deid.dicom.retain-modified-dates",
        )


@pytest.mark.parametrize("option", METHODS)
def test_an_option_without_the_profile_is_refused(save, small, option):
    with pytest.raises(SettingsError, match=r"deid\.dicom\.basic"):
        run(save(small), f"deid.dicom.{option}")


def test_an_unknown_method_is_refused(save, small, recipe):
    own = recipe("KEEP StudyDate", top="METHOD 999999")
    with pytest.raises(SettingsError, match="999999"):
        run(save(small), "deid.dicom.basic", own)


@pytest.mark.parametrize("name", ["clean-pixel-data", "clean-recognizable-visual-features"])
def test_options_about_pixels_are_refused_until_a_plugin_has_them(save, small, name):
    with pytest.raises(RecipeNotFoundError, match="plugin that cleans pixels"):
        run(save(small), "deid.dicom.basic", f"deid.dicom.{name}")


def test_an_unknown_option_is_refused(save, small):
    with pytest.raises(RecipeNotFoundError, match="retain-all"):
        run(save(small), "deid.dicom.basic", "deid.dicom.retain-all")


@pytest.mark.parametrize(
    "names",
    [
        ("retain-device-identity", "retain-modified-dates"),
        ("retain-modified-dates", "retain-device-identity"),
    ],
)
def test_modified_dates_win_over_device_identity_in_any_order(profile, small, names):
    small.DateOfLastCalibration = "20200131"
    assert profile(small, *names).DateOfLastCalibration != "20200131"


# -- what the output says --------------------------------------------------------------

COMBINATIONS = [
    combination
    for size in (0, 1, 2)
    for combination in itertools.combinations(METHODS, size)
    if not {"retain-full-dates", "retain-modified-dates"} <= set(combination)
]


@pytest.mark.parametrize("options", COMBINATIONS, ids=lambda options: " ".join(options) or "none")
def test_the_output_says_what_was_done(profile, small, options):
    small.PatientIdentityRemoved = "NO"
    small.DeidentificationMethod = "by hand, Simpson"
    out = profile(small, *options)
    codes = [item.CodeValue for item in out.DeidentificationMethodCodeSequence]
    said = out[0x00120063].value
    expected = {"retain-full-dates": "UNMODIFIED", "retain-modified-dates": "MODIFIED"}
    dates = [word for option, word in expected.items() if option in options] or ["REMOVED"]
    assert out.PatientIdentityRemoved == "YES"
    assert sorted(codes) == sorted(["113100", *(METHODS[option] for option in options)])
    assert said[0] == "PS3.15 Annex E, edition 2026d"
    assert said[1:] == [item.CodeMeaning for item in out.DeidentificationMethodCodeSequence]
    assert all(i.CodingSchemeDesignator == "DCM" for i in out.DeidentificationMethodCodeSequence)
    assert [out.LongitudinalTemporalInformationModified] == dates


def test_items_do_not_say_what_was_done(profile, small):
    small.AnatomicRegionSequence = [Dataset()]
    assert "PatientIdentityRemoved" not in profile(small).AnatomicRegionSequence[0]


def test_the_report_says_that_the_input_was_de_identified_before(save, small, tmp_path):
    small.PatientIdentityRemoved = "YES"
    result = CliRunner().invoke(
        cli, ["run", str(save(small)), "--profile", "basic", "--output", str(tmp_path / "out")]
    )
    assert result.exit_code == 0, result.output
    assert "de-identified before (0012,0062)" in " ".join(result.output.split())


def test_the_codes_of_earlier_steps_stay_and_dates_never_come_back(profile, small):
    first = profile(small, "retain-modified-dates")
    again = profile(first, "retain-full-dates")
    codes = [item.CodeValue for item in again.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "113107", "113106"]
    assert again.LongitudinalTemporalInformationModified == "MODIFIED"


# -- what an option retains ------------------------------------------------------------


def test_an_option_does_not_bring_back_what_is_inside_of_a_removed_sequence(profile, small):
    study = Dataset()
    study.PatientSex = "M"
    small.OriginalAttributesSequence = [study]
    assert "OriginalAttributesSequence" not in profile(small, "retain-patient-characteristics")


def test_an_option_keeps_no_attribute_that_is_stored_with_a_wrong_vr(profile, small):
    small.add_new(0x00081010, "LO", "ROOM4")
    assert "StationName" not in profile(small, "retain-device-identity")


def test_a_safe_private_element_stays_only_with_the_vr_that_it_is_safe_with(profile, small):
    block = small.private_block(0x7053, "Philips PET Private Group", create=True)
    block.add_new(0x00, "DS", "1.5")
    block.add_new(0x09, "LO", "call the daughter")
    out = profile(small, "retain-safe-private")
    kept = out.private_block(0x7053, "Philips PET Private Group")
    assert kept[0x00].value == 1.5
    assert 0x09 not in kept


def test_a_safe_private_uid_is_replaced_like_all_others(profile, small):
    small.private_block(0x0099, "NQHeader", create=True).add_new(0x02, "UI", "1.2.3.4")
    small.SeriesInstanceUID = "1.2.3.4"
    out = profile(small, "retain-safe-private")
    assert out.private_block(0x0099, "NQHeader")[0x02].value == out.SeriesInstanceUID


# -- a recipe on top, and the command line ---------------------------------------------


def test_a_users_own_recipe_wins_over_the_profile(profile, small):
    small.StudyDescription = "knee"
    small.SliceThickness = "2.5"
    out = profile(small, lines=["KEEP StudyDescription", "REMOVE SliceThickness"])
    assert out.StudyDescription == "knee"
    assert "SliceThickness" not in out


def test_a_users_own_recipe_wins_over_an_option(profile, small):
    small.StationName = "ROOM4"
    lines = ["REMOVE StationName", "REPLACE PatientID study-7"]
    out = profile(small, "retain-device-identity", lines=lines)
    assert "StationName" not in out
    assert out.PatientID == "study-7"


def conformance(*arguments: str) -> Any:
    return CliRunner().invoke(cli, ["recipe", "conformance", *arguments])


def test_conformance_lists_what_happens_to_each_attribute():
    result = conformance("--profile", "basic", "--retain-uids")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert "De-identification methods (CID 7050): 113100, 113110" in lines
    assert any(
        line.startswith("(0010,0010)")
        and "BLANK PatientName" in line
        and "deid.dicom.basic" in line
        for line in lines
    )
    assert any(line.startswith("(0008,0018)") and "RETAIN SOPInstanceUID" in line for line in lines)
    assert any(line.startswith("(0008,0081)") and "REMOVE" in line for line in lines)


def test_conformance_names_the_edition_of_the_standard():
    assert "2026d" in conformance("--profile", "basic").output


@pytest.mark.parametrize(
    "arguments",
    [
        ("--retain-uids",),
        ("--profile", "basic", "--retain-full-dates", "--retain-modified-dates"),
        ("--profile", "basic", "--clean-pixel-data"),
        ("--profile", "strict"),
    ],
)
def test_conformance_refuses_what_a_run_refuses(arguments):
    result = conformance(*arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_each_option_is_a_recipe_that_names_the_edition():
    import deid_core_profiles

    folder = Path(deid_core_profiles.__file__).parent / "recipes"
    names = {"deid.dicom.basic", *(f"deid.dicom.{option}" for option in METHODS)}
    assert {path.name for path in folder.iterdir()} == names
    assert all("2026d" in path.read_text().splitlines()[0] for path in folder.iterdir())


@pytest.mark.parametrize("keyword", ["BurnedInAnnotation", "RecognizableVisualFeatures"])
def test_the_report_says_that_pixels_which_identify_are_not_cleaned(save, small, tmp_path, keyword):
    setattr(small, keyword, "YES")
    result = CliRunner().invoke(
        cli, ["run", str(save(small)), "--profile", "basic", "--output", str(tmp_path / "out")]
    )
    assert "pixels are not cleaned" in " ".join(result.output.split())


@pytest.mark.parametrize("key", [b"", b"fifteen bytes.."])
def test_a_key_that_is_too_short_is_refused_before_the_first_file(save, small, key):
    with pytest.raises(SettingsError, match="16 bytes"):
        replace_identifiers([save(small)], deid="deid.dicom.basic", key=key)


def test_the_profile_on_top_of_an_option_is_refused_since_it_would_undo_it(save, small):
    with pytest.raises(SettingsError, match="before its options"):
        run(save(small), "deid.dicom.retain-uids", "deid.dicom.basic")
