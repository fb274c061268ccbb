"""The seed, line by line: every call of "Put Identifiers Back", in its order."""

from __future__ import annotations

import collections
import json
import logging
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread

from deid_core import ScreenRule
from deid_core.config import load_deid
from deid_core.data import get_dataset
from deid_core.dicom import (
    get_files,
    get_identifiers,
    remove_private_identifiers,
    replace_identifiers,
)
from deid_core.dicom.tags import get_private, has_private
from deid_core.utils import get_installdir

CHECKOUT = Path(__file__).resolve().parents[1]
ITEM_OF = {
    "image1.dcm": "1.2.276.0.7230010.3.1.4.8323329.5342.1495927169.3131",
    "image2.dcm": "1.2.276.0.7230010.3.1.4.8323329.5354.1495927170.440268",
    "image3.dcm": "1.2.276.0.7230010.3.1.4.8323329.5360.1495927170.640947",
    "image4.dcm": "1.2.276.0.7230010.3.1.4.8323329.5323.1495927169.335276",
    "image5.dcm": "1.2.276.0.7230010.3.1.4.8323329.5329.1495927169.580351",
    "image6.dcm": "1.2.276.0.7230010.3.1.4.8323329.5348.1495927170.228989",
    "image7.dcm": "1.2.276.0.7230010.3.1.4.8323329.5335.1495927169.763866",
}
NAMES = sorted(ITEM_OF)

COMMON = {
    "BitsAllocated": 8,
    "BitsStored": 8,
    "Columns": 2048,
    "ConversionType": "WSD",
    "HighBit": 7,
    "ImageComments": "This is a cookie tumor dataset for testing dicom tools.",
    "InstitutionName": "STANFORD",
    "LossyImageCompression": "01",
    "LossyImageCompressionMethod": "ISO_10918_1",
    "PatientID": "cookie-47",
    "PhotometricInterpretation": "YBR_FULL_422",
    "PixelRepresentation": 0,
    "PlanarConfiguration": 0,
    "Rows": 1536,
    "SOPClassUID": "1.2.840.10008.5.1.4.1.1.7",
    "SamplesPerPixel": 3,
    "SpecificCharacterSet": "ISO_IR 100",
    "StudyDate": "20131210",
}
LISTING_OF_IMAGE3 = COMMON | {
    "NameOfPhysiciansReadingStudy": "Dr. damp lake",
    "OperatorsName": "nameless voice",
    "PatientName": "still salad",
    "PatientSex": "F",
    "ReferringPhysicianName": "Dr. bold moon",
    "SOPInstanceUID": "1.2.276.0.7230010.3.1.4.8323329.5360.1495927170.640947",
    "SeriesInstanceUID": "1.2.276.0.7230010.3.1.3.8323329.5360.1495927170.640945",
    "StudyInstanceUID": "1.2.276.0.7230010.3.1.2.8323329.5360.1495927170.640946",
    "StudyTime": "191930",
}
LISTING_OF_IMAGE5 = COMMON | {
    "NameOfPhysiciansReadingStudy": "Dr. lively wind",
    "OperatorsName": "curly darkness",
    "PatientName": "falling disk",
    "PatientSex": "M",
    "ReferringPhysicianName": "Dr. solitary heart",
    "SOPInstanceUID": "1.2.276.0.7230010.3.1.4.8323329.5329.1495927169.580351",
    "SeriesInstanceUID": "1.2.276.0.7230010.3.1.3.8323329.5329.1495927169.580349",
    "StudyInstanceUID": "1.2.276.0.7230010.3.1.2.8323329.5329.1495927169.580350",
    "StudyTime": "191929",
}

SEVEN_ELEMENTS = [
    "SOPInstanceUID",
    "PatientID",
    "PatientIdentityRemoved",
    "SamplesPerPixel",
    "Rows",
    "Columns",
    "PixelData",
]

ScreenValue = collections.namedtuple(  # noqa: PYI024 - as the seed writes it
    "ScreenValue", "type tag split separator minvaluelen pattern"
)
VALUE_RULE = ScreenValue(
    type="value", tag="PatientName", split=True, separator="^", minvaluelen=4, pattern=None
)
PATTERN_RULE = ScreenValue(
    type="pattern", tag=None, split=False, separator=None, minvaluelen=None, pattern=r"^(Q\d+)"
)
CARET_RULE = ScreenValue(
    type="pattern", tag=None, split=False, separator=None, minvaluelen=None, pattern=r".*\^+.*"
)


@pytest.fixture
def path() -> str:
    """Return the seed's path; a wheel holds no examples, so its tests take those of the checkout."""
    path = os.path.abspath("%s/../examples/deid/" % get_installdir())  # noqa: PTH100, UP031 - the seed
    return path if Path(get_installdir()).parent == CHECKOUT else str(CHECKOUT / "examples/deid")


@pytest.fixture
def ids(cookies: list[str]) -> dict[str, Any]:
    """Return the identifiers with the seed's two variables in every item."""
    ids = get_identifiers(cookies)
    count = 0
    for entity, items in ids.items():
        for item in items:
            ids[entity][item]["id"] = "cookiemonster"
            ids[entity][item]["source_id"] = "cookiemonster-image-%s" % (count)  # noqa: UP031
            count += 1
    return ids


def messages(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == level]


def in_order(files: list[str]) -> list[str]:
    return [Path(file).name for file in files]


# -- loading ---------------------------------------------------------------------------


def test_the_dataset_has_seven_files_found_in_a_fixed_order() -> None:
    base = get_dataset("dicom-cookies")
    dicom_files = list(get_files(base))
    assert in_order(dicom_files) == NAMES


def test_identifiers_are_filed_by_entity_and_item(cookies: list[str]) -> None:
    ids = get_identifiers(cookies)
    assert list(ids) == ["cookie-47"]
    assert set(ids["cookie-47"]) == set(ITEM_OF.values())


@pytest.mark.parametrize("listing", [LISTING_OF_IMAGE3, LISTING_OF_IMAGE5])
def test_an_item_is_the_listing_of_the_seed(cookies: list[str], listing: dict[str, Any]) -> None:
    ids = get_identifiers(cookies)
    assert ids["cookie-47"][listing["SOPInstanceUID"]] == listing


def test_an_item_lists_its_keywords_in_order_as_the_seed_prints_them(cookies: list[str]) -> None:
    item = get_identifiers(cookies)["cookie-47"][ITEM_OF["image3.dcm"]]
    assert list(item) == sorted(LISTING_OF_IMAGE3)


# -- default: remove everything --------------------------------------------------------


def test_default_writes_each_file_to_a_temporary_folder(cookies: list[str]) -> None:
    cleaned_files = replace_identifiers(dicom_files=cookies)
    assert in_order(cleaned_files) == NAMES
    (folder,) = {Path(file).parent for file in cleaned_files}
    assert folder.parent == Path(tempfile.gettempdir())


def test_each_call_gets_a_temporary_folder_of_its_own(cookies: list[str]) -> None:
    one, other = replace_identifiers(cookies[:1]), replace_identifiers(cookies[:1])
    assert one != other


def test_default_logs_entity_and_item_of_each_file(
    cookies: list[str], debug_log: pytest.LogCaptureFixture
) -> None:
    replace_identifiers(dicom_files=cookies)
    lines = messages(debug_log, logging.DEBUG)
    expected = [
        line for name in NAMES for line in ("entity id: cookie-47", f"item id: {ITEM_OF[name]}")
    ]
    assert [line for line in lines if line.startswith(("entity", "item"))] == expected


def test_default_leaves_no_value_that_identifies(cookies: list[str]) -> None:
    for source, cleaned in zip(cookies, replace_identifiers(cookies), strict=True):
        data = Path(cleaned).read_bytes()
        before = dcmread(source)
        for keyword in (
            "PatientName",
            "PatientID",
            "InstitutionName",
            "OperatorsName",
            "ReferringPhysicianName",
            "StudyDate",
            "SOPInstanceUID",
            "StudyInstanceUID",
            "SeriesInstanceUID",
            "ImageComments",
        ):
            assert str(before[keyword].value).encode() not in data, keyword


def test_default_leaves_an_image_that_can_be_decoded_and_filed(cookies: list[str]) -> None:
    before, after = dcmread(cookies[0]), dcmread(replace_identifiers(cookies)[0])
    assert after.PixelData == before.PixelData
    assert after.BitsAllocated == before.BitsAllocated
    assert after.SOPInstanceUID == after.file_meta.MediaStorageSOPInstanceUID
    assert after.PatientIdentityRemoved == "YES"


def test_the_order_of_the_input_is_the_order_of_the_output(cookies: list[str]) -> None:
    backwards = cookies[::-1]
    assert in_order(replace_identifiers(backwards)) == NAMES[::-1]


def test_a_custom_output_folder_is_used_and_made(cookies: list[str], tmp_path: Path) -> None:
    cleaned_files = replace_identifiers(
        dicom_files=cookies, output_folder=str(tmp_path / "new" / "Desktop")
    )
    assert cleaned_files == [str(tmp_path / "new" / "Desktop" / name) for name in NAMES]


def test_existing_outputs_are_errors_left_alone_and_returned(
    cookies: list[str], tmp_path: Path, debug_log: pytest.LogCaptureFixture
) -> None:
    first = replace_identifiers(dicom_files=cookies, output_folder=tmp_path)
    before = [Path(file).read_bytes() for file in first]
    debug_log.clear()
    again = replace_identifiers(dicom_files=cookies, output_folder=tmp_path)
    assert messages(debug_log, logging.ERROR) == [
        f"{name} already exists, overwrite set to False. Not writing." for name in NAMES
    ]
    assert again == first
    assert [Path(file).read_bytes() for file in first] == before


def test_overwrite_writes_again(
    cookies: list[str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = replace_identifiers(dicom_files=cookies, output_folder=tmp_path)
    Path(first[0]).write_bytes(b"old")
    again = replace_identifiers(dicom_files=cookies, output_folder=tmp_path, overwrite=True)
    assert again == first
    assert not messages(caplog, logging.ERROR)
    assert dcmread(again[0]).Rows == 1536


# -- private tags ----------------------------------------------------------------------


def test_keeping_private_tags_warns_once_a_file(
    cookies: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    replace_identifiers(dicom_files=cookies, remove_private=False)
    assert messages(caplog, logging.WARNING) == ["Private tags were not removed!"] * 7


def test_removing_private_tags_is_the_default_and_does_not_warn(
    cookies: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    replace_identifiers(dicom_files=cookies)
    assert not messages(caplog, logging.WARNING)


def test_remove_private_identifiers_logs_a_line_a_file_with_the_output(
    cookies: list[str], debug_log: pytest.LogCaptureFixture
) -> None:
    cleaned_files = replace_identifiers(dicom_files=cookies, remove_private=False)
    debug_log.clear()
    really_cleaned = remove_private_identifiers(dicom_files=cleaned_files)
    assert in_order(really_cleaned) == NAMES
    removed = [
        line for line in messages(debug_log, logging.DEBUG) if line.startswith("Removed private")
    ]
    assert removed == [f"Removed private identifiers for {path}" for path in really_cleaned]


def test_remove_private_identifiers_leaves_all_else(cookies: list[str]) -> None:
    (out,) = remove_private_identifiers(dicom_files=cookies[:1])
    assert dcmread(out) == dcmread(cookies[0])


def test_has_private_says_how_many_and_whether(
    cookies: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    dicom = dcmread(cookies[0])
    assert has_private(dicom) is False
    assert capsys.readouterr().out == "Found 0 private tags\n"


def test_get_private_is_an_empty_list_for_a_cookie(cookies: list[str]) -> None:
    assert get_private(dcmread(cookies[0])) == []


# -- screening -------------------------------------------------------------------------


def test_screening_rules_are_the_named_tuples_of_the_seed(small: Any, save: Any, load: Any) -> None:
    block = small.private_block(0x0009, "ACME", create=True)
    block.add_new(0x01, "LO", "seen by Homer")
    block.add_new(0x02, "LO", "Q123")
    block.add_new(0x03, "LO", "a word: Jay")
    cleaned_files = replace_identifiers(
        dicom_files=save(small),
        remove_private=False,
        screen_private=True,
        screen_values=[VALUE_RULE, PATTERN_RULE],
    )
    left = [element.tag for element in get_private(load(cleaned_files[0]))]
    assert left == [0x00090010, 0x00091003]


def test_the_caret_rule_of_the_seed_removes_names(small: Any, save: Any, load: Any) -> None:
    block = small.private_block(0x0009, "ACME", create=True)
    block.add_new(0x01, "PN", "Doe^Jane")
    block.add_new(0x02, "LO", "no caret")
    (out,) = replace_identifiers(
        save(small), remove_private=False, screen_private=True, screen_values=[CARET_RULE]
    )
    assert [element.tag for element in get_private(load(out))] == [0x00090010, 0x00091002]


def test_a_named_tuple_and_a_screen_rule_say_the_same(small: Any, save: Any, load: Any) -> None:
    small.private_block(0x0009, "ACME", create=True).add_new(0x01, "LO", "Homer")
    path = save(small)
    outs = [
        replace_identifiers(path, remove_private=False, screen_private=True, screen_values=[rule])[
            0
        ]
        for rule in (VALUE_RULE, ScreenRule(**VALUE_RULE._asdict()))
    ]
    for out in outs:
        assert get_private(load(out)) == []


# -- recipes ---------------------------------------------------------------------------


def test_load_deid_gives_the_structure_of_the_seed(path: str) -> None:
    deid = load_deid(path)
    assert deid == {
        "format": "dicom",
        "header": [
            {"action": "ADD", "field": "PatientIdentityRemoved", "value": "Yes"},
            {"action": "REPLACE", "field": "PatientID", "value": "var:id"},
            {"action": "REPLACE", "field": "SOPInstanceUID", "value": "var:source_id"},
        ],
    }


def test_load_deid_logs_the_lines_of_the_seed(
    path: str, debug_log: pytest.LogCaptureFixture
) -> None:
    load_deid(path)
    assert messages(debug_log, logging.DEBUG) == [
        "FORMAT set to dicom",
        "Adding ADD PatientIdentityRemoved Yes",
        "Adding REPLACE PatientID var:id",
        "Adding REPLACE SOPInstanceUID var:source_id",
    ]


def test_a_loaded_deid_prints_format_first_then_the_actions_in_their_order(path: str) -> None:
    printed = re.sub(r"\s+", " ", repr(load_deid(path)))
    assert printed == (
        "{'format': 'dicom', 'header': ["
        "{'action': 'ADD', 'field': 'PatientIdentityRemoved', 'value': 'Yes'}, "
        "{'action': 'REPLACE', 'field': 'PatientID', 'value': 'var:id'}, "
        "{'action': 'REPLACE', 'field': 'SOPInstanceUID', 'value': 'var:source_id'}]}"
    )


def test_variables_stand_beside_the_identifiers_of_the_item(ids: dict[str, Any]) -> None:
    item = ids["cookie-47"][ITEM_OF["image5.dcm"]]
    own = {"id": "cookiemonster", "source_id": item["source_id"]}
    assert item == LISTING_OF_IMAGE5 | own
    assert re.fullmatch(r"cookiemonster-image-[0-6]", item["source_id"])


def test_replacing_logs_recipe_then_file_after_file(
    cookies: list[str],
    path: str,
    ids: dict[str, Any],
    debug_log: pytest.LogCaptureFixture,
) -> None:
    replace_identifiers(dicom_files=cookies, deid=path, ids=ids)
    lines = messages(debug_log, logging.DEBUG)
    start = lines.index("FORMAT set to dicom")
    assert lines[start : start + 4] == [
        "FORMAT set to dicom",
        "Adding ADD PatientIdentityRemoved Yes",
        "Adding REPLACE PatientID var:id",
        "Adding REPLACE SOPInstanceUID var:source_id",
    ]
    assert [
        line for line in lines[start + 4 :] if "FORMAT" not in line and "Adding" not in line
    ] == [
        line
        for name in NAMES
        for line in (
            "entity id: cookie-47",
            f"item id: {ITEM_OF[name]}",
            f"Attempting ADDITION of PatientIdentityRemoved to {name}.",
        )
    ]


def test_the_result_holds_the_variables_and_the_image(
    cookies: list[str], path: str, ids: dict[str, Any], load: Any
) -> None:
    cleaned_files = replace_identifiers(dicom_files=cookies, deid=path, ids=ids)
    for source, cleaned in zip(cookies, cleaned_files, strict=True):
        result, before = load(cleaned), dcmread(source)
        item = ids["cookie-47"][ITEM_OF[Path(source).name]]
        assert result.PatientID == "cookiemonster"
        assert result.SOPInstanceUID == item["source_id"]
        assert result.PatientIdentityRemoved == "Yes"
        assert (result.SamplesPerPixel, result.Rows, result.Columns) == (3, 1536, 2048)
        assert result.PixelData == before.PixelData
        assert "PatientName" not in result
        assert "StudyDate" not in result


def test_the_minimal_recipe_leaves_the_seven_elements_of_the_listing(
    cookies: list[str], ids: dict[str, Any], load: Any
) -> None:
    for cleaned in replace_identifiers(cookies, deid="deid.dicom.minimal", ids=ids):
        assert [element.keyword for element in load(cleaned)] == SEVEN_ELEMENTS


def test_an_illegal_value_is_written_with_a_warning(
    cookies: list[str], path: str, ids: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    replace_identifiers(cookies[3:4], deid=path, ids=ids)
    assert "SOPInstanceUID in image4.dcm: the new value is not legal for VR UI" in messages(
        caplog, logging.WARNING
    )


def test_a_value_without_var_is_the_same_for_all(
    cookies: list[str], recipe: Any, save: Any, small: Any, load: Any
) -> None:
    deid = recipe("REPLACE Modality CT-SPECIAL")
    (out,) = replace_identifiers(save(small), deid=deid)
    assert load(out).Modality == "CT-SPECIAL"


def test_entity_and_item_may_be_said_as_the_defaults_are(
    cookies: list[str], ids: dict[str, Any], path: str, load: Any
) -> None:
    (out,) = replace_identifiers(
        cookies[:1], ids=ids, deid=path, entity_id="PatientID", item_id="SOPInstanceUID"
    )
    assert load(out).PatientID == "cookiemonster"


def test_another_entity_and_item_find_the_variables_too(
    cookies: list[str], path: str, load: Any
) -> None:
    ids = get_identifiers(cookies, entity_id="PatientName", item_id="SeriesInstanceUID")
    items = ids["still salad"]
    assert list(items) == [LISTING_OF_IMAGE3["SeriesInstanceUID"]]
    items[LISTING_OF_IMAGE3["SeriesInstanceUID"]]["id"] = "found"
    (out,) = replace_identifiers(
        cookies[2:3], ids=ids, deid=path, entity_id="PatientName", item_id="SeriesInstanceUID"
    )
    assert load(out).PatientID == "found"


# -- errors during replacement ---------------------------------------------------------


def test_a_variable_that_is_not_there_warns_and_the_field_is_removed(
    cookies: list[str], load: Any, caplog: pytest.LogCaptureFixture
) -> None:
    ids = get_identifiers(cookies)
    for number, item in enumerate(ids["cookie-47"].values()):
        item["id"] = "cookiemonster"
        item["source_uid"] = f"cookiemonster-image-{number}"
    cleaned_files = replace_identifiers(cookies, deid="deid.dicom.minimal", ids=ids)
    warned = messages(caplog, logging.WARNING)
    assert [line for line in warned if "not done" in line] == [
        f"REPLACE SOPInstanceUID not done for {name}" for name in NAMES
    ]
    left = [keyword for keyword in SEVEN_ELEMENTS if keyword != "SOPInstanceUID"]
    for cleaned in cleaned_files:
        result = load(cleaned)
        assert [element.keyword for element in result] == left
        assert result.PatientID == "cookiemonster"


def test_the_same_warning_with_the_example_recipe_says_image4(
    cookies: list[str], path: str, load: Any, caplog: pytest.LogCaptureFixture
) -> None:
    (out,) = replace_identifiers(cookies[3:4], deid=path, ids=get_identifiers(cookies))
    assert "REPLACE SOPInstanceUID not done for image4.dcm" in messages(caplog, logging.WARNING)
    assert "SOPInstanceUID" not in load(out)


# -- a settings file of one's own ------------------------------------------------------


def test_config_is_a_json_file_of_ones_own(cookies: list[str], tmp_path: Path, load: Any) -> None:
    config = tmp_path / "config.json"
    config.write_text(
        json.dumps(
            {
                "get": {"skip": ["ImageComments"], "ids": {"entity": "InstitutionName"}},
                "put": {"actions": [{"action": "KEEP", "field": "StudyDate"}]},
            }
        ),
        encoding="utf-8",
    )
    ids = get_identifiers(cookies, config=str(config))
    assert list(ids) == ["STANFORD"]
    assert "ImageComments" not in ids["STANFORD"][ITEM_OF["image1.dcm"]]
    (out,) = replace_identifiers(cookies[:1], config=str(config))
    assert load(out).StudyDate == "20131210"
