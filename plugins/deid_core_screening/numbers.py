"""Identifiers and telephone numbers → the forms in which they are looked for.

Only letters and digits count. One of six or more is found with up to three other signs between
any two of them (``1234-5678``, ``12 34 56 78``); one of five with one such sign (``123-45``), and
one of four or five with such signs where the value itself has some, and between a letter and a
digit. Leading zeros may come or go as long as five digits are left. A digit or, with fewer than
six characters, a letter must not touch it.

A short one, of up to three characters, or one that is a common word, counts after a word that
announces it (``ID 12``, ``MRN: 12``), and as all that stands in a value, with three characters
or more in a line of it as well, unless the value is a code or a number (VR CS, DS, IS). With a
letter and a sign in it (``P-1``) it counts wherever it is written with signs there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial

import regex

from deid_core_screening.folding import folded, squeezed
from deid_core_screening.forms import (
    GAP,
    NO_DIGIT_AFTER,
    NO_DIGIT_BEFORE,
    NO_LETTER_AFTER,
    NO_LETTER_BEFORE,
    NO_SIGN_AFTER,
    NO_SIGN_BEFORE,
    WIDE,
    Form,
    any_of,
    escaped,
    is_line,
    line,
    signs,
)
from deid_core_screening.reading import Reading
from deid_core_screening.words import COMMON, PLACEHOLDERS, words

SHORT, LONG, MOST = 4, 6, 64
SHORTEST_ALONE = 3
FEWEST_DIGITS = 5
FEWEST_OF_NUMBER = 7
"""Digits of a telephone number that tell it without its country and area."""

_ANNOUNCING = sorted(
    words(
        "id mrn pid nr num number acc accession case phone tel patient pat pt order visit "
        "admission patientid caseid studyid orderid fallnr patnr patid"
    )
)
_ANNOUNCED = rf"(?:{any_of(_ANNOUNCING)}|no[.:\#])(?:[^\w\r\n]|_){{0,3}}"
_COUNTRY = rf"(?:(?:\+|{NO_DIGIT_BEFORE}00){GAP}\d{{1,3}}?{GAP})?(?:0{GAP})?"
_SIGNS = regex.compile(r"[\W_]+")
_PIECES = regex.compile(r"[^\W\d_]+|\d+")


@lru_cache(maxsize=16384)
def identifier_forms(value: str) -> tuple[Form, ...]:
    """Return the forms of an identifier."""
    return tuple(_forms(value))


def _forms(value: str) -> Iterator[Form]:
    whole = folded(value)
    pieces = _PIECES.findall(whole)
    text = "".join(pieces)[:MOST]
    if not text or set(text) <= {"0"} or text in PLACEHOLDERS:
        return
    common = text in COMMON or (text.isalpha() and len(text) < SHORT)
    if len(text) < SHORT or common:
        yield from _announced(text)
        if len(pieces) > 1 and not text.isdigit() and squeezed(whole) != whole:
            yield Form((text,), _as_written, (whole,), number=True, probes=())
        return
    zeros = text.isdigit() and len(text.lstrip("0")) >= FEWEST_DIGITS
    core = text.lstrip("0") if zeros else text
    yield Form((core,), _number, (text, tuple(pieces)), number=True)


def _as_written(whole: str) -> str:
    written = WIDE.join(map(escaped, _SIGNS.split(whole.strip())))
    return f"{NO_SIGN_BEFORE}{written}{NO_SIGN_AFTER}"


def _number(text: str, pieces: tuple[str, ...]) -> str:
    zeros = text.isdigit() and len(text.lstrip("0")) >= FEWEST_DIGITS
    core = text.lstrip("0") if zeros else text
    if len(text) >= LONG:
        before = NO_DIGIT_BEFORE if text[0].isdigit() else NO_LETTER_BEFORE
        after = NO_DIGIT_AFTER if text[-1].isdigit() else NO_LETTER_AFTER
        pattern = signs(core, GAP)
    else:
        before, after = NO_SIGN_BEFORE, NO_SIGN_AFTER
        kept = _without_zeros(list(pieces)) if zeros else pieces
        pattern = GAP.join(map(escaped, kept))
        if len(core) == FEWEST_DIGITS and len(pieces) == 1:
            pattern = signs(core, r"[\W_]?")
    leading = rf"(?:0{GAP})*" if zeros else ""
    return f"{before}{leading}{pattern}{after}"


def _without_zeros(pieces: list[str]) -> list[str]:
    """Return pieces without the zeros that they start with together."""
    while not pieces[0].lstrip("0"):
        pieces = pieces[1:]
    return [pieces[0].lstrip("0"), *pieces[1:]]


def _announced(text: str) -> Iterator[Form]:
    literals = (*(word + text for word in _ANNOUNCING), f"no{text}")
    yield Form(literals, _after, (_ANNOUNCED, text), number=True, probes=())
    yield Form(
        (text,), _after, (r"\#", text), alone=True, number=True, probes=(), likely=_has_number_sign
    )
    likely = partial(is_line, text)
    yield Form((text,), _by_itself, (text,), alone=True, number=True, likely=likely)


def _has_number_sign(reading: Reading) -> bool:
    return "#" in reading.plain.text


def _short(text: str) -> str:
    return signs(text, r"[._/\-]?")


def _after(announcing: str, text: str) -> str:
    return rf"(?<={NO_SIGN_BEFORE}{announcing}){_short(text)}{NO_SIGN_AFTER}"


def _by_itself(text: str) -> str:
    pattern = _short(text)
    return line(pattern) if len(text) >= SHORTEST_ALONE else rf"\A[\W_]*{pattern}[\W_]*\Z"


@lru_cache(maxsize=4096)
def contact_forms(contact: str) -> tuple[Form, ...]:
    """Return the forms of a telephone number, an e-mail address or the like.

    A number is found without its country or with a zero instead, and with another country.
    """
    return tuple(_forms_of_contact(contact))


def _forms_of_contact(contact: str) -> Iterator[Form]:
    yield from identifier_forms(contact)
    if "@" in contact:
        yield from identifier_forms(contact.replace("@", " at "))
    if any(sign.isalpha() for sign in contact):
        for number in regex.findall(r"\+?\d[\d\s()./\-]{5,}\d", contact):
            yield from contact_forms(number)
        return
    digits = "".join(regex.findall(r"\d", contact))
    cores = {digits.lstrip("0")}
    if contact.strip().startswith(("+", "00")):
        cores |= {digits.lstrip("0")[code:].lstrip("0") for code in (1, 2, 3)}
    elif digits.startswith("1"):
        cores.add(digits[1:])
    for core in sorted(core for core in cores if len(core) >= FEWEST_OF_NUMBER):
        yield Form((core,), _telephone, (core,), number=True)


def _telephone(core: str) -> str:
    return f"{_COUNTRY}{signs(core, GAP)}{NO_DIGIT_AFTER}"
