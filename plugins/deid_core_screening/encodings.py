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

CHUNK, PIECE, OVERLAP = 1 << 16, 1 << 12, 1 << 10
"""Bytes that are asked at once, those of them that are decoded at once, and what overlaps."""

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
_TEXT = re.compile(r"[\t\r\n -~]{8,}")
_WORDS = regex.compile(r"[\p{L}\p{M}]+")
SHORTEST, LONG = 4, 6


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


def chunks(data: bytes, size: int = CHUNK) -> Iterator[bytes]:
    """Yield pieces that overlap, so that what stands across an edge is whole in one of them."""
    for start in range(0, max(len(data) - OVERLAP, 1), size):
        yield data[start : start + size + OVERLAP]


def decodings(
    data: bytes, character_set: str | Sequence[str] | None, others: Iterable[str] = ()
) -> Iterator[str]:
    """Yield the texts that bytes may be, in their character set and in the usual encodings."""
    others = list(others)
    if not others and data.isascii() and b"\0" not in data and b"\x1b" not in data:
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

    ``plain`` are letters and digits of ASCII, ``short`` those of three with their patterns, ``encoded`` maps
    what is beyond ASCII to the encodings that write it so.
    """

    plain: tuple[bytes, ...] = attrs.field(repr=False)
    short: tuple[tuple[bytes, re.Pattern[bytes]], ...] = attrs.field(repr=False)
    encoded: dict[bytes, frozenset[str]] = attrs.field(repr=False)

    @classmethod
    def of(cls, literals: Iterable[str], names: Iterable[str]) -> Probes:
        """Make the probes of literals, and of names as they stand in the data set."""
        known = [one for one in literals if one.isascii()]
        short = [
            (wide, _spread(one)) for one in known if len(one) < SHORTEST for wide in _wide(one)
        ]
        return cls(
            tuple(one.encode() for one in known if len(one) >= SHORTEST),
            tuple(short),
            encoded_forms([*names, *(one for one in literals if not one.isascii())]),
        )

    def encodings_in(self, data: bytes) -> set[str]:
        """Return the encodings in which a name beyond ASCII stands in the data."""
        return {one for probe, them in self.encoded.items() if probe in data for one in them}

    def places(self, data: bytes) -> Iterator[bytes]:
        """Yield the pieces of data that may hold a value: all of it, or what is around a word."""
        lower = data.lower()
        if self._is_in(lower) or self._is_encoded_in(data):
            for piece in chunks(data, PIECE):
                if self._is_in(piece.lower()) or self._is_encoded_in(piece):
                    yield piece
        for word, pattern in self.short:
            for match in pattern.finditer(lower) if word in lower else ():
                yield data[max(match.start() - 2 * AROUND, 0) : match.end() + 2 * AROUND]

    def _is_encoded_in(self, data: bytes) -> bool:
        return any(probe in data for probe in self.encoded)

    def _is_in(self, lower: bytes) -> bool:
        tables = _TABLES[:1] if lower.isascii() else _TABLES
        for table, signs in tables:
            letters = lower.translate(table, signs)
            if any(probe in letters for probe in self.plain):
                return True
        return False


def stands_in_text(text: str, start: int, end: int) -> bool:
    """Tell a word in text from a few letters that happen to be in binary data.

    Longer ones hardly ever are by chance.
    """
    around = text[max(start - 1, 0) : start] + text[end : end + 1]
    long = end - start >= LONG or not text[start:end].encode("latin-1", "ignore")
    if long or not around.strip("\0 "):
        return True
    near = text[max(start - AROUND, 0) : start] + "-" * (end - start) + text[end : end + AROUND]
    at = min(start, AROUND)
    return any(run.start() <= at < run.end() for run in _TEXT.finditer(near))


def _wide(word: str) -> Iterator[bytes]:
    """Yield a word of ASCII in encodings of one, two and four bytes a character."""
    for zeros in (b"", b"\0", b"\0\0\0"):
        yield zeros.join(one.encode() for one in word)


def _spread(word: str) -> re.Pattern[bytes]:
    """Return the pattern of a word of ASCII in these encodings."""
    found = b"|".join(map(re.escape, _wide(word)))
    return re.compile(b"(?<![a-z])(?:" + found + b")(?![a-z])")


def encoded_forms(values: Iterable[str]) -> dict[bytes, frozenset[str]]:
    """Return how the words of values that are beyond ASCII are written, and in which encodings."""
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
