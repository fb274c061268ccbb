"""``deid_func:ctp``: expressions of CTP within one value, and those that are refused."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from deid_core import SettingsError
from deid_core_importers.evaluation import compile_ctp
from deid_core_importers.functions import compile_substitute
from deid_core_importers.importers import IMPORTERS

TODAY = datetime.datetime.now(datetime.UTC)

# Attributes of VR LO, ST or LT, each with an expression and the value that it gives.
EXPRESSIONS = {
    "00080080": ("@if(Modality,equals,OT){a}{b}", "a"),
    "00080081": ('@if(Modality,contains,"T"){a}{b}', "a"),
    "00081030": ('@if(Modality,matches,"[A-Z]T"){a}{b}', "a"),
    "0008103E": ("@if(StationName,exists){a}{b}", "b"),
    "00081040": ("@if(StationName,isblank){a}{b}", "a"),
    "00102180": ("@if(SeriesNumber,greaterthan,10){a}{b}", "b"),
    "00102160": ("@if(SeriesNumber,greaterthan,2.5){a}{b}", "a"),
    "00104000": ("@if(this,equals,old){@if(this,isblank){a}{b}}{c}", "b"),
    "00180010": ("@contents(SeriesNumber)-@contents(SliceThickness)", "7-1.50"),
    "00181000": ("@date(-)T", f"{TODAY:%Y-%m-%d}T"),
    "00181020": ("[@modifydate(StudyDate,2000,*,1)]", "[20000101]"),
    "00181030": ("[@incrementdate(AcquisitionDateTime,1)]", "[20200201101112.5]"),
    "00380040": ("[@incrementdate(StationName,1)]", "[]"),
    "00380050": ("@append(){new}", ["old", "new"]),
    "00401400": ("@initials(StationName)", "X"),
    "00400253": ("@pathelement(RequestAttributesSequence::CodeValue,none)", "none"),
    # What has no value goes, with a warning.
    "00380500": ("@if(SeriesNumber,greaterthan,2){@incrementdate(Modality,1)}{b}", None),
    "00324000": ("@if(Modality,equals,ot){a}{b}", None),
    "00402001": ("@if(StationName,greaterthan,2){a}{b}", None),
    "00081080": ("@contents(RequestAttributesSequence)", None),
    "00081070": ("@contents(PixelData)", None),
    "00321060": ("@hash(StationName)", None),
    "00400254": ("@pathelement(PixelData)", None),
    "00400007": ("@modifydate(StudyDate,*,2,30)", None),
}


def test_each_expression_gives_its_value(small: Dataset, ctp: Any, run: Any) -> None:
    small.SeriesNumber, small.SliceThickness = 7, "1.50"
    small.AcquisitionDateTime = "20200131101112.5"
    small.RequestAttributesSequence = Sequence([Dataset()])
    for tag in EXPRESSIONS:
        small.add_new(int(tag, 16), "LO", "old")
    imported = ctp({tag: expression for tag, (expression, _) in EXPRESSIONS.items()})
    assert not imported.untranslated
    cleaned = run(small, imported)
    found = {tag: cleaned.get(int(tag, 16)) for tag in EXPRESSIONS}
    assert {tag: None if e is None else e.value for tag, e in found.items()} == {
        tag: expected for tag, (_, expected) in EXPRESSIONS.items()
    }


def test_the_time_has_six_digits(small: Dataset, ctp: Any, run: Any) -> None:
    small.StudyTime = "10"
    assert len(run(small, ctp({"00080030": "@time()"})).StudyTime) == 6


@pytest.mark.parametrize(
    "script",
    [
        "@hash()",
        "@hash(this,0)",
        "@hash(this,many)",
        "@hash(this,@LENGTH)",
        "@hash(0009[ACME]01)",
        "@hashuid(1.02,this)",
        "@if(nobody,exists){a}{b}",
        "@if(this,greaterthan,x){a}{b}",
        "@if(this,resembles,x){a}{b}",
        '@if(this,matches,"("){a}{b}',
        '@contents(this,"(")',
        '@contents(this,"x","$1")',
        "@append()",
        "@pathelement(nobody::PatientID)",
        "@lookup(this,ptid,ignore)",
        "@lookup(this,../ptid)",
        "@encrypt(this)",
        "@truncate(this,half)",
        "}{@hash(this",
        '@hash("this)',
        "@if(this,exists){a",
        "@if(this,exists){" * 60 + "}" * 60,
    ],
)
def test_an_expression_that_means_nothing_is_refused_before_the_first_file(script: str) -> None:
    with pytest.raises(ValueError, match=r"@\w+\(|pattern|script=|root|whole"):
        compile_ctp({"script": script}, None)


@pytest.mark.parametrize("given", [{}, {"text": "x"}, {"script": "x", "more": "y"}])
def test_the_functions_take_their_arguments_and_no_others(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="nothing else"):
        compile_ctp(given, None)
    with pytest.raises(ValueError, match="nothing else"):
        compile_substitute(given, None)


def test_bytes_have_no_text_to_substitute_in(small: Dataset, run: Any) -> None:
    action = '{"action": "regexp", "find": "A", "replace": "B"}'
    data = f'{{"(0x0042, 0x0011)": {action}, "(0x0008, 0x0008)": {action}}}'.encode()
    small.add_new(0x00420011, "OB", b"AA")
    small.ImageType = ["A", "BA"]
    cleaned = run(small, IMPORTERS[1].translate(data, "dictionary.json"))
    assert 0x00420011 not in cleaned
    assert cleaned.ImageType == ["B", "BB"]


@pytest.mark.parametrize(
    ("table", "problem"), [("a,b,c\n", "expected two columns"), ("a,b\na,c\n", "stands twice")]
)
def test_a_table_that_is_none_stops_before_the_first_file(
    small: Dataset, ctp: Any, run: Any, table: str, problem: str
) -> None:
    with pytest.raises(SettingsError, match=problem):
        run(small, ctp({"00100020": "@lookup(this,ptid)"}), ptid=table)
