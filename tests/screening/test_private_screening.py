"""Screening: which private elements go, and which stay."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from deid_core import ScreenRule
from deid_core.dicom import replace_identifiers
from deid_core.dicom.tags import get_private

NAME = ScreenRule(type="value", tag="PatientName", split=True, separator="^", minvaluelen=4)
WHOLE_ID = ScreenRule(type="value", tag="PatientID")
SEVEN = ScreenRule(type="pattern", pattern=r"\d{7}")

Screen = Callable[..., Dataset]


@pytest.fixture
def screen(clean: Any) -> Screen:
    """Return a function that screens a data set and keeps all else."""

    def screen(dataset: Dataset, *rules: ScreenRule, lines: tuple[str, ...] = ()) -> Dataset:
        return clean(
            dataset, *lines, remove_private=False, screen_private=True, screen_values=rules
        )

    return screen


@pytest.fixture
def block(small: Dataset) -> Any:
    return small.private_block(0x0009, "ACME", create=True)


def left(dataset: Dataset) -> list[int]:
    return [int(e.tag) for e in get_private(dataset) if not e.tag.is_private_creator]


# -- what is searched ------------------------------------------------------------------

PLANTED = {
    "AE": "HOMER",
    "AS": "034Y",
    "CS": "HOMER",
    "DA": "19560512",
    "DS": "1234567.5",
    "DT": "19560512120000",
    "IS": "1234567",
    "LO": "for Homer",
    "LT": "for Homer\nand Marge",
    "PN": "Simpson^Homer",
    "SH": "Homer",
    "ST": "for Homer",
    "TM": "120000",
    "UC": "for Homer",
    "UI": "1.2.1234567.4",
    "UR": "http://pacs/1234567",
    "UT": "for Homer",
    "FL": 1234567.0,
    "FD": 1234567.0,
    "SL": 1234567,
    "SS": 12345,
    "SV": 1234567,
    "UL": 1234567,
    "US": 12345,
    "UV": 1234567,
    "AT": 0x01234567,
    "OB": b"for Homer!",
    "OW": b"for Homer!",
    "OD": b"is Homer",
    "OF": b"is Homer",
    "OL": b"is Homer",
    "OV": b"is Homer",
    "UN": b"for Homer!",
}
RULES = [
    NAME,
    SEVEN,
    *(
        ScreenRule(type="pattern", pattern=pattern)
        for pattern in ("^034Y$", "19560512", "^120000$", "^12345$", "(?i)1234567")
    ),
]


@pytest.mark.parametrize("vr", PLANTED)
def test_a_private_element_of_every_vr_is_searched(
    screen: Screen, small: Dataset, block: Any, vr: str
) -> None:
    block.add_new(0x01, vr, PLANTED[vr])
    assert left(screen(small, *RULES)) == []


@pytest.mark.parametrize("vr", PLANTED)
def test_a_private_element_of_every_vr_in_which_nothing_is_found_stays(
    screen: Screen, small: Dataset, block: Any, vr: str
) -> None:
    block.add_new(0x01, vr, PLANTED[vr])
    assert left(screen(small, ScreenRule(type="pattern", pattern="not in there"))) == [0x00091001]


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_other_encodings_are_searched_too(
    small: Dataset, block: Any, save: Any, load: Any, syntax: str
) -> None:
    block.add_new(0x01, "LO", "for Homer")
    block.add_new(0x02, "LO", "nothing")
    (out,) = replace_identifiers(
        save(small, syntax=syntax),
        remove_private=False,
        screen_private=True,
        screen_values=[NAME],
    )
    assert left(load(out)) == [0x00091002]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16-le", "utf-16-be"])
def test_bytes_are_searched_in_the_usual_encodings(
    screen: Screen, small: Dataset, block: Any, encoding: str
) -> None:
    small.PatientName = "Müller^Jörg"
    small.SpecificCharacterSet = "ISO_IR 100"
    block.add_new(0x01, "UN", "++ Müller ++".encode(encoding))
    assert left(screen(small, NAME)) == []


def test_bytes_of_utf16_are_searched_at_odd_offsets(
    screen: Screen, small: Dataset, block: Any
) -> None:
    block.add_new(0x01, "UN", b"\x07" + "Simpson".encode("utf-16-le") + b"\x07")
    assert left(screen(small, NAME)) == []


def test_several_values_are_searched_one_by_one_and_joined(
    screen: Screen, small: Dataset, block: Any
) -> None:
    block.add_new(0x01, "LO", ["nothing", "Homer"])
    block.add_new(0x02, "LO", ["a", "b"])
    assert left(screen(small, NAME, ScreenRule(type="pattern", pattern=r"a\\b"))) == []


def test_an_empty_element_stays(screen: Screen, small: Dataset, block: Any) -> None:
    block.add_new(0x01, "LO", "")
    assert left(screen(small, NAME)) == [0x00091001]


def test_the_name_of_a_creator_is_searched_and_its_block_goes(
    screen: Screen, small: Dataset
) -> None:
    small.private_block(0x0009, "OF HOMER", create=True).add_new(0x01, "LO", "nothing")
    small.private_block(0x000B, "ACME", create=True).add_new(0x01, "LO", "nothing")
    out = screen(small, NAME)
    assert left(out) == [0x000B1001]
    assert 0x00090010 not in out


def test_a_creator_that_goes_takes_a_sequence_with_it(screen: Screen, small: Dataset) -> None:
    item = Dataset()
    item.Modality = "OT"
    small.private_block(0x0009, "OF HOMER", create=True).add_new(0x01, "SQ", [item])
    assert left(screen(small, NAME)) == []


# -- at every depth --------------------------------------------------------------------


def test_a_private_element_in_a_public_sequence_goes_alone(screen: Screen, small: Dataset) -> None:
    item = Dataset()
    item.Modality = "OT"
    item.private_block(0x0009, "ACME", create=True).add_new(0x01, "LO", "Homer")
    item.private_block(0x0009, "ACME").add_new(0x02, "LO", "nothing")
    small.ReferencedStudySequence = [item]
    out = screen(small, NAME)
    assert left(out) == [0x00091002]
    assert out.ReferencedStudySequence[0].Modality == "OT"


def test_a_private_element_in_a_private_sequence_goes_alone(
    screen: Screen, small: Dataset, block: Any
) -> None:
    items = [Dataset(), Dataset()]
    for item, value in zip(items, ("Homer", "nothing"), strict=True):
        item.private_block(0x0009, "ACME", create=True).add_new(0x01, "LO", value)
    block.add_new(0x05, "SQ", items)
    assert left(screen(small, NAME)) == [0x00091005, 0x00091001]


def test_a_public_element_in_a_private_sequence_takes_the_sequence_with_it(
    screen: Screen, small: Dataset, block: Any
) -> None:
    inner = Dataset()
    inner.PatientComments = "seen by Homer"
    item = Dataset()
    item.ReferencedStudySequence = [inner]
    block.add_new(0x01, "SQ", [item])
    block.add_new(0x02, "LO", "nothing")
    assert left(screen(small, NAME)) == [0x00091002]


def test_a_public_element_outside_is_no_matter_of_screening(screen: Screen, small: Dataset) -> None:
    assert screen(small, NAME).PatientName == "Simpson^Homer^Jay"


def test_bytes_that_hide_a_sequence_are_searched(
    screen: Screen, small: Dataset, block: Any
) -> None:
    hidden = b"\xfe\xff\x00\xe0\x12\x00\x00\x00\x10\x00\x10\x00\x0a\x00\x00\x00Homer Jay "
    block.add_new(0x01, "UN", hidden)
    assert left(screen(small, NAME)) == []


@pytest.mark.parametrize(
    "data",
    [
        b"\xfe\xff\x00\xe0\xff\x00\x00\x00\x10\x00",
        b"\xfe\xff\x00\xe0 Homer Simpson",
        b"\xfe\xff\x00\xe0\x00\x00\x00\x00Homer Simpson ",
        b"\xfe\xff\x00\xe0\xff\x00\x00\x00\x10\x00\x10\x00\x40\x00\x00\x00Homer Simpson ",
    ],
)
def test_bytes_that_only_look_like_a_sequence_leave_no_splinters(
    small: Dataset, block: Any, save: Any, data: bytes
) -> None:
    block.add_new(0x01, "UN", data)
    outs = replace_identifiers(
        save(small), remove_private=False, screen_private=True, screen_values=[NAME]
    )
    for out in outs:  # refusing the file is as good
        assert b"\x01\x10" not in Path(out).read_bytes().split(b"ACME")[-1]


# -- what cannot be decided ------------------------------------------------------------


def test_what_cannot_be_decoded_goes(small: Dataset, block: Any, save: Any, load: Any) -> None:
    block.add_new(0x01, "US", 1)
    block.add_new(0x02, "US", 1)
    path = save(small)
    before = b"\x09\x00\x01\x10US\x02\x00\x01\x00"
    data = path.read_bytes()
    assert before in data
    path.write_bytes(data.replace(before, b"\x09\x00\x01\x10US\x03\x00ABC"))
    (out,) = replace_identifiers(
        path, remove_private=False, screen_private=True, screen_values=[NAME]
    )
    assert left(load(out)) == [0x00091002]


def test_a_pattern_that_takes_too_long_on_a_value_decides_against_it(
    screen: Screen, small: Dataset, block: Any
) -> None:
    small.SpecificCharacterSet = "ISO_IR 192"
    block.add_new(0x01, "UT", "\N{GREEK SMALL LETTER ALPHA}" * 60 + "z")
    block.add_new(0x02, "LO", "nothing")
    # Slow on letters that no probe has.
    slow = ScreenRule(type="pattern", pattern=r"(?:\p{Greek}|\p{Greek}\p{Greek})+$")
    assert left(screen(small, slow)) == [0x00091002]


# -- the rules -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "gone"),
    [
        (NAME, {"Simpson", "Homer", "hOMER", "of SIMPSON"}),
        (ScreenRule(type="value", tag="PatientName"), {"Simpson^Homer^Jay"}),
        (
            ScreenRule(type="value", tag="PatientName", split=True, separator="^"),
            {"Simpson", "Homer", "Jay", "hOMER", "of SIMPSON", "Simpson^Homer^Jay"},
        ),
        (
            ScreenRule(type="value", tag="PatientName", split=True, separator="^", minvaluelen=100),
            set(),
        ),
        (ScreenRule(type="value", tag="PatientName", minvaluelen=100), set()),
        (WHOLE_ID, {"P-1 again"}),
        (ScreenRule(type="value", tag="AccessionNumber"), set()),
    ],
)
def test_split_and_minvaluelen_say_which_words_are_looked_for(
    screen: Screen, small: Dataset, block: Any, rule: ScreenRule, gone: set[str]
) -> None:
    values = ["Simpson", "Homer", "Jay", "hOMER", "of SIMPSON", "Simpson^Homer^Jay", "P-1 again"]
    for number, value in enumerate(values, start=1):
        block.add_new(number, "LO", value)
    out = screen(small, rule)
    kept = {str(out[tag].value) for tag in left(out)}
    expected = set(values) - gone
    if rule is NAME:
        expected -= {"Simpson^Homer^Jay"}
    assert kept == expected


def test_the_value_of_a_rule_is_looked_for_at_every_depth(
    screen: Screen, small: Dataset, block: Any
) -> None:
    item = Dataset()
    item.PatientID = "OTHER-77"
    small.OtherPatientIDsSequence = [item]
    block.add_new(0x01, "LO", "see OTHER-77")
    assert left(screen(small, WHOLE_ID)) == []


def test_a_rule_may_name_a_repeating_group_or_several_values(
    screen: Screen, small: Dataset, block: Any
) -> None:
    small.add_new(0x60020022, "LO", "overlay words")
    small.OtherPatientNames = ["Bart", "Lisa"]
    block.add_new(0x01, "LO", "has overlay words")
    block.add_new(0x02, "LO", "has Lisa")
    block.add_new(0x03, "LO", "has Maggie")
    rules = [
        ScreenRule(type="value", tag="OverlayDescription"),
        ScreenRule(type="value", tag="OtherPatientNames"),
    ]
    assert left(screen(small, *rules)) == [0x00091003]


def test_what_a_screener_found_goes_whatever_the_recipe_says(
    screen: Screen, small: Dataset, block: Any
) -> None:
    block.add_new(0x01, "LO", "Homer")
    assert left(screen(small, NAME, lines=('KEEP (0009,"ACME",01)',))) == []


def test_screening_without_keeping_private_elements_removes_them_all(
    clean: Any, small: Dataset, block: Any, caplog: pytest.LogCaptureFixture
) -> None:
    block.add_new(0x01, "LO", "nothing")
    out = clean(small, screen_private=True, screen_values=[NAME])
    assert left(out) == []
    assert "Private tags were not removed!" not in caplog.text


def test_the_warning_is_there_with_screening_too(
    screen: Screen, small: Dataset, caplog: pytest.LogCaptureFixture
) -> None:
    screen(small, NAME)
    warned = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert warned == ["Private tags were not removed!"]
