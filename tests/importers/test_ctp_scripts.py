"""Scripts of CTP as a whole: what no element names, and files that are no scripts."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from deid_core import RecipeError
from deid_core_importers.importers import IMPORTERS
from deid_core_importers.scripts import translate_script

CTP = IMPORTERS[0]

# Laid out like the scripts that research archives use.
ARCHIVE = {
    "00080005": "@keep()",
    "00080008": "@keep()",
    "00080012": "@incrementdate(this,@DATEINC)",
    "00080016": "@keep()",
    "00080018": "@hashuid(@UIDROOT,this)",
    "00080020": "@incrementdate(this,@DATEINC)",
    "00080021": "@incrementdate(this,@DATEINC)",
    "00080023": "@incrementdate(this,@DATEINC)",
    "00080030": "@keep()",
    "00080050": "@hash(this,16)",
    "00080060": "@keep()",
    "00080070": "@keep()",
    "00080080": "@remove()",
    "00080090": "@empty()",
    "00081010": "@remove()",
    "00081030": "@keep()",
    "00081090": "@keep()",
    "00081140": "@process()",
    "00081155": "@hashuid(@UIDROOT,this)",
    "00100010": "@param(@PREFIX)-@hashptid(@SITEID,PatientID,8)",
    "00100020": "@hashptid(@SITEID,PatientID,8)",
    "00100030": "@empty()",
    "00100040": "@keep()",
    "00101010": "@keep()",
    "00101030": "@keep()",
    "00104000": "@remove()",
    "00120062": "@always()YES",
    "00120063": "@always()@append(){CTP script}",
    "0020000D": "@hashuid(@UIDROOT,this)",
    "0020000E": "@hashuid(@UIDROOT,this)",
    "00200010": "@empty()",
    "00200013": "@keep()",
    "00200052": "@hashuid(@UIDROOT,this)",
}
REMOVES = ("curves", "overlays", "privategroups", "unspecifiedelements")


def test_a_script_of_an_archive_does_on_a_real_file_what_it_says(ctp: Any, run: Any) -> None:
    image = dcmread(get_testdata_file("CT_small.dcm"))
    imported = ctp(ARCHIVE, keep=("0018", "0020"), remove=REMOVES)
    assert not imported.untranslated
    cleaned = run(image, imported)
    for element in image:
        tag, found = f"{element.tag:08X}", cleaned.get(element.tag)
        script = ARCHIVE.get(tag)
        group = element.tag.group
        if script == "@keep()" or (script is None and group in (0x18, 0x20, 0x28)):
            assert found == element, tag
        elif (script is None and tag != "7FE00010") or script == "@remove()":
            assert found is None, tag
        elif script == "@empty()":
            assert not found.value, tag
        elif tag == "7FE00010":
            assert found.value == element.value
        elif element.value:
            assert found.value != element.value, tag
    assert cleaned.StudyDate == "20040109"
    assert cleaned.PatientName == f"ANON-{cleaned.PatientID}"
    assert (cleaned.PatientIdentityRemoved, cleaned.DeidentificationMethod) == ("YES", "CTP script")
    assert cleaned.file_meta.MediaStorageSOPInstanceUID == cleaned.SOPInstanceUID


@pytest.fixture
def odd(small: Dataset) -> Dataset:
    small.add_new(0x50000010, "US", 1)
    small.add_new(0x60020010, "US", 1)
    block = small.private_block(0x0019, "ACME 1.1", create=True)
    block.add_new(0x02, "LO", "private")
    return small


@pytest.mark.parametrize(
    ("removed", "tags"),
    [
        ((), set()),
        (("curves",), {0x50000010}),
        (("overlays",), {0x60020010}),
        (("privategroups",), {0x00190010, 0x00191002}),
    ],
)
def test_what_the_script_does_not_name_is_kept_but_for_its_removals(
    odd: Dataset, ctp: Any, run: Any, removed: tuple[str, ...], tags: set[int]
) -> None:
    cleaned = run(odd, ctp({}, remove=removed), private=True)
    assert set(map(int, odd.keys())) - set(map(int, cleaned.keys())) == tags


def test_unspecified_elements_go_but_for_what_ctp_keeps_and_groups_to_keep(
    odd: Dataset, ctp: Any, run: Any
) -> None:
    cleaned = run(odd, ctp({}, keep=("6002",), remove=("unspecifiedelements",)), private=True)
    kept = {f"{element.tag:08X}" for element in cleaned if element.tag.group != 0x28}
    assert kept == {"00080016", "00080018", "0020000D", "60020010", "7FE00010"}
    assert cleaned.group_dataset(0x28) == odd.group_dataset(0x28)


def test_an_element_that_is_not_enabled_says_nothing(small: Dataset, run: Any) -> None:
    script = b'<script><e en="F" t="00100010" n="PatientName">@remove()</e></script>'
    cleaned = run(small, translate_script(script, "x"))
    assert cleaned.PatientName == small.PatientName


def test_of_two_lines_about_one_element_the_last_counts(small: Dataset, run: Any) -> None:
    script = b'<script>\n<e en="T" t="00100010">@keep()</e>\n<e en="T" t="00100010">@empty()</e></script>'
    imported = translate_script(script, "x")
    assert run(small, imported).PatientName == ""
    assert any("line 2: line 3 is about the same element" in advice for advice in imported.advice)


def test_a_private_element_is_named_by_its_creator(odd: Dataset, ctp: Any, run: Any) -> None:
    cleaned = run(odd, ctp({"0019[ACME 1.1]02": "@keep()"}))
    assert cleaned[0x00191002].value == "private"
    cleaned = run(odd, ctp({"0019[ACME 1.1]02": "@remove()"}), private=True)
    assert 0x00191002 not in cleaned


@pytest.mark.parametrize(
    ("tag", "removed"),
    [
        ("0019[ACME 1.1]02", "privategroups"),
        ("60020010", "overlays"),
        ("50000010", "curves"),
    ],
)
def test_a_group_that_the_script_removes_goes_whatever_it_says_of_its_elements(
    odd: Dataset, ctp: Any, run: Any, tag: str, removed: str
) -> None:
    imported = ctp({tag: "@keep()"}, remove=(removed,))
    assert len(imported.untranslated) == 1
    cleaned = run(odd, imported, private=True)
    assert not {0x00191002, 0x60020010, 0x50000010} <= set(map(int, cleaned.keys()))


def test_a_list_of_safe_private_elements_is_not_made_up(ctp: Any) -> None:
    imported = ctp({}, keep=("safeprivateelements",), remove=("privategroups",))
    assert [missed.what for missed in imported.untranslated] == ["keep safeprivateelements"]


def test_a_removal_that_is_not_known_refuses_all(small: Dataset, ctp: Any, run: Any) -> None:
    imported = ctp({}, remove=("faces",))
    assert len(imported.untranslated) == 1
    assert run(small, imported) is None


# -- tables ------------------------------------------------------------------------------

TABLE = b"# patients\nptid/P-1 = STUDY-7\r\nptid/A\\=2: = \xc3\x9c\\\n  X\nacc/1=2\n"


def test_a_lookup_table_becomes_one_table_for_each_kind_of_key() -> None:
    assert CTP.recognizes(TABLE)
    imported = CTP.translate(TABLE, "lookup.properties")
    assert imported.tables == {"ptid": "P-1,STUDY-7\nA=2:,ÜX\n", "acc": "1,2\n"}
    assert (imported.text, imported.untranslated) == ("", ())


def test_a_line_that_is_no_row_is_listed_without_what_it_holds() -> None:
    imported = CTP.translate(b"ptid/1 = 2\nSimpson\nptid/1 = 3\n", "lookup.properties")
    assert [missed.line for missed in imported.untranslated] == [2, 3]
    assert "Simpson" not in repr(imported)
    assert imported.tables == {"ptid": "1,3\n"}


def test_a_value_is_looked_up_and_a_file_refused_that_has_none(
    small: Dataset, ctp: Any, run: Any
) -> None:
    imported = ctp({"00100020": "@lookup(this,ptid)"})
    assert any("--table ptid=" in advice for advice in imported.advice)
    tables = CTP.translate(TABLE, "lookup.properties").tables
    assert run(small, imported, ptid=tables["ptid"]).PatientID == "STUDY-7"
    assert run(small, imported, ptid="other,X\n") is None


@pytest.mark.parametrize(
    ("action", "expected"),
    [("keep", "P-1"), ("empty", ""), ("remove", None), ("default,none", "none")],
)
def test_a_script_can_say_what_becomes_of_a_value_that_no_table_has(
    small: Dataset, ctp: Any, run: Any, action: str, expected: str | None
) -> None:
    imported = ctp({"00100020": f"@lookup(this,ptid,{action})"})
    assert run(small, imported, ptid="other,X\n").get("PatientID") == expected


def test_a_lookup_without_its_table_stops_before_the_first_file(
    small: Dataset, ctp: Any, run: Any
) -> None:
    with pytest.raises(RecipeError, match="no table 'ptid' was given"):
        run(small, ctp({"00100020": "@lookup(this,ptid)"}))


# -- XML ---------------------------------------------------------------------------------

BOMB = b"""<!DOCTYPE script [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<script><e en="T" t="00100010">&b;</e></script>"""
OUTSIDE = b"""<!DOCTYPE script [<!ENTITY x SYSTEM "file:///etc/hostname">]>
<script><e en="T" t="00100010">&x;</e></script>"""


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (BOMB, "found a document type"),
        (OUTSIDE, "found a document type"),
        (b'<!DOCTYPE script SYSTEM "x.dtd"><script/>', "found a document type"),
        (b"<script>&nowhere;</script>", "1:9: no valid XML: undefined entity"),
        (b"<script>\n<e", "2:1: no valid XML: unclosed token"),
        (b"<script><e><e/></e></script>", "1:12: found an element of XML that is not expected"),
        (b"<html><script/></html>", "1:1: found an element of XML that is not expected"),
        (b'<?xml version="1.0" encoding="klingon"?><script/>', "no valid XML"),
    ],
)
def test_xml_that_is_no_script_is_refused_with_its_place(data: bytes, place: str) -> None:
    with pytest.raises(RecipeError) as raised:
        CTP.translate(data, "bad.script")
    assert str(raised.value).startswith("bad.script:")
    assert place in str(raised.value)


def test_a_script_in_another_encoding_is_read_as_it_says(small: Dataset, run: Any) -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?><script><e en="T" t="00081010">é</e></script>'
    data = text.encode("utf-16")
    assert CTP.recognizes(data)
    small.StationName = "X"
    small.SpecificCharacterSet = "ISO_IR 192"
    assert run(small, CTP.translate(data, "x")).StationName == "é"
