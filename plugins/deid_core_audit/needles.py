"""What is searched for, and a quick way to find any of it in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import attrs

from deid_core_audit.identifying import (
    BIRTH_DATE,
    CONTACT,
    DATE,
    INSTITUTION,
    LISTED,
    UID,
    Identifier,
)
from deid_core_audit.leaves import FREE_TEXT, Leaf
from deid_core_audit.spellings import folded, spellings

HEAD = 4
"""What has fewer letters and digits is looked for as a whole value only."""
ANYWHERE = 8
"""What has as many, and a letter, is found inside of a longer word too."""
SURE_NUMBER = 6
"""A number of fewer digits is looked for as a whole value only."""
LEAST_BYTES = 4

_PHONES = re.compile(r"[0-9](?:[\s()./+-]{0,3}[0-9]){6,}")
LEAST_DIGITS = 7
"""Digits that make a telephone number, however they are parted."""
_UIDS = re.compile(r"[0-9]+(?:\.[0-9]+)+")


@attrs.frozen
class Needle:
    """One spelling of one identifier."""

    kind: str
    text: str = attrs.field(repr=False)
    place: str = attrs.field(eq=False)
    value: str = attrs.field(repr=False, eq=False)

    @property
    def digits(self) -> bool:
        """Whether it has no letter."""
        return not any(character.isalpha() for character in self.text)

    @property
    def short(self) -> bool:
        """Whether it would be found by chance."""
        size = len(self.text.replace(" ", ""))
        return size < HEAD or (self.digits and size < SURE_NUMBER)


@attrs.define
class Needles:
    """A set of identifiers to be found. Words are bounded: ``ann`` is not in ``scanner``."""

    _words: dict[str, Needle] = attrs.field(factory=dict, repr=False)
    _heads: dict[str, list[Needle]] = attrs.field(factory=dict, repr=False)
    _uids: dict[str, Needle] = attrs.field(factory=dict, repr=False)
    _phones: dict[str, Needle] = attrs.field(factory=dict, repr=False)
    _short: dict[str, Needle] = attrs.field(factory=dict, repr=False)
    _foreign: dict[bytes, Needle] = attrs.field(factory=dict, repr=False)

    @classmethod
    def of(cls, found: Iterable[Identifier], codecs: Sequence[str] = ()) -> Needles:
        """Return the needles for some identifiers."""
        needles = cls()
        needles.add(found, codecs)
        return needles

    def add(self, found: Iterable[Identifier], codecs: Sequence[str] = ()) -> None:
        """Add identifiers; ``codecs`` are those that they may be encoded in."""
        for identifier in found:
            if identifier.kind == UID:
                self._uids.setdefault(identifier.value, _needle(identifier, identifier.value))
                continue
            if identifier.kind == LISTED and _UIDS.fullmatch(identifier.value):
                self._uids.setdefault(identifier.value, _needle(identifier, identifier.value))
            if identifier.kind == CONTACT:
                digits = _digits(identifier.value)
                if len(digits) >= LEAST_DIGITS:
                    self._phones.setdefault(digits, _needle(identifier, digits))
            for text in spellings(identifier):
                if text:
                    self._add(_needle(identifier, text), codecs)

    def _add(self, needle: Needle, codecs: Sequence[str]) -> None:
        if not needle.text.isascii():
            for form in _encoded(needle.text, codecs):
                self._foreign.setdefault(form, needle)
        if needle.short:
            self._short.setdefault(needle.text, needle)
        elif needle.text not in self._words:
            self._words[needle.text] = needle
            self._heads.setdefault(needle.text[:HEAD], []).append(needle)

    def __len__(self) -> int:
        return len(self._words) + len(self._uids) + len(self._short)

    def __iter__(self) -> Iterator[Needle]:
        yield from self._words.values()
        yield from self._uids.values()
        yield from self._short.values()

    def in_text(self, text: str) -> set[Needle]:
        """Return what is found in ``text``, but for what is too short."""
        found = {
            self._uids[token]
            for token in (_UIDS.findall(text) if self._uids else ())
            if token in self._uids
        }
        if self._phones:
            numbers = " ".join(map(_digits, _PHONES.findall(text)))
            for size in {len(digits) for digits in self._phones} if numbers else ():
                windows = {numbers[at : at + size] for at in range(len(numbers) - size + 1)}
                found |= {self._phones[digits] for digits in windows & self._phones.keys()}
        words = folded(text)
        grams = {words[at : at + HEAD] for at in range(len(words) - HEAD + 1)}
        for head in grams & self._heads.keys():
            found |= {needle for needle in self._heads[head] if _stands_in(needle, words)}
        return found

    def in_leaf(self, leaf: Leaf) -> set[Needle]:
        """Return what is found in an element, of what is short where it is a whole value."""
        found = {needle for needle in self.in_text(leaf.text) if not by_chance(needle, leaf)}
        if self._short and (leaf.vr in FREE_TEXT or leaf.vr == "PN"):
            parts = re.split(r"[\\^=]", leaf.text) if leaf.vr == "PN" else leaf.values
            found |= {self._short[word] for word in map(folded, parts) if word in self._short}
        return found

    def in_bytes(self, data: bytes) -> Iterator[tuple[int, Needle]]:
        """Yield what is not written in ASCII and stands in ``data``, with its offset."""
        for form, needle in self._foreign.items():
            at = data.find(form)
            while at >= 0:
                yield at, needle
                at = data.find(form, at + 1)


def by_chance(needle: Needle, leaf: Leaf) -> bool:
    """Whether a value says nothing where it stands: digits in a number, a maker of machines."""
    if needle.kind == INSTITUTION:
        return leaf.keyword.startswith("Manufacturer")
    if not needle.digits or needle.kind == UID:
        return False
    if leaf.vr in {"DS", "IS", "TM", "UI"} and needle.kind != DATE:
        return folded(leaf.text) != needle.text
    return leaf.vr in {"DS", "IS", "TM"}


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _needle(identifier: Identifier, text: str) -> Needle:
    return Needle(identifier.kind, text, identifier.place, identifier.value)


def _stands_in(needle: Needle, words: str) -> bool:
    text = needle.text
    at = words.find(text)
    anywhere = not needle.digits and len(text) >= ANYWHERE
    while at >= 0:
        before, after = words[at - 1 : at], words[at + len(text) : at + len(text) + 1]
        # A time of day may follow a date.
        open_end = needle.kind in {BIRTH_DATE, DATE} and text.isdigit()
        if anywhere or (_apart(before, text[0]) and (open_end or _apart(text[-1], after))):
            return True
        at = words.find(text, at + 1)
    return False


def _apart(left: str, right: str) -> bool:
    """Whether a word ends between two characters: a letter beside a digit is such a place."""
    return not (left.isalpha() and right.isalpha()) and not (left.isdigit() and right.isdigit())


def _encoded(text: str, codecs: Sequence[str]) -> set[bytes]:
    forms = set()
    for codec in {"utf-8", "latin-1", "utf-16-le", "utf-16-be", *codecs}:
        for written in {text, text.upper(), text.title()}:
            try:
                # An escape sequence at the end depends on what follows.
                form = written.encode(codec).removesuffix(b"\x1b(B").removesuffix(b"\x1b(J")
            except (UnicodeError, LookupError):
                continue
            if len(form) >= LEAST_BYTES:
                forms.add(form)
    return forms
