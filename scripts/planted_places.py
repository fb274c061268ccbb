"""Places in a data set where identifiers hide: nested, private, repeating, unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from planted_values import Patient
from planting import IMPLICIT, Encoding, element, item, nest, padded, sequence

Word = Callable[[str], str]
Places = Iterator[tuple[int, bytes]]


def every_place(enc: Encoding, word: Word, patient: Patient, referenced: str) -> Places:
    """Yield elements with canaries, each with its tag."""
    yield from _nested(enc, word, patient, referenced)
    yield from _content(enc, word, patient)
    yield from _private(enc, word)
    yield from _repeating(enc, word)


def _nested(enc: Encoding, word: Word, patient: Patient, referenced: str) -> Places:
    other = element(0x00100020, "LO", word("(0010,1002) > (0010,0020)"), enc)
    yield 0x00101002, sequence(0x00101002, [item(other, enc)], enc)
    uid = element(0x00081155, "UI", padded(referenced.encode(), b"\0"), enc)
    yield 0x00081140, sequence(0x00081140, [item(uid, enc)], enc)
    deep = element(0x00102297, "PN", word("four deep"), enc) + element(
        0x00104000, "LT", f"of {' '.join(patient.spoken)}", enc
    )
    tags = [0x0040A730, 0x00081115, 0x00081199, 0x00081250]
    yield 0x00081250, nest(deep, tags, enc, undefined=True)
    code = element(0x00080100, "SH", "T-D3000", enc) + element(
        0x00080104, "LO", f"Chest of {patient.spoken[0]}", enc
    )
    yield 0x00082218, sequence(0x00082218, [item(code, enc)], enc)


def _content(enc: Encoding, word: Word, patient: Patient) -> Places:
    name = element(0x0040A040, "CS", "PNAME", enc) + element(
        0x0040A123, "PN", word("(0040,A730) > (0040,A123)"), enc
    )
    text = element(0x0040A040, "CS", "TEXT", enc) + element(
        0x0040A160, "UT", f"report on {patient.spoken[0]} by {word('(0040,A730) > text')}", enc
    )
    yield 0x0040A730, sequence(0x0040A730, [item(name, enc), item(text, enc)], enc)


def _private(enc: Encoding, word: Word) -> Places:
    yield 0x00990010, element(0x00990010, "LO", "ZQ PLANTED BLOCK", enc)
    yield 0x00991001, element(0x00991001, "LO", word("private LO"), enc)
    yield 0x00991002, element(0x00991002, "UN", word("private UN"), enc)
    yield 0x00991003, element(0x00991003, "OB", word("private UTF-16").encode("utf-16-le"), enc)
    inner = element(0x00100010, "PN", word("private sequence"), enc)
    yield 0x00991004, nest(inner, [0x00081140, 0x00991004], enc, undefined=False)
    hidden = item(element(0x00100010, "PN", word("sequence as UN"), IMPLICIT), IMPLICIT)
    yield 0x00991005, element(0x00991005, "UN", hidden, enc)
    yield 0x009B1001, element(0x009B1001, "LO", word("private without creator"), enc)


def _repeating(enc: Encoding, word: Word) -> Places:
    yield 0x50002500, element(0x50002500, "LO", word("(5000,2500)"), enc)
    yield 0x50103000, element(0x50103000, "OW", word("(5010,3000)"), enc)
    yield 0x60004000, element(0x60004000, "LT", word("(6000,4000)"), enc)
    yield 0x60024000, element(0x60024000, "LT", word("(6002,4000)"), enc)
