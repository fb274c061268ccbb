"""Data sets of any elements, VRs, values, nesting and encodings: what must hold of all holds of them."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz import kinds
from fuzz.whole import Whole

KNOWN = [
    0x00080005, 0x00080008, 0x00080016, 0x00080018, 0x00080020, 0x00080060, 0x00080070, 0x00081030,
    0x00081115, 0x00100010, 0x00100020, 0x00100030, 0x00104000, 0x00120064, 0x00180050, 0x0020000D,
    0x0020000E, 0x00200032, 0x00209453, 0x00280002, 0x00280010, 0x00280103, 0x00283006, 0x00400275,
    0x0040A040, 0x0040A123, 0x0040A160, 0x0040A730, 0x50002500, 0x54000100, 0x60003000, 0x60004000,
    0x7FE00010, 0xFFFAFFFA, 0xFFFCFFFC,
]  # fmt: skip
PRIVATE = [0x00290010, 0x00291001, 0x00291002, 0x00091001, 0x7FE11001]
VRS = [
    "AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "OB", "OD", "OF", "OL",
    "OV", "OW", "PN", "SH", "SL", "SQ", "SS", "ST", "SV", "TM", "UC", "UI", "UL", "UN", "UR", "US",
    "UT", "UV",
]  # fmt: skip
ENCODINGS = [kinds.EXPLICIT, kinds.IMPLICIT, kinds.BIG, kinds.DEFLATED, kinds.JPEG]
TEXTS = [
    kinds.NAME, kinds.PATIENT_ID, kinds.BIRTH_DATE, "OT", "YES", "ISO_IR 192", "ISO 2022 IR 87",
    "1.2.840.10008.5.1.4.1.1.7", "1.2.3\\1.2.4", "20200230", "1e400", "-0", "\\\\", "CONTAINER",
]  # fmt: skip

tags = st.one_of(
    st.sampled_from(KNOWN), st.sampled_from(PRIVATE), st.integers(0x00080000, 0xFFFDFFFF)
)
values = st.one_of(
    st.sampled_from(TEXTS).map(lambda text: text.encode("latin-1")),
    st.binary(max_size=24),
    st.text(max_size=8).map(lambda text: text.encode("utf-8", "replace")),
)


@st.composite
def elements(draw: st.DrawFn, encoding: kinds.Encoding, depth: int = 0) -> bytes:
    """Draw an encoded element, or a sequence of such."""
    tag = draw(tags)
    if depth < 3 and draw(st.integers(0, 4)) == 0:
        items = draw(st.lists(data_sets(encoding, depth + 1), max_size=2))
        vr = draw(st.sampled_from(["SQ", "SQ", "SQ", "UN"]))
        return kinds.sequence(tag, *items, encoding=encoding, is_open=draw(st.booleans()), vr=vr)
    vr, value = draw(st.sampled_from(VRS)), draw(values)
    length = draw(st.one_of(st.none(), st.none(), st.none(), st.integers(0, 40)))
    return kinds.element(tag, vr, value, encoding, length)


@st.composite
def data_sets(draw: st.DrawFn, encoding: kinds.Encoding, depth: int = 0) -> bytes:
    """Draw the elements of a data set or item, mostly in the order of their tags."""
    found = draw(st.lists(elements(encoding, depth), max_size=5))
    if draw(st.integers(0, 5)):
        order = "little" if encoding.little else "big"
        found.sort(key=lambda one: (one[:2] if order == "big" else one[1::-1], one[2:4]))
    return b"".join(found)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Draw a file; a patient comes first in most."""
    encoding = draw(st.sampled_from(ENCODINGS))
    content = draw(data_sets(encoding))
    if draw(st.integers(0, 3)):
        content = kinds.patient(encoding) + content
    if encoding is kinds.DEFLATED:
        content = kinds.deflated(content)
    return kinds.part_10(content, encoding.syntax)


@pytest.fixture(scope="module")
def wholes(tmp_path_factory) -> list[Whole]:
    folder = tmp_path_factory.mktemp("built")
    return [Whole(folder / "profile"), Whole(folder / "default", recipes=())]


ask = partial(
    settings,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@ask(max_examples=60)
@given(file=files())
def test_whatever_a_data_set_holds_both_readers_make_the_same_and_nothing_bad_of_it(wholes, file):
    for whole in wholes:
        whole(file)


@pytest.mark.exhaustive
@ask(max_examples=5000)
@given(file=files())
def test_the_same_of_thousands_of_data_sets(wholes, file):
    for whole in wholes:
        whole(file)
