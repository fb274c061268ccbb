"""One instance's elements, one after the other: what holds an own value, and what becomes of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import attrs
from pydicom.charset import python_encoding

from deid_core import Change, ElementPath, Field, ReadError, RemoveElement, SetValue, dictionary
from deid_core.elements import ITEMS, texts
from deid_core_screening.attributes import BULK, CONCEPT_VALUES, DATES_OF_STUDIES
from deid_core_screening.codes import CODES, looks_in_code
from deid_core_screening.cutoff import ROOM, without_cut_off
from deid_core_screening.glance import LEGAL, NUMBERS_AS_TEXT, TEXT_VRS, Closer, Glance, glance
from deid_core_screening.interest import may_be_place
from deid_core_screening.raw import (
    character_set_of,
    encoded_length,
    encoded_part,
    encoded_value,
    encodings_of,
    holder_of,
    is_simple,
)
from deid_core_screening.sizes import SIZES, fits, is_limited, is_misfit
from deid_core_screening.sources import Own, is_place
from deid_core_screening.tail import length_of_frames
from deid_core_screening.terms import is_term
from deid_core_screening.text import ALL, IN_CODES, Looks, TextCleaner
from deid_core_screening.uids import is_registered

BINARY = frozenset(["OB", "OD", "OF", "OL", "OV", "OW", "UN"])
NUMBERS = frozenset(SIZES)
DATES = frozenset(["DA", "DT"])
FREE_TEXT = frozenset(["LO", "LT", "SH", "ST", "UC", "UT"])
SEEN_AT_A_GLANCE = TEXT_VRS.union(LEGAL, NUMBERS_AS_TEXT)

Rewrite = Callable[[str], str]
"""What is done to free text besides cleaning it, under ``SWEEP clean``."""

Tell = Callable[[str], bool]
"""What tells that free text must go although no own value is in it, under ``SWEEP remove``."""


@attrs.frozen
class Sort:
    """What the tag and VR of an element tell of the way it is examined.

    ``vr`` is the dictionary's where the file does not know it. What ``is_bulk`` has no text, and
    what ``is_number`` has no value that could be an own one, if it is no place of such.
    """

    vr: str
    keyword: str
    is_private: bool
    is_bulk: bool
    is_number: bool
    may_be_place: bool
    is_free: bool


@lru_cache(maxsize=65536)
def sort_of(tag: int, vr: str) -> Sort:
    """Return the sort of an element, by its tag and the VR that the file gives it."""
    path = ElementPath(tag, vr)
    allowed = dictionary.vrs_of(tag) if vr == "UN" else ()
    known, keyword = allowed[0] if allowed else vr, path.keyword
    return Sort(
        known,
        keyword,
        path.is_private,
        is_bulk=keyword in BULK
        and (known in BINARY or (known in NUMBERS and not is_limited(tag, known))),
        is_number=known in NUMBERS and bool(dictionary.vrs_of(tag)) and vr in (known, "UN"),
        may_be_place=may_be_place(tag, vr),
        # The version of a device may be a date, but none of the patient's.
        is_free=known in FREE_TEXT and "Version" not in keyword,
    )


def passes_over(path: ElementPath) -> bool:
    """Tell what is never looked at: pictures and curves."""
    sort = sort_of(path.tag, path.vr)
    return sort.is_bulk and (sort.keyword != "PixelData" or bool(path.parents))


@attrs.frozen
class Examination:
    """What is known of one instance while its elements are examined.

    ``closer`` tells of text whether one of ``rewrites`` or ``tells`` may have anything to do with
    it; without it all is given to them. ``studies`` are looked for in free text by one of ``tells``.
    """

    own: Own
    cleaner: TextCleaner
    rewrites: tuple[Rewrite, ...] = ()
    tells: tuple[Tell, ...] = ()
    closer: Closer | None = None
    studies: TextCleaner | None = None

    def examine(self, field: Field, protected: bool) -> Change | None:  # noqa: FBT001 - as specified
        """Return the change of an element that holds an own value; None if it holds none."""
        path = field.path
        sort = sort_of(path.tag, path.vr)
        if sort.is_bulk:
            return self._pixels(field) if sort.keyword == "PixelData" else None
        if sort.may_be_place and is_place(path, holder_of(field)):
            # Where an own value stands, nobody needs to look for it.
            return None if protected else RemoveElement()
        if self._is_innocent(field, sort, protected=protected):
            return None
        try:
            # A length that lies may have taken in any other element.
            misfit = is_misfit(field, sort.vr, is_number=sort.is_number)
            value = None if misfit or sort.is_number else field.value
        except ReadError:
            misfit, value = True, None
        return _gone(misfit) if value is None else self._value(field, value, protected=protected)

    def looks_beside(self, field: Field) -> bool:
        """Tell whether the answer about an element depends on others: its concept, code or frames."""
        tag = field.path.tag
        if tag in CONCEPT_VALUES or field.path.keyword == "PixelData":
            return True
        if tag not in CODES:
            return False
        try:
            values = texts(field.value)
        except ReadError:
            return False
        return any(self.cleaner.holds(one, self._looks_alone(field)) for one in values)

    def is_innocent(
        self,
        path: ElementPath,
        data: bytes,
        encodings: tuple[str, ...],
        protected: bool,  # noqa: FBT001 - as specified
    ) -> bool:
        """Tell at a glance that `examine` finds nothing in an encoded value, as in most."""
        sort = sort_of(path.tag, path.vr)
        if sort.is_bulk or sort.may_be_place:
            return False
        if sort.is_number:
            return fits(path.tag, sort.vr, len(data))
        return self._seems_innocent(path.vr, sort, data, encodings, protected=protected)

    def _is_innocent(self, field: Field, sort: Sort, *, protected: bool) -> bool:
        if field.path.vr not in SEEN_AT_A_GLANCE:
            return False
        data = encoded_value(field)
        return data is not None and self._seems_innocent(
            field.path.vr, sort, data, encodings_of(field), protected=protected
        )

    def _seems_innocent(
        self, vr: str, sort: Sort, data: bytes, encodings: tuple[str, ...], *, protected: bool
    ) -> bool:
        closer = self.closer
        is_text = vr in TEXT_VRS
        if vr not in SEEN_AT_A_GLANCE or (
            is_text and closer is None and (self.rewrites or self.tells)
        ):
            return False
        if not is_simple(data, encodings):
            return False
        seen = glance(data, vr, closer if sort.is_free else None)
        if seen.reading is None:
            return False
        if not is_text:
            return (protected and vr == "UI") or not self._is_own(seen, sort)
        studies = self.studies if sort.is_free else None
        return not self.cleaner.may_hold(seen.reading) and (
            studies is None or not studies.may_hold(seen.reading)
        )

    def _is_own(self, seen: Glance, sort: Sort) -> bool:
        """Tell whether a number, a date or a component of a UID is an own value."""
        if sort.vr in DATES and sort.keyword not in DATES_OF_STUDIES:
            return any(own in day for own in self.cleaner.birth_days for day in seen.days)
        if sort.vr == "UI":
            return not self.cleaner.long_numbers.isdisjoint(seen.components)
        return not self.cleaner.whole_numbers.isdisjoint(seen.numbers)

    def _pixels(self, field: Field) -> Change | None:
        """Look at what follows the last frame, and overwrite it if it holds an own value."""
        length = None if field.path.parents else encoded_length(field)
        end = None if length is None else length_of_frames(holder_of(field))
        if length is None or end is None or length <= end or encoded_part(field, 0, 4) in ITEMS:
            return None
        tail = encoded_part(field, end, length).strip(b"\0")
        if not tail or not self.cleaner.found_in_bytes(tail, character_set_of(field)):
            return None
        return SetValue(encoded_part(field, 0, end) + bytes(length - end))

    def _value(self, field: Field, value: Any, *, protected: bool) -> Change | None:
        vr = _vr_of(field)
        if field.path.is_private and vr == "UN":
            # pydicom may know better, but only bytes can be written where the file does not.
            data = encoded_value(field)
            value = data if data is not None else value
            if not isinstance(value, bytes):
                return RemoveElement()
        if vr in NUMBERS:
            return self._number(field, value)
        if isinstance(value, bytes):
            return _gone(self.cleaner.found_in_bytes(value, character_set_of(field)))
        if vr in LEGAL or vr in NUMBERS_AS_TEXT:
            return self._formal(field, texts(value), protected=protected)
        return self._text(field, value)

    def _number(self, field: Field, value: Any) -> Change | None:
        """Examine binary numbers: in private elements they may be an identifier, or spell text."""
        values = value if isinstance(value, list) else [value]
        if not self.cleaner.whole_numbers.isdisjoint(values):
            return RemoveElement()
        data = encoded_value(field)
        return _gone(data is not None and self.cleaner.found_in_bytes(data, None))

    def _formal(self, field: Field, values: tuple[str, ...], *, protected: bool) -> Change | None:
        """Examine values whose VR has a form: dates, times, ages, UIDs and numbers."""
        vr = _vr_of(field)
        if vr in NUMBERS_AS_TEXT:
            found = any(self._is_own_number(value) for value in values)
        elif not all(LEGAL[vr].fullmatch(value.strip()) for value in values):
            found = any(self.cleaner.holds(value) for value in values)
        elif vr in DATES:
            found = field.path.keyword not in DATES_OF_STUDIES and self._is_birth_date(values)
        elif vr == "UI":
            components = {part for value in values for part in value.split(".")}
            found = not (
                protected
                or self.cleaner.long_numbers.isdisjoint(components)
                or all(is_registered(value.strip(" \0")) for value in values)
            )
        else:
            found = False
        return _gone(found)

    def _is_own_number(self, value: str) -> bool:
        try:
            return Decimal(value.strip()) in self.cleaner.whole_numbers
        except InvalidOperation:
            return self.cleaner.holds(value, IN_CODES)

    def _is_birth_date(self, values: tuple[str, ...]) -> bool:
        own = self.cleaner.birth_days
        return any(day in value.replace(".", "") for value in values for day in own)

    def _text(self, field: Field, value: Any) -> Change | None:
        if field.path.keyword == "SpecificCharacterSet" and set(texts(value)) <= set(
            python_encoding
        ):
            return None
        if all(is_term(field.path.keyword, one) for one in texts(value)):
            return None
        looks = self._looks(field, value)
        free = sort_of(field.path.tag, field.path.vr).is_free
        if self.rewrites:
            cleaned = _each(
                value, lambda text: self._cleaned(self._whole(field, text), looks, free=free)
            )
            if cleaned != value:
                return RemoveElement() if self._is_no_better(field, cleaned) else SetValue(cleaned)
        elif any(self._tells(field, text, looks, free=free) for text in texts(value)):
            return RemoveElement()
        data = encoded_value(field)
        if data is None or _is_plain(data):
            return None
        # What the declared character set makes of the bytes may not be what was written.
        return _gone(self.cleaner.found_in_bytes(data, character_set_of(field)))

    def _is_no_better(self, field: Field, cleaned: Any) -> bool:
        """Tell whether cleaned text is too long, as with another UID, or still tells something."""
        values = texts(cleaned)
        if any(len(one) > ROOM.get(_vr_of(field), len(one)) for one in values):
            return True
        left = _encoded(values, character_set_of(field))
        return not left.isascii() and self.cleaner.found_in_bytes(left, None)

    def _tells(self, field: Field, text: str, looks: Looks, *, free: bool) -> bool:
        return (
            self.cleaner.holds(text, looks)
            or self._whole(field, text) != text
            or (free and any(tell(text) for tell in self.tells))
        )

    def _whole(self, field: Field, text: str) -> str:
        return without_cut_off(text, _vr_of(field), self.own.names)

    def _cleaned(self, text: str, looks: Looks, *, free: bool) -> str:
        rest = self.cleaner.cleaned(text, looks)
        if not free:
            return rest
        for rewrite in self.rewrites:
            rest = rewrite(rest)
        return self.cleaner.cleaned(rest, looks)

    def _looks_alone(self, field: Field) -> Looks:
        """Return what is looked for in a text, whatever stands beside it."""
        return IN_CODES if _vr_of(field) == "CS" else ALL

    def _looks(self, field: Field, value: Any) -> Looks:
        """Return what is looked for in a text: in codes and terms no word of studies is."""
        looks = self._looks_alone(field)
        if field.path.tag in CODES and any(self.cleaner.holds(one, looks) for one in texts(value)):
            return looks_in_code(field, looks)
        return looks


def _vr_of(field: Field) -> str:
    """Return the VR of the element: the dictionary's where the file does not know it (UN)."""
    return sort_of(field.path.tag, field.path.vr).vr


def _gone(found: bool) -> Change | None:  # noqa: FBT001 - a fact, not a flag
    return RemoveElement() if found else None


def _encoded(values: tuple[str, ...], character_set: str | Sequence[str] | None) -> bytes:
    """Return the bytes that values will be: what was declared wrongly may be text in another way."""
    text = "\\".join(values)
    declared = [character_set] if isinstance(character_set, str) else list(character_set or ())
    for encoding in declared:
        with contextlib.suppress(LookupError, UnicodeError):
            return text.encode(encoding)
    return text.encode("utf-8", "replace")


def _is_plain(data: bytes) -> bool:
    return data.isascii() and b"\x1b" not in data and b"\0" not in data.rstrip(b"\0 ")


def _each(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, list):
        return [_each(one, change) for one in value]
    return change(value) if isinstance(value, str) else value
