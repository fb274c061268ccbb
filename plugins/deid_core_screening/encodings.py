"""Bytes whose meaning nobody knows → texts that they may be.

Nothing says in which encoding a writer put text into bytes. So short ones are decoded in all that
are usual. Long ones are first asked, as bytes, whether they may hold a value at all: without case,
accents and signs, which costs a few passes over them.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence

import attrs
import regex

from deid_core_screening.folding import ASCII_SIGNS, folded

CHUNK, OVERLAP = 1 << 16, 1 << 10
AROUND = 1 << 7
"""Bytes on either side of a word of three letters that are decoded."""

ENCODINGS = ("utf-8", "latin-1", "utf-16-le", "utf-16-be")
_WIDE = ("utf-16-le", "utf-16-be")
_OTHERS = (
    "utf-8", "utf-16-le", "utf-16-be", "cp1250", "cp1251", "cp1252", "cp1253", "cp1255", "cp1256",
    "iso8859-2", "iso8859-3", "iso8859-4", "iso8859-5", "iso8859-6", "iso8859-7", "iso8859-8",
    "iso8859-9", "iso8859-13", "koi8-r", "shift_jis", "iso2022_jp", "euc_jp", "euc_kr",
    "gb18030", "big5", "tis-620",
)  # fmt: skip
"""Where a value beyond ASCII is looked for as it stands there."""

_ESCAPES = re.compile(rb"\x1b[$(][A-Z@]+")
_WORDS = regex.compile(r"[\p{L}\p{M}]+")
SHORTEST = 4


def _table(offset: int) -> bytes:
    """Return a table of bytes that takes the accents off: byte → letter of ``byte + offset``."""
    letters = [folded(chr(code + offset)) for code in range(0x80, 0x100)]
    plain = [
        ord(one) if len(one) == 1 and one.isascii() else 0x80 + code
        for code, one in enumerate(letters)
    ]
    return bytes([*range(0x80), *plain])


# In UTF-8 the letters U+00C0 to U+017F are a byte from C3 to C5 and one from 80 to BF.
_TABLES = (
    (_table(0), ASCII_SIGNS),
    (_table(0x40), ASCII_SIGNS + b"\xc3"),
    (_table(0x80), ASCII_SIGNS + b"\xc4"),
    (_table(0xC0), ASCII_SIGNS + b"\xc5"),
)


def chunks(data: bytes) -> Iterator[bytes]:
    """Yield pieces that overlap, so that what stands across an edge is whole in one of them."""
    for start in range(0, max(len(data) - OVERLAP, 1), CHUNK):
        yield data[start : start + CHUNK + OVERLAP]


def decodings(
    data: bytes, character_set: str | Sequence[str] | None, others: Iterable[str] = ()
) -> Iterator[str]:
    """Yield the texts that bytes may be, in their character set and in the usual encodings."""
    if data.isascii() and b"\0" not in data and b"\x1b" not in data:
        yield data.decode("ascii")
        return
    own = [character_set] if isinstance(character_set, str) else list(character_set or ())
    for encoding in dict.fromkeys([*filter(None, map(_codec, own)), *ENCODINGS, *others]):
        # Text of two bytes a character may start at an odd offset.
        for start in (0, 1) if encoding in _WIDE else (0,):
            yield data[start:].decode(encoding, "replace").strip("\0 ")


def _codec(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""


@attrs.frozen
class Probes:
    """What bytes are asked for before they are decoded.

    ``plain`` are letters and digits of ASCII, ``short`` finds those of three, ``encoded`` maps
    what is beyond ASCII to the encodings that write it so.
    """

    plain: tuple[bytes, ...] = attrs.field(repr=False)
    short: re.Pattern[bytes] | None = attrs.field(repr=False)
    encoded: dict[bytes, frozenset[str]] = attrs.field(repr=False)

    @classmethod
    def of(cls, literals: Iterable[str], names: Iterable[str]) -> Probes:
        """Make the probes of literals, and of names as they stand in the data set."""
        known = [one for one in literals if one.isascii()]
        short = [_spread(one) for one in known if len(one) < SHORTEST]
        return cls(
            tuple(one.encode() for one in known if len(one) >= SHORTEST),
            re.compile(b"|".join(short)) if short else None,
            _encoded([*names, *(one for one in literals if not one.isascii())]),
        )

    def encodings_in(self, data: bytes) -> set[str]:
        """Return the encodings in which a name beyond ASCII stands in the data."""
        if data.isascii() and b"\x1b" not in data and b"\0" not in data:
            return set()
        return {one for probe, them in self.encoded.items() if probe in data for one in them}

    def places(self, data: bytes) -> Iterator[bytes]:
        """Yield the pieces of data that may hold a value: all of it, or what is around a word."""
        lower = data.lower()
        if self._is_in(lower) or any(probe in data for probe in self.encoded):
            yield data
            return
        if self.short is not None:
            for match in self.short.finditer(lower):
                yield data[max(match.start() - AROUND, 0) : match.end() + AROUND]

    def _is_in(self, lower: bytes) -> bool:
        tables = _TABLES[:1] if lower.isascii() else _TABLES
        for table, signs in tables:
            letters = lower.translate(table, signs)
            if any(probe in letters for probe in self.plain):
                return True
        return False


def _spread(word: str) -> bytes:
    """Return the pattern of a word in encodings of one, two and four bytes a character."""
    letters = [re.escape(one.encode()) for one in word]
    return b"(?<![a-z])(?:" + b"\\x00{0,3}".join(letters) + b")(?![a-z])"


def _encoded(values: Iterable[str]) -> dict[bytes, frozenset[str]]:
    found: dict[bytes, set[str]] = {}
    words = {word for value in values for word in _words(value) if not word.isascii()}
    for word in words:
        for text in {word, word.upper(), word.lower(), word.capitalize()}:
            for encoding in _OTHERS:
                try:
                    data = _ESCAPES.sub(b"", text.encode(encoding))
                except UnicodeEncodeError:
                    continue
                if len(data) > 1:
                    found.setdefault(data, set()).add(encoding)
    return {data: frozenset(them) for data, them in found.items()}


def _words(value: str) -> Iterator[str]:
    """Yield the words of a value of more than one character, and all of a group run together."""
    for group in value.split("="):
        words = _WORDS.findall(group)
        yield from (word for word in words if len(word) > 1)
        yield "".join(words)
