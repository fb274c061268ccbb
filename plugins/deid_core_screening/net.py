"""What is looked for in what is about to be written, and how: at a glance, then element by element."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import lru_cache

import attrs

from deid_core import ElementPath, Field, FileContext, ReadError
from deid_core.elements import Elements, held, texts, value_of
from deid_core_screening.attributes import DATES_OF_STUDIES
from deid_core_screening.codes import CODES, looks_in_code
from deid_core_screening.examination import DATES, NUMBERS, sort_of
from deid_core_screening.folding import ASCII_SIGNS, folded, squeezed
from deid_core_screening.glance import LEGAL, NUMBERS_AS_TEXT
from deid_core_screening.numbers import LONG
from deid_core_screening.sources import Own
from deid_core_screening.terms import is_term
from deid_core_screening.text import IN_BYTES, Looks, TextCleaner, cleaner_of
from deid_core_screening.uids import is_registered

ROOM, OVERHEAD, LARGEST = 1 << 17, 100, 1 << 11
"""Bytes that a net remembers, what an element takes besides its own, and those of the largest."""

KINDS = {
    "names": "a name",
    "identifiers": "an identifier",
    "contacts": "a telephone number or e-mail address",
    "addresses": "an address",
    "dates": "a birth date",
}
"""The words of reports for the kinds of own values."""

SMALL_LETTERS = bytes(code + 32 if 65 <= code <= 90 else code for code in range(256))  # noqa: PLR2004 - A to Z
_WORDS = re.compile(r"[^\W_]+")

OF_DEIDENTIFICATION = frozenset({
    0x00020002, 0x00020003, 0x00020010, 0x00020012, 0x00020013,
    0x00120062, 0x00120063, 0x00120064, 0x00280303,
})  # fmt: skip
"""What a run writes of itself: words of it may be somebody's name (Clean, Graph, Major)."""


@attrs.define
class Net:
    """The own values of one patient, all looked for together.

    Only what counts in any text is looked for: no value that needs to stand alone, or after a
    word that announces it (see `names` and `numbers`).
    """

    own: Own = attrs.field(repr=False)
    _cleaner: TextCleaner = attrs.field(init=False, repr=False)
    _apart: dict[str, re.Pattern[bytes]] = attrs.field(factory=dict, init=False, repr=False)

    _innocent: set[bytes] = attrs.field(factory=set, init=False, repr=False)
    _room: int = attrs.field(default=ROOM, init=False)

    def __attrs_post_init__(self) -> None:
        self._cleaner = cleaner_of(self.own)

    def may_be_in(self, data: bytes) -> bool:
        """Tell whether encoded elements are worth a closer look. False: nothing is in them."""
        plain, encoded = self._cleaner.probes
        letters = data.translate(SMALL_LETTERS, ASCII_SIGNS).decode("latin-1")
        if any(self._stands_apart(one, data) for one in plain.found_in(letters)):
            return True
        return bool(encoded) and encoded.any_in(data.decode("latin-1"))

    def may_be_in_any(self, elements: list[bytes]) -> bool:
        """Tell the same of many elements; those in which nothing was are remembered."""
        innocent = self._innocent
        unknown = [one for one in elements if one not in innocent]
        # What parts two of them is no sign, so that none begins in the next.
        if unknown and self.may_be_in(b"\xff\xff".join(unknown)):
            return True
        for one in unknown:
            if len(one) <= LARGEST:
                self._room -= len(one) + OVERHEAD
                innocent.add(one)
        if self._room < 0:
            innocent.clear()
            self._room = ROOM
        return False

    def _stands_apart(self, literal: str, data: bytes) -> bool:
        """Tell a short number from a part of a longer one, as UIDs have by chance."""
        if len(literal) >= LONG or not literal.isdigit():
            return True
        pattern = self._apart.get(literal)
        if pattern is None:
            digits = rb"[^0-9A-Za-z]{0,3}".join(one.encode() for one in literal)
            pattern = re.compile(rb"(?<![1-9])" + digits + rb"(?![0-9])")
            self._apart[literal] = pattern
        return pattern.search(data) is not None

    def is_in(self, holder: Elements, path: ElementPath, context: FileContext) -> bool:
        """Tell whether an element holds an own value."""
        sort = sort_of(path.tag, path.vr)
        if sort.is_bulk or sort.is_number:
            return False
        data = held(holder, path.tag).value
        if isinstance(data, bytes) and not self.may_be_in(data):
            return False
        return _is_in(self._cleaner, holder, path, context)

    def kinds_in(self, holder: Elements, path: ElementPath, context: FileContext) -> Iterator[str]:
        """Yield the kinds of own values that an element holds, in words."""
        for kind, words in KINDS.items():
            values = getattr(self.own, kind)
            if values and _is_in(cleaner_of(Own(**{kind: values})), holder, path, context):
                yield words

    def without(self, shown: Own) -> Net:
        """Return the net without what is shown on purpose, see `without`."""
        own = without(self.own, shown)
        return self if own == self.own else Net(own)


def _is_in(cleaner: TextCleaner, holder: Elements, path: ElementPath, context: FileContext) -> bool:
    vr = sort_of(path.tag, path.vr).vr
    data = held(holder, path.tag).value
    data = data if isinstance(data, bytes) else None
    try:
        value = value_of(holder, path.tag)
    except ReadError:
        value = data
    if (path.is_private and path.vr == "UN") or vr in NUMBERS:
        # Numbers may spell text.
        value = data
    if isinstance(value, bytes):
        return cleaner.found_in_bytes(value, holder.original_character_set, IN_BYTES)
    if value is None or path.keyword == "SpecificCharacterSet":
        return False
    words = texts(value)
    if vr in LEGAL or vr in NUMBERS_AS_TEXT:
        return _is_in_formal(cleaner, words, vr, path.keyword)
    looks = _looks(holder, path, context)
    if any(cleaner.holds(one, looks) and not is_term(path.keyword, one) for one in words):
        return True
    # What the declared character set makes of the bytes may not be what was written.
    is_plain = data is None or (data.isascii() and b"\x1b" not in data and b"\0" not in data[:-1])
    return not is_plain and cleaner.found_in_bytes(
        data or b"", holder.original_character_set, IN_BYTES
    )


def _looks(holder: Elements, path: ElementPath, context: FileContext) -> Looks:
    if path.tag not in CODES:
        return IN_BYTES
    looks = looks_in_code(Field(path, context, holder=holder), IN_BYTES)
    return attrs.evolve(looks, announced=False)


def _is_in_formal(cleaner: TextCleaner, values: tuple[str, ...], vr: str, keyword: str) -> bool:
    if vr in NUMBERS_AS_TEXT:
        return any(_is_own_number(cleaner, value) for value in values)
    if not all(LEGAL[vr].fullmatch(value.strip()) for value in values):
        return any(cleaner.holds(value, IN_BYTES) for value in values)
    if vr in DATES:
        own = cleaner.birth_days
        return keyword not in DATES_OF_STUDIES and any(
            day in value.replace(".", "") for value in values for day in own
        )
    if vr == "UI":
        components = {part for value in values for part in value.split(".")}
        return not (
            cleaner.long_numbers.isdisjoint(components)
            or all(is_registered(value.strip(" \0")) for value in values)
        )
    return False


def _is_own_number(cleaner: TextCleaner, value: str) -> bool:
    try:
        return Decimal(value.strip()) in cleaner.whole_numbers
    except InvalidOperation:
        return cleaner.holds(value, IN_BYTES)


@lru_cache(maxsize=256)
def without(own: Own, shown: Own) -> Own:
    """Return own values without those that are shown, and names without their words.

    A value is shown whatever the kind of the place where it stands.
    """
    fields = [getattr(shown, kind) for kind in KINDS]
    values = {value for some in fields for value in some}
    seen = {squeezed(folded(value)) for value in values}
    words = {word for value in values for word in _WORDS.findall(folded(value))}
    kept = {
        kind: frozenset(
            value for value in getattr(own, kind) if squeezed(folded(value)) not in seen
        )
        for kind in KINDS
    }
    names = (
        _WORDS.sub(lambda match: "" if folded(match.group()) in words else match.group(), name)
        for name in kept["names"]
    )
    kept["names"] = frozenset(name for name in names if squeezed(name))
    result = Own(**kept)
    return own if attrs.evolve(result, studies=own.studies) == own else result


def of_at_least(own: Own, letters: int) -> Own:
    """Return the own values that have so many characters, and names without shorter words."""
    values = {
        kind: frozenset(value for value in getattr(own, kind) if len(value) >= letters)
        for kind in KINDS
    }
    values["names"] = frozenset(
        _WORDS.sub(lambda match: match.group() if len(match.group()) >= letters else "", name)
        for name in own.names
    )
    return Own(**values)
