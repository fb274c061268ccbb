"""Screening finds identifiers in private elements of every VR, at every depth."""

from __future__ import annotations

import pytest
from corpus_files import bundled
from planting import ENCODINGS, IMPLICIT, Marks, base, element, item, nest, sequence_places

from deid_core.screening import ScreenRule

RECIPE = "FORMAT dicom\n%header\nREMOVE PatientName\nKEEP ReferencedImageSequence\n"
RULES = {
    "pattern": ScreenRule("pattern", pattern="(?i)zq0"),
    "value": ScreenRule("value", tag="PatientName", split=True, separator="^", minvaluelen=4),
}
VRS = [
    "AE",
    "AS",
    "AT",
    "CS",
    "DA",
    "DS",
    "DT",
    "FD",
    "FL",
    "IS",
    "LO",
    "LT",
    "OB",
    "OD",
    "OF",
    "OL",
    "OV",
    "OW",
    "PN",
    "SH",
    "SL",
    "SS",
    "ST",
    "SV",
    "TM",
    "UC",
    "UI",
    "UL",
    "UN",
    "UR",
    "US",
    "UT",
    "UV",
]
BLOCK, PRIVATE = 0x00190010, 0x00191001


@pytest.fixture(scope="module", params=ENCODINGS)
def real(request):
    return base(bundled("CT_small.dcm"), ENCODINGS[request.param])


def screened(run, real, rule, planted, marks):
    """Run with one rule, the words of the first marker being the patient's name."""
    name = next(iter(marks.places))[:7] + "^Someone"
    patient = element(0x00100010, "PN", name, real.encoding)
    return run(
        real.file([*planted, (0x00100010, patient)]),
        RECIPE,
        remove_private=False,
        screen_private=True,
        screen_rules=(RULES[rule],),
    )


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("vr", VRS)
def test_every_vr_is_searched(run, real, rule, vr):
    marks = Marks()
    enc = real.encoding
    planted = [
        (BLOCK, element(BLOCK, "LO", "ACME", enc)),
        (PRIVATE, element(PRIVATE, vr, marks(vr), enc)),
    ]

    result = screened(run, real, rule, planted, marks)

    assert result.written, result.report.reason
    assert marks.left_in(result.everything) == []


TEXTS = {
    "utf-16": lambda text: text.encode("utf-16-le"),
    "utf-16, big endian": lambda text: text.encode("utf-16-be"),
    "utf-16 at an odd offset": lambda text: b"x" + text.encode("utf-16-le") + b"y",
    "between bytes that are no text": lambda text: b"\xff\xfe\xc3" + text.encode() + b"\xe2",
    "in lower case": lambda text: text.lower().encode(),
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("text", TEXTS)
def test_bytes_are_searched_in_every_usual_encoding(run, real, rule, text):
    marks = Marks()
    enc = real.encoding
    data = TEXTS[text](marks(text))
    planted = [
        (BLOCK, element(BLOCK, "LO", "ACME", enc)),
        (PRIVATE, element(PRIVATE, "OB", data, enc)),
    ]

    assert marks.left_in(screened(run, real, rule, planted, marks).everything) == []


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("place", [p for p in sequence_places(IMPLICIT, lambda _: b"") if "private" in p])  # fmt: skip
def test_what_private_sequences_nest_is_searched(run, real, rule, place):
    marks = Marks()
    marker = marks("nested")
    planted = sequence_places(real.encoding, lambda enc: element(0x00081030, "LO", marker, enc))[
        place
    ]

    assert marks.left_in(screened(run, real, rule, planted, marks).everything) == []


@pytest.mark.parametrize("rule", RULES)
def test_private_elements_in_public_sequences_are_searched(run, real, rule):
    marks = Marks()
    enc = real.encoding
    inner = element(BLOCK, "LO", "ACME", enc) + element(PRIVATE, "LO", marks("nested"), enc)

    planted = [(0x00081140, nest(inner, [0x00081140], enc, undefined=True))]

    assert marks.left_in(screened(run, real, rule, planted, marks).everything) == []


ODD = {
    "a creator's name": lambda mark, enc: [
        (BLOCK, element(BLOCK, "LO", mark("c"), enc)), (PRIVATE, element(PRIVATE, "LO", "x", enc))],
    "a creator alone": lambda mark, enc: [(BLOCK, element(BLOCK, "LO", mark("c"), enc))],
    "no creator": lambda mark, enc: [(PRIVATE, element(PRIVATE, "LO", mark("o"), enc))],
    "below the creators": lambda mark, enc: [(0x00190001, element(0x00190001, "LO", mark("l"), enc))],
    "one of several values": lambda mark, enc: [
        (BLOCK, element(BLOCK, "LO", "ACME", enc)), (PRIVATE, element(PRIVATE, "LO", f"a\\{mark('m')}", enc))],
    "items as OB": lambda mark, enc: [
        (BLOCK, element(BLOCK, "LO", "ACME", enc)),
        (PRIVATE, element(PRIVATE, "OB", item(element(0x00100010, "PN", mark("i"), enc), enc), enc))],
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("odd", ODD)
def test_odd_private_elements_are_searched(run, real, rule, odd):
    marks = Marks()

    planted = ODD[odd](marks, real.encoding)

    assert marks.left_in(screened(run, real, rule, planted, marks).everything) == []
