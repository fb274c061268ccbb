"""Addresses → the forms in which they are looked for.

An address counts as a whole, whatever signs are between its words. Of its parts (between commas,
lines or ``^``) one with a number counts, the number before or after the words (``742 Evergreen
Terrace``, ``Evergreen Terrace 742``); so does any number beside the word next to it (``742
Evergreen``, ``10115 Berlin``), and the name of a street of two words or more, or one word that
ends in a word for a street. The name of a city alone does not count, nor a postal code alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import regex

from deid_core_screening.folding import folded
from deid_core_screening.forms import NO_SIGN_AFTER, NO_SIGN_BEFORE, Form, signs
from deid_core_screening.words import COMMON, STREETS

BETWEEN = r"[\W_]{1,4}"
SHORTEST, LONGEST_STREET, MOST_WORDS = 3, 8, 16
SHORTEST_DENSE = 4
DENSE = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}]{2}")
"""In scripts without blanks between words, a word is an address, and is found in others."""
BETWEEN_SIGNS = r"[\W_]{0,2}"

_PARTS = regex.compile(r"[,;^=\r\n\\]+|\s{3,}")
_WORDS = regex.compile(r"[^\W_]+")
_ENDINGS = ("strasse", "str", "street", "straat", "gasse", "weg", "allee", "platz", "road", "laan")


@lru_cache(maxsize=1024)
def address_forms(address: str) -> tuple[Form, ...]:
    """Return the forms of an address."""
    return tuple(_forms(address))


def _forms(address: str) -> Iterator[Form]:
    parts = [_WORDS.findall(part) for part in _PARTS.split(folded(address))]
    words = [word for part in parts for word in part][:MOST_WORDS]
    if len(words) > 1 and len("".join(words)) >= LONGEST_STREET:
        yield _phrase(words)
    for part in parts:
        yield from _part(part[:MOST_WORDS])
    for word in dict.fromkeys(words):
        if DENSE.search(word) is not None and len(word) >= SHORTEST_DENSE:
            yield Form((word,), signs, (word, BETWEEN_SIGNS))
    for one, other in pairwise(words):
        if _is_number(one) != _is_number(other) and all(map(_tells, (one, other))):
            yield _phrase([one, other])
            yield _phrase([other, one])


def _part(words: list[str]) -> Iterator[Form]:
    names = [word for word in words if not _is_number(word)]
    numbers = [word for word in words if _is_number(word)]
    own = [word for word in names if word not in STREETS and word not in COMMON]
    if len(words) > 1 and numbers and own:
        yield _phrase(words)
        yield _phrase([*names, *numbers])
        yield _phrase([*numbers, *names])
    if len(numbers) > 1 and not names and not all(word.isdigit() for word in words):
        yield _phrase(words)
    is_street = bool(numbers) or not STREETS.isdisjoint(names)
    if is_street and own and len(names) > 1 and len("".join(names)) >= LONGEST_STREET:
        yield _phrase(names)
    for word in own:
        ending = next((one for one in _ENDINGS if word.endswith(one) and word != one), None)
        if ending is not None and len(word) >= LONGEST_STREET:
            yield _phrase([word])


def _is_number(word: str) -> bool:
    return any(sign.isdigit() for sign in word)


def _tells(word: str) -> bool:
    return _is_number(word) or (
        len(word) >= SHORTEST and word not in STREETS and word not in COMMON
    )


def _phrase(words: list[str]) -> Form:
    return Form(("".join(words),), _in_order, tuple(words))


def _in_order(*words: str) -> str:
    return f"{NO_SIGN_BEFORE}{BETWEEN.join(map(signs, words))}{NO_SIGN_AFTER}"
