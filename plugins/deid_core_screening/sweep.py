"""Look for the patient's own values in what stays, and take them out."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

import attrs
import regex
from pydicom.charset import python_encoding

from deid_core import (
    Batch,
    Change,
    Field,
    Identifiers,
    Instance,
    ReadError,
    RemoveElement,
    SetValue,
    Sweep,
    dictionary,
)
from deid_core.elements import texts
from deid_core_screening.ages import cap_ages
from deid_core_screening.attributes import BULK, DATES_OF_STUDIES
from deid_core_screening.birthdates import days
from deid_core_screening.codes import CODES, looks_in_code
from deid_core_screening.cutoff import ROOM, without_cut_off
from deid_core_screening.dates import mover, rewrite_dates
from deid_core_screening.raw import character_set_of, encoded_value
from deid_core_screening.sources import Own, own_values
from deid_core_screening.tail import length_of_frames
from deid_core_screening.terms import is_term
from deid_core_screening.text import ALL, IN_CODES, Looks, TextCleaner, cleaner_of
from deid_core_screening.uids import holds_uid, is_registered, rewrite_uids

BINARY = frozenset(["OB", "OD", "OF", "OL", "OV", "OW", "UN"])
NUMBERS = frozenset(["AT", "FD", "FL", "SL", "SS", "SV", "UL", "US", "UV"])
NUMBERS_AS_TEXT = frozenset(["DS", "IS"])
DATES = frozenset(["DA", "DT"])
LEGAL = {
    "AS": regex.compile(r"\d{3}[DWMY]"),
    "DA": regex.compile(r"\d{8}|\d{4}\.\d{2}\.\d{2}|[\d-]{8,17}"),
    "DT": regex.compile(r"\d{4,14}(?:\.\d{1,6})?(?:[+-]\d{4})?"),
    "TM": regex.compile(r"\d{2,6}(?:\.\d{1,6})?|\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?"),
    "UI": regex.compile(r"[0-9.]+"),
}
"""What is legal in these VRs (PS3.5 6.2) holds no text; what is not is searched like text."""

FREE_TEXT = frozenset(["LO", "LT", "SH", "ST", "UC", "UT"])

Rewrite = Callable[[str], str]
"""What is done to free text besides cleaning it, under ``SWEEP clean``."""

Tell = Callable[[str], bool]
"""What tells that free text must go although no own value is in it, under ``SWEEP remove``."""

DICOM = "10008"
"""The component of all UIDs of the standard."""

RETAIN_UIDS = "113110"
"""The code of the option that keeps UIDs (PS3.16 CID 7050)."""


def sweep(instance: Instance, identifiers: Identifiers, batch: Batch) -> Sweep:
    """Return what examines the values of one instance.

    The own values are those of the data set, its file meta information and, by
    ``identifiers.elsewhere``, of other instances of the patient.
    """
    own = own_values(instance.elements, identifiers.elsewhere)
    clean = batch.settings.sweep == "clean"
    moved = mover(identifiers, batch)
    uids_stay = RETAIN_UIDS in batch.settings.methods
    rewrites: list[Rewrite] = [cap_ages]
    tells: list[Tell] = []
    if not uids_stay:
        rewrites.append(partial(rewrite_uids, batch=batch))
        tells.append(holds_uid)
    if moved is not None:
        rewrites.append(partial(rewrite_dates, moved=moved))
        tells.append(cleaner_of(Own(dates=own.studies)).holds)
    if clean:
        return Sweep(Examination(own, cleaner_of(own), tuple(rewrites)).examine)
    return Sweep(Examination(own, cleaner_of(own), tells=tuple(tells)).examine)


@attrs.frozen
class Examination:
    """What is known of one instance while its elements are examined."""

    own: Own
    cleaner: TextCleaner
    rewrites: tuple[Rewrite, ...] = ()
    tells: tuple[Tell, ...] = ()

    def examine(self, field: Field, protected: bool) -> Change | None:  # noqa: FBT001 - as specified
        """Return the change of an element that holds an own value; None if it holds none."""
        path, vr = field.path, _vr_of(field)
        if vr in (*BINARY, *NUMBERS) and path.keyword in BULK:
            return self._pixels(field) if path.keyword == "PixelData" else None
        if str(path) in self.own.places:
            # Where an own value stands, nobody needs to look for it.
            return None if protected else RemoveElement()
        if vr in NUMBERS and path.vr in (vr, "UN") and not path.is_private:
            return None
        plain = path.vr not in BINARY and not self.rewrites and not self.tells
        data = encoded_value(field) if plain else None
        if data is not None and vr not in NUMBERS and not self.cleaner.may_hold(data):
            return None
        try:
            value = field.value
        except ReadError:
            return RemoveElement()
        return None if value is None else self._value(field, value, protected=protected)

    def _pixels(self, field: Field) -> Change | None:
        """Look at what follows the last frame, and overwrite it if it holds an own value."""
        data = encoded_value(field)
        if data is None or field.path.parents:
            return None
        end = length_of_frames(field.context.instance.dataset, data)
        tail = data[end:].strip(b"\0")
        if not tail or not self.cleaner.found_in_bytes(tail, character_set_of(field)):
            return None
        return SetValue(data[:end] + bytes(len(data) - end))

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
            if all(is_registered(value.strip(" \0")) for value in values):
                return None
            found = not protected and not self._long_numbers().isdisjoint(components)
        else:
            found = False
        return _gone(found)

    def _is_own_number(self, value: str) -> bool:
        try:
            return Decimal(value.strip()) in self.cleaner.whole_numbers
        except InvalidOperation:
            return self.cleaner.holds(value, IN_CODES)

    def _is_birth_date(self, values: tuple[str, ...]) -> bool:
        own = {day.digits for day in days(self.own.dates)}
        return any(day in value.replace(".", "") for value in values for day in own)

    def _long_numbers(self) -> set[str]:
        return {str(number) for number in self.cleaner.whole_numbers} - {DICOM}

    def _text(self, field: Field, value: Any) -> Change | None:
        if field.path.keyword == "SpecificCharacterSet" and set(texts(value)) <= set(
            python_encoding
        ):
            return None
        if all(is_term(field.path.keyword, one) for one in texts(value)):
            return None
        looks = self._looks(field, value)
        # The version of a device may be a date, but none of the patient's.
        free = _vr_of(field) in FREE_TEXT and "Version" not in field.path.keyword
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

    def _looks(self, field: Field, value: Any) -> Looks:
        """Return what is looked for in a text: in codes and terms no word of studies is."""
        looks = IN_CODES if _vr_of(field) == "CS" else ALL
        if field.path.tag in CODES and any(self.cleaner.holds(one, looks) for one in texts(value)):
            return looks_in_code(field, looks)
        return looks


def _vr_of(field: Field) -> str:
    """Return the VR of the element: the dictionary's where the file does not know it (UN)."""
    allowed = dictionary.vrs_of(field.path.tag) if field.path.vr == "UN" else ()
    return allowed[0] if allowed else field.path.vr


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
