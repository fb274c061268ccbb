"""Text as it is compared: without case, accents, ligatures and the signs nobody sees."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import attrs
import regex

_SPECIAL = str.maketrans({
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th",
    "ħ": "h", "ŋ": "n", "ŧ": "t", "ƒ": "f", "\u0131": "i",
    **dict.fromkeys("`\u2018\u2019\u201b\u00b4\u02bb\u02bc\u02b9\uff07", "'"),
})  # fmt: skip
_CLUSTERS = regex.compile(
    r"(?s)(?P<plain>[\x00-\x7f]+(?!\p{M}))|(?:[\u1100-\u115f][\u1160-\u11ff]+|.)\p{M}*"
)
"""Runs of ASCII, and other characters with the marks that belong to them."""

_UNSEEN = frozenset({"Mn", "Me", "Cf"})
_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
ASCII_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())
"""Controls, blanks and punctuation: what may stand between the letters of a value."""

_SIGNS = regex.compile(r"[\W_]+")


@attrs.frozen
class Folded:
    """Folded text. ``starts[i]`` and ``ends[i]`` say where its character i stood in the original.

    Both are None where every character stands where it stood.
    """

    text: str = attrs.field(repr=False)
    starts: list[int] | None = attrs.field(default=None, repr=False)
    ends: list[int] | None = attrs.field(default=None, repr=False)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the original the characters from ``start`` to ``end`` stood."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded:
    """Fold text, and keep where each character comes from.

    Letters lose case and accents (``É`` is ``e``, ``ß`` is ``ss``, ``ø`` is ``o``), full width and
    the kind of Kana; what is written decomposed is as what is composed; invisible signs vanish;
    apostrophes and dashes are those of ASCII.
    """
    if text.isascii():
        return Folded(text.lower())
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _CLUSTERS.finditer(text):
        start, end = match.span()
        if match["plain"] is not None:
            pieces.append(match["plain"].lower())
            starts += range(start, end)
            ends += range(start + 1, end + 1)
            continue
        piece = _folded_cluster(match.group())
        pieces.append(piece)
        starts += [start] * len(piece)
        ends += [end] * len(piece)
    return Folded("".join(pieces), starts, ends)


def folded(text: str) -> str:
    """Return text folded, see `fold`."""
    return text.lower() if text.isascii() else fold(text).text


@lru_cache(maxsize=8192)
def _folded_cluster(cluster: str) -> str:
    plain = unicodedata.normalize("NFKD", cluster.casefold().translate(_SPECIAL)).casefold()
    seen = "".join(one for one in plain if unicodedata.category(one) not in _UNSEEN)
    seen = unicodedata.normalize("NFC", seen.translate(_SPECIAL)).translate(_KATAKANA)
    return "".join(map(_plain_sign, seen))


def _plain_sign(sign: str) -> str:
    """Return the dash or the digit of ASCII for any other."""
    category = unicodedata.category(sign)
    if category == "Pd":
        return "-"
    return str(unicodedata.decimal(sign)) if category == "Nd" else sign


def squeezed(folded_text: str) -> str:
    """Return the letters and digits of folded text, and nothing else."""
    if folded_text.isascii():
        return folded_text.encode().translate(None, ASCII_SIGNS).decode()
    return _SIGNS.sub("", folded_text)
