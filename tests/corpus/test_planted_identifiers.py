"""Identifiers planted in every odd place: none is left in the bytes of the output."""

from __future__ import annotations

import pytest
from corpus_files import bundled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planting import (
    ENCODINGS,
    EXPLICIT,
    PLANTERS,
    Marks,
    base,
    element,
    item,
    sequence,
    sequence_places,
)

FILES = {
    **{name: ("CT_small.dcm", encoding) for name, encoding in ENCODINGS.items()},
    "jpeg 2000": ("JPEG2000.dcm", None),
    "rle": ("MR_small_RLE.dcm", None),
    "no pixels": ("rtplan.dcm", None),
}
NAME_ELSEWHERE = "FORMAT dicom\n%header\nKEEP FrameNumbersOfInterest\nREMOVE PatientName\n"


@pytest.fixture(scope="module", params=FILES)
def real(request):
    """A real file, taken apart."""
    name, encoding = FILES[request.param]
    return base(bundled(name), encoding)


@pytest.mark.parametrize("recipe", [None, "deid.dicom.minimal", NAME_ELSEWHERE], ids=["default", "minimal", "user"])  # fmt: skip
@pytest.mark.parametrize("place", PLANTERS)
def test_nothing_is_left_of_what_was_planted(run, real, place, recipe):
    marks = Marks()

    result = run(real.file(PLANTERS[place](real.encoding, marks)), recipe)

    assert result.written, result.report.reason
    assert marks.left_in(result.everything) == []
    result.dataset()


def test_an_illegal_sop_class_uid_is_not_written(run, real):
    marks = Marks()
    wrong = element(0x00080016, "UI", marks("SOPClassUID"), real.encoding)

    assert marks.left_in(run(real.file([(0x00080016, wrong)])).everything) == []


def test_a_sop_class_uid_with_a_wrong_vr_does_not_get_into_file_meta(run, real):
    marks = Marks()
    wrong = element(0x00080016, "LO", marks("SOPClassUID as LO"), real.encoding)

    assert marks.left_in(run(real.file([(0x00080016, wrong)])).everything) == []


def test_the_preamble_does_not_get_through(run, real):
    marks = Marks()

    result = run(real.file(preamble=marks("preamble").encode() * 8))

    assert result.written
    assert marks.left_in(result.everything) == []


def test_file_meta_information_does_not_get_through(run, real):
    marks = Marks()
    meta = b"".join(
        element(tag, vr, marks(f"{tag:08x}"), EXPLICIT)
        for tag, vr in {
            0x00020013: "SH",
            0x00020016: "AE",
            0x00020017: "AE",
            0x00020026: "UR",
            0x00020050: "LO",
            0x00020100: "UI",
            0x00020102: "OB",
        }.items()
    )

    result = run(real.file(meta=meta), default="KEEP")

    assert result.written
    assert marks.left_in(result.everything) == []


@pytest.mark.parametrize("tag", [0x00000600, 0x00020016])
def test_groups_that_no_data_set_may_hold_do_not_get_through(run, real, tag):
    marks = Marks()
    planted = element(tag, "AE", marks("command"), real.encoding)

    # In front, where a reader that looks at group numbers only may stop or go on.
    result = run(real.file([(0x00000001, planted)]), default="KEEP")

    assert marks.left_in(result.everything) == []


AFTER = {
    "text": lambda mark, enc: mark("text").encode() * 4,
    "a line": lambda mark, enc: b"\n" + mark("line").encode() + b"\n",
    "zeros, then text": lambda mark, enc: bytes(64) + mark("text").encode(),
    "an element in order": lambda mark, enc: element(0xFFFE0001, "LO", mark("x"), enc),
    "an element out of order": lambda mark, enc: element(0x00100010, "PN", mark("x"), enc),
    "an unknown element": lambda mark, enc: element(0xFFFA0011, "LO", mark("x"), enc),
    "utf-16": lambda mark, enc: mark("utf-16").encode("utf-16-le"),
}


@pytest.mark.parametrize("what", AFTER)
@pytest.mark.parametrize("where", ["last", "after"])
def test_what_follows_the_data_set_does_not_get_through(run, real, what, where):
    marks = Marks()

    result = run(real.file(**{where: AFTER[what](marks, real.encoding)}))

    assert result.written, result.report.reason
    assert marks.left_in(result.everything) == []


def test_a_second_file_appended_to_the_first_does_not_get_through(run, real):
    marks = Marks()
    second = real.file([(0x00100010, element(0x00100010, "PN", marks("second"), real.encoding))])

    result = run(real.file(after=second))

    assert marks.left_in(result.everything) == []


@given(junk=st.binary(min_size=1, max_size=80))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_follows_the_pixel_data_is_dropped_or_refused(run, junk):
    marks = Marks()
    tail = junk + marks("tail").encode() + junk

    result = run(base(bundled("JPEG2000.dcm")).file(after=tail))

    assert result.report.code in ("", "unreadable")
    assert marks.left_in(result.everything) == []


@given(
    tag=st.integers(0x00090000, 0x7FDFFFFF),
    vr=st.sampled_from(
        ["AE", "CS", "DA", "DS", "LO", "LT", "OB", "PN", "SH", "ST", "TM", "UN", "UT", "QQ"]
    ),
    encoding=st.sampled_from(list(ENCODINGS.values())),
)
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_tag_holds_it_a_name_is_gone(run, tag, vr, encoding):
    marks = Marks()

    result = run(
        base(bundled("CT_small.dcm"), encoding).file(
            [(tag, element(tag, vr, marks("it"), encoding))]
        )
    )

    assert result.report.code in ("", "unreadable")
    assert marks.left_in(result.everything) == []


RULES = {
    "removed, all else kept": "FORMAT dicom\nDEFAULT KEEP\n%header\nREMOVE PatientName\n",
    "blanked, all else kept": "FORMAT dicom\nDEFAULT KEEP\n%header\nBLANK PatientName\n",
    "replaced, all else kept": "FORMAT dicom\nDEFAULT KEEP\n%header\nREPLACE PatientName Nobody\n",
    "found by a pattern": "FORMAT dicom\nDEFAULT KEEP\n%header\nREMOVE contains:PatientName\n",
    "removed, the sequences around kept": (
        "FORMAT dicom\n%header\nREMOVE PatientName\nKEEP ReferencedImageSequence\n"
        "KEEP ContentSequence\nKEEP IconImageSequence\nKEEP (0019,1001)\nKEEP (0010,1FFE)\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("place", sequence_places(EXPLICIT, lambda _: b""))
def test_a_rule_finds_its_attribute_at_any_depth(run, real, rule, place):
    marks = Marks()
    planted = sequence_places(
        real.encoding, lambda enc: element(0x00100010, "PN", marks("PatientName"), enc)
    )
    if place not in planted:
        pytest.skip("cannot be encoded in this transfer syntax")

    result = run(real.file(planted[place]), RULES[rule], remove_private=False)

    assert marks.left_in(result.everything) == []
    assert result.written or result.report.code == "unreadable", result.report.reason


def test_keeping_one_element_of_a_sequence_keeps_no_other(run, real):
    marks = Marks()
    enc = real.encoding
    inner = element(0x00081150, "UI", "1.2.3", enc) + element(0x00081155, "UI", marks("other"), enc)
    planted = sequence(0x00081140, [item(inner, enc)], enc)

    result = run(
        real.file([(0x00081140, planted)]),
        "FORMAT dicom\n%header\nKEEP ReferencedImageSequence__ReferencedSOPClassUID\n",
    )

    assert [list(i.keys()) for i in result.dataset()[0x00081140]] == [[0x00081150]]
    assert marks.left_in(result.everything) == []
