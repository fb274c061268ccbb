"""The one engine of the sweep, of screening rules and of free text: find own values, cut them out.

Forms (`names`, `numbers`, `addresses`, `birthdates`) are looked for in two steps. First the
letters and digits of a text are asked whether they hold any of the forms' literals: one search
for plain text, after which most values are done with. Only where one is in them, and the form is
likely, its pattern is written, compiled and searched.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache

import attrs
import regex

from deid_core.literals import Literals
from deid_core.search import SEARCH_SECONDS
from deid_core_screening.addresses import address_forms
from deid_core_screening.birthdates import date_form, days
from deid_core_screening.encodings import Probes, chunks, decodings, encoded_forms, stands_in_text
from deid_core_screening.folding import Folded, fold, folded
from deid_core_screening.forms import Form, compiled
from deid_core_screening.memory import Memory
from deid_core_screening.names import name_forms, numbers_in
from deid_core_screening.numbers import contact_forms, identifier_forms
from deid_core_screening.reading import LONGEST_REMEMBERED, Reading, readings_of
from deid_core_screening.sources import Own

DICOM = "10008"
"""The component of all UIDs of the standard."""

MOST_ROUNDS = 100
REMEMBERED, ROOM = 1024, 1 << 16
BYTES_IN_TIME = 1 << 22
"""Long bytes get as much time again for each of these."""
SHORT_BYTES = 4096
"""Bytes up to which a value is read as text whole, so that short values count as such."""

_TEXTS: Memory[tuple[str, ...]] = Memory(4096, 1 << 19, LONGEST_REMEMBERED)

_CAMEL = regex.compile(r"(?<=\p{Ll})(?=\p{Lu})")
_WORD = regex.compile(r"[^\W\d_]+")


class TooSlow(Exception):
    """A search took too long, so that nobody knows what is there."""


@attrs.frozen
class Looks:
    """What is looked for: ``alone`` what counts where it stands alone, ``numbers`` identifiers.

    ``announced`` is what counts after a word that announces it.
    """

    alone: bool = True
    numbers: bool = True
    announced: bool = True

    def look_for(self, form: Form) -> bool:
        """Tell whether a form is looked for."""
        announced = self.announced or form.probes != ()
        return form.alone <= self.alone and form.number <= self.numbers and announced


ALL = Looks()
IN_CODES = Looks(alone=False)
"""For VR CS, whose values are terms: a common word or a short identifier is one of them."""
IN_BYTES = Looks(alone=False, announced=False)


class TextCleaner:
    """Finds the values of one patient in text and bytes, and takes them out of text."""

    def __init__(self, own: Own) -> None:
        self._own = own
        self._forms = tuple(dict.fromkeys(_forms(own)))
        literals: dict[str, tuple[Form, ...]] = {}
        for form in self._forms:
            for literal in form.literals:
                literals[literal] = (*literals.get(literal, ()), form)
        self._literals = Literals(literals)
        self._known: Memory[bool] = Memory(REMEMBERED, ROOM, LONGEST_REMEMBERED)
        self._known_bytes: Memory[bool] = Memory(REMEMBERED, ROOM, LONGEST_REMEMBERED)

    @cached_property
    def birth_days(self) -> tuple[str, ...]:
        """The eight digits of each birth date."""
        return tuple(day.digits for day in days(self._own.dates))

    @cached_property
    def whole_numbers(self) -> frozenset[int]:
        """The identifiers of five digits and more, and the dates, as numbers."""
        return frozenset(_numbers(self._own, self.birth_days))

    @cached_property
    def long_numbers(self) -> frozenset[str]:
        """The same, as the components of a UID write them."""
        return frozenset(str(number) for number in self.whole_numbers) - {DICOM}

    @cached_property
    def _asked(self) -> frozenset[str]:
        """What bytes are asked for before they are decoded."""
        asked = (
            form.literals if form.probes is None else form.probes
            for form in self._forms
            if not form.alone
        )
        return frozenset(one for some in asked for one in some)

    @cached_property
    def _in_bytes(self) -> Probes:
        return Probes.of(_shortest(self._asked), self._own.names)

    @cached_property
    def _is_ascii(self) -> bool:
        return all(one.isascii() for one in (*self._asked, *self._own.names))

    def holds(self, text: str, looks: Looks = ALL) -> bool:
        """Tell whether text holds an own value. A search that takes too long counts as a hit."""
        key = (text, looks)
        known = self._known.get(key, len(text))
        if known is None:
            known = self._known.keep(key, len(text), self._found(text, looks))
        return known

    def may_hold(self, reading: Reading) -> bool:
        """Tell whether a value is worth a closer look. False means that no own value is in it."""
        return any(
            form.may_be_in(reading)
            for forms in self._literals.found_in(reading.letters)
            for form in forms
        )

    def _found(self, text: str, looks: Looks) -> bool:
        try:
            deadline = time.monotonic() + SEARCH_SECONDS
            return any(
                next(self._spans(one, looks, deadline), None) is not None
                for one in readings_of(text)
            )
        except (TimeoutError, TooSlow):
            return True

    def cleaned(self, text: str, looks: Looks = ALL) -> str:
        """Return text without own values; what is around stays, to the blank.

        Cleaning goes on until nothing is found any more, since what is left may join to another
        value. Where it takes too long, and where a value stands in a form that cannot be cut
        out, nothing is left. Text without own values is returned as it is.
        """
        deadline = time.monotonic() + SEARCH_SECONDS
        try:
            for _ in range(MOST_ROUNDS):
                if not self.holds(text, looks):
                    return text
                spans = sorted(self._spans(Reading.of(text), looks, deadline))
                if not spans:
                    return ""
                text = _without(text, spans)
        except (TimeoutError, TooSlow):
            return ""
        return ""

    @cached_property
    def probes(self) -> tuple[Literals[str], Literals[str]]:
        """What tells at once that bytes hold nothing: letters of ASCII, and what is encoded.

        The first are looked for in letters and digits alone, in small letters, the others in the
        bytes, both as Latin-1. What counts only where it stands alone is in neither.
        """
        plain = (one for one in self._asked if one.isascii())
        others = (one for one in self._asked if not one.isascii())
        encoded = encoded_forms([*self._own.names, *others])
        return Literals.of(plain), Literals.of(one.decode("latin-1") for one in encoded)

    def found_in_bytes(
        self, data: bytes, character_set: str | Sequence[str] | None, looks: Looks = ALL
    ) -> bool:
        """Tell whether bytes of unknown meaning hold an own value.

        They are read in the character set and in the usual encodings. In more than 4096 bytes,
        what counts only because it stands alone or after some word (see `names` and `numbers`)
        does not count, and a name of up to five letters counts in what reads like text.
        """
        if len(data) <= SHORT_BYTES:
            return self._found_in_short(data, character_set, looks)
        try:
            deadline = time.monotonic() + SEARCH_SECONDS * (1 + len(data) / BYTES_IN_TIME)
            return any(
                stands_in_text(text, *span)
                for chunk in chunks(data)
                for place in self._in_bytes.places(chunk)
                for text in decodings(place, character_set, self._in_bytes.encodings_in(place))
                for span in self._spans(Reading.of(text), IN_BYTES, deadline)
            )
        except (TimeoutError, TooSlow):
            return True

    def _found_in_short(
        self, data: bytes, character_set: str | Sequence[str] | None, looks: Looks
    ) -> bool:
        encodings = (
            (character_set,) if isinstance(character_set, str) else tuple(character_set or ())
        )
        key = (data, encodings, looks)
        known = self._known_bytes.get(key, len(data))
        if known is None:
            others = () if self._is_ascii else tuple(sorted(self._in_bytes.encodings_in(data)))
            texts = _texts_of(data, encodings, others)
            known = any(self.holds(text, looks) for text in texts)
            self._known_bytes.keep(key, len(data), known)
        return known

    def _spans(self, whole: Reading, looks: Looks, deadline: float) -> Iterator[tuple[int, int]]:
        """Yield where in the text that is read an own value stands."""
        found = {form for forms in self._literals.found_in(whole.letters) for form in forms}
        forms = [form for form in found if looks.look_for(form) and form.may_be_in(whole)]
        if not forms:
            return
        readings = [whole.plain]
        if _CAMEL.search(whole.text) is not None:
            readings.append(_split_at_capitals(whole.text))
        for reading in readings:
            for form in forms:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TooSlow
                for match in compiled(form).finditer(reading.text, timeout=left):
                    start, end = reading.span(*match.span())
                    if not form.capitals or _is_capital(whole.text[start:end]):
                        yield start, end


@lru_cache(maxsize=64)
def cleaner_of(own: Own) -> TextCleaner:
    """Return the cleaner of the own values, made once for instances that share them."""
    return TextCleaner(own)


def _texts_of(data: bytes, encodings: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """Return the texts that short bytes may be, but for those without any letter or digit."""
    key = (data, encodings, others)
    known = _TEXTS.get(key, len(data))
    if known is None:
        found = dict.fromkeys(decodings(data, encodings, others))
        known = tuple(text for text in found if any(one.letters for one in readings_of(text)))
        _TEXTS.keep(key, len(data), known)
    return known


MOST_DIGITS = 1024


def _forms(own: Own) -> Iterator[Form]:
    for name in sorted(own.names):
        yield from name_forms(name)
        for number in numbers_in(name):
            yield from identifier_forms(number)
    for identifier in sorted(own.identifiers):
        yield from identifier_forms(identifier)
    for contact in sorted(own.contacts):
        yield from contact_forms(contact)
    for address in sorted(own.addresses):
        yield from address_forms(address)
    for day in days(own.dates):
        yield date_form(day)


def _numbers(own: Own, dates: Iterable[str]) -> Iterator[int]:
    """Yield the identifiers of five digits and more, and the dates, as numbers."""
    for value in (*own.identifiers, *own.contacts, *dates):
        digits = "".join(sign for sign in folded(value) if sign.isalnum())
        # No value of a number has more digits, nor does Python read thousands of them.
        if digits.isdecimal() and len(digits.lstrip("0")) >= 5 and len(digits) <= MOST_DIGITS:  # noqa: PLR2004 - see numbers
            yield int(digits)


def _shortest(literals: Iterable[str]) -> tuple[str, ...]:
    """Return the literals that hold no other: text without these holds none of the rest."""
    kept: list[str] = []
    for literal in sorted(set(literals), key=lambda one: (len(one), one)):
        if not any(one in literal for one in kept):
            kept.append(literal)
    return tuple(kept)


def _split_at_capitals(text: str) -> Folded:
    """Fold text with a blank before every capital that follows a small letter."""
    plain = fold(text)
    starts = plain.starts if plain.starts is not None else list(range(len(text)))
    ends = plain.ends if plain.ends is not None else list(range(1, len(text) + 1))
    cuts = {match.start() for match in _CAMEL.finditer(text)}
    signs: list[str] = []
    froms: list[int] = []
    tos: list[int] = []
    for index, sign in enumerate(plain.text):
        if starts[index] in cuts and (index == 0 or starts[index - 1] != starts[index]):
            signs.append(" ")
            froms.append(starts[index])
            tos.append(starts[index])
        signs.append(sign)
        froms.append(starts[index])
        tos.append(ends[index])
    return Folded("".join(signs), froms, tos)


def _is_capital(text: str) -> bool:
    """Tell whether every word starts with a capital, in scripts that have such."""
    return all(not word[0].islower() for word in _WORD.findall(text))


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """Cut out spans that are sorted, with the blank that would be left over beside another."""
    kept: list[str] = []
    at = 0
    for start, end in spans:
        if end <= at:
            continue
        kept.append(text[at : max(start, at)])
        at = max(end, at)
        left = next((one[-1] for one in reversed(kept) if one), "")
        right = text[at : at + 1]
        if left in ("", " ", "\t", "\n", "\r") and right in (" ", "\t"):
            at += 1
        elif left.isalnum() and right.isalnum():
            kept.append(" ")
    kept.append(text[at:])
    rest = "".join(kept)
    if not any(sign.isalnum() for sign in rest):
        return ""
    return rest.rstrip(" ") if at >= len(text) and not text.endswith(" ") else rest
