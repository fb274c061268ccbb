"""Whatever identifier stands in whatever stays refuses the file: for places and spellings at random."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from deid_core import Outcome

NAMES = ["Simpson^Homer", "Okonkwo^Ngozi", "Fitzgerald^Eleanor^May"]
TEXTS = ["LO", "LT", "SH", "ST", "UC", "UT"]
BYTES = ["OB", "UN", "OW"]


@st.composite
def planted(draw: Any, name: str, number: str) -> str:
    """Draw a spelling of a word of the name, of all of it, or of the number."""
    words = [word for word in name.split("^") if len(word) > 3]
    joint = draw(st.sampled_from(["", " ", ", ", "_", "^", "-"]))
    some = draw(st.permutations(words))
    value = draw(
        st.sampled_from([words[0], joint.join(some), number, number[:3] + "-" + number[3:]])
    )
    value = draw(st.sampled_from([str.upper, str.lower, str]))(value)
    around = draw(st.sampled_from(["%s", "(%s)", "x %s y", "12 %s.", "_%s_"]))
    return str(around % value)


@st.composite
def leak(draw: Any) -> tuple[Dataset, str, str]:
    """Draw a data set, at some depth of which an identifier stands, and its syntax."""
    name = draw(st.sampled_from(NAMES))
    number = draw(st.from_regex(r"[1-9][0-9]{6,9}", fullmatch=True))
    text = draw(planted(name, number))
    inner = Dataset()
    if draw(st.booleans()):
        vr = draw(st.sampled_from([*TEXTS, *BYTES]))
        data = text.encode(draw(st.sampled_from(["ascii", "utf-16-le", "utf-16-be"])))
        value: Any = text if vr in TEXTS else data + b"\0" * (len(data) % 2)
        block = inner.private_block(draw(st.sampled_from([0x0009, 0x0041])), "ACME", create=True)
        block.add_new(draw(st.integers(0, 255)), vr, value)
    else:
        tag = draw(st.sampled_from([0x00081030, 0x00104000, 0x00204000, 0x00400254, 0x40080300]))
        inner.add_new(tag, "LO" if tag != 0x40080300 else "ST", text)
    for tag in draw(st.lists(st.sampled_from([0x00081140, 0x0040A730, 0x00400275]), max_size=3)):
        outer = Dataset()
        outer.add_new(tag, "SQ", Sequence([Dataset(), inner]))
        inner = outer
    inner.PatientName, inner.PatientID = name, number
    inner.SOPClassUID, inner.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.7", "1.2.3.4"
    syntax = draw(st.sampled_from([ExplicitVRLittleEndian, ImplicitVRLittleEndian]))
    return inner, syntax, text


@given(drawn=leak())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_planted_anywhere_refuses_the_file(run: Any, drawn: Any) -> None:
    dataset, syntax, text = drawn
    report = run(
        dataset,
        "REMOVE PatientName",
        "REMOVE PatientID",
        top="DEFAULT KEEP",
        syntax=syntax,
        remove_private=False,
        overwrite=True,
    )
    assert (report.outcome, report.code) == (Outcome.REFUSED, "identifier-left")
    assert text not in report.reason
