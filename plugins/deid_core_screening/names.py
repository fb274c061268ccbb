"""Person names (PS3.5 6.2.1) → the forms in which they are looked for.

A word of a name counts alone, in any case, with and without accents, if it has three letters or
more and is no common word (`words.COMMON`) and no particle such as ``van``. Words of two letters,
common words and initials count

- beside another word of the same name, in either order, with up to three signs between them, run
  together as well (``May, Karl``, ``karl_may``, ``KarlMay``); beside an initial of it if both are
  written with a capital (``K. May``);
- after a title (``Mrs May``), or after ``Patient:`` and its like;
- as all that stands in a value or in a line of it, unless the value is a code (VR CS).

Common words and initials go along with a word that counts. An initial may touch the word
(``jdoe``). In scripts without blanks between words a word of two characters counts wherever it
stands, and one of a single character beside another word of the name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache, partial

import attrs
import regex

from deid_core_screening.folding import folded, squeezed
from deid_core_screening.forms import (
    GAP,
    NO_LETTER_AFTER,
    NO_LETTER_BEFORE,
    WIDE,
    Form,
    any_of,
    is_line,
    line,
    signs,
)
from deid_core_screening.reading import Reading
from deid_core_screening.words import (
    ADDRESSED,
    ANNOUNCED,
    COMMON,
    PARTICLES,
    PLACEHOLDERS,
    TITLES,
)

SHORTEST, LONG, MOST_WORDS = 3, 4, 12
RUN_TOGETHER = 6
"""Letters that two words have together which count run together, though neither counts alone."""

_SPELLED_OUT = str.maketrans({
    "ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae",
    "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe", "Å": "Aa", "Æ": "Ae",
})  # fmt: skip
_SHORTENED = [("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a")]
_APOSTROPHES = regex.compile(r"[`\u2018\u2019\u201b\u00b4\u02bb\u02bc\u02b9\uff07]")
_DASHES = regex.compile(r"\p{Pd}")
_SPLIT = regex.compile(r"[^\p{L}\p{M}'\-]+")
_INNER = regex.compile(r"['\-]+")
_NO_BLANKS = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー々]+"
)
_WITH_DIGITS = regex.compile(r"[\p{L}\p{N}]*\p{N}[\p{L}\p{N}]*")
_DIGITS = regex.compile(r"\d{4,}")
_INSIDE = r"['\-]?"
"""What may stand between two letters of a word: ``O'Brien`` for ``OBrien``."""
_STARTS = ("mac", "mc", "van", "von", "de", "di", "du", "la", "le", "el", "al", "o", "d")
_SPREAD = r"[\W_]{1,2}"
"""What stands between capitals that are spread out: ``D O E``."""

_ADDRESSED, _ANNOUNCED = ADDRESSED.split(), ANNOUNCED.split()
_CALLED = rf"(?:{any_of(_ADDRESSED)}\.?[^\S\r\n]{{1,2}}|{any_of(_ANNOUNCED)}\W{{0,2}}[:=]\W{{0,3}})"


@attrs.frozen
class _Words:
    """The words of one name, folded, in every spelling: those that count alone, and the rest."""

    strong: list[str] = attrs.field(factory=list, repr=False)
    weak: list[str] = attrs.field(factory=list, repr=False)
    initials: list[str] = attrs.field(factory=list, repr=False)
    spellings: dict[str, None] = attrs.field(factory=dict, repr=False)
    dense: list[str] = attrs.field(factory=list, repr=False)


@lru_cache(maxsize=4096)
def name_forms(name: str) -> tuple[Form, ...]:
    """Return the forms of a name: of each group of components that it has."""
    return tuple(_forms(name))


def _forms(name: str) -> Iterator[Form]:
    for group in unicodedata.normalize("NFC", name).split("="):
        words = _words(group)
        yield from _dense_forms(words.dense)
        yield from _strong_forms(words)
        yield from _weak_forms(words)


def numbers_in(name: str) -> Iterator[str]:
    """Yield what has digits in it: somebody wrote an identifier where a name should stand."""
    for found in _WITH_DIGITS.findall(name):
        yield from {found, *_DIGITS.findall(found)}


def _words(group: str) -> _Words:
    words = _Words()
    # A placeholder is one where nothing else stands: people are called Li Na and Bo Nil.
    real = any(folded(part) not in PLACEHOLDERS for part in _SPLIT.split(_plain(group)) if part)
    for number, component in enumerate(group.split("^")):
        parts = [part.strip("'-") for part in _SPLIT.split(_plain(component))]
        parts = [part for part in parts if part]
        kept = [part for part in parts if folded(part) not in TITLES]
        if number < 3 and not kept and len(parts) == 1:  # noqa: PLR2004 - family, given, middle
            kept = parts
        for part in kept[:MOST_WORDS]:
            if real or folded(part) not in PLACEHOLDERS:
                _take(part, words, beside=len(kept) > 1)
    return words


def _plain(text: str) -> str:
    """Return text with one kind of apostrophe and dash."""
    return _DASHES.sub("-", _APOSTROPHES.sub("'", text))


def _take(part: str, words: _Words, *, beside: bool) -> None:
    pieces = [piece for piece in _INNER.split(part) if piece]
    whole = "".join(pieces)
    if _is_dense(whole):
        words.dense.extend(folded(piece) for piece in pieces)
        return
    for piece in dict.fromkeys([whole, *pieces]):
        for word in _spellings(piece):
            if len(word) == 1:
                words.initials.append(word)
            elif (
                len(word) < SHORTEST
                or word in COMMON
                or word in PLACEHOLDERS
                or (beside and word in PARTICLES)
            ):
                words.weak.append(word)
            else:
                words.strong.append(word)
            words.spellings.setdefault(word)


def _written(word: str) -> str:
    """Return the pattern of a word: ``MacDonald`` may be written ``Mac Donald``."""
    start = next((one for one in _STARTS if word.startswith(one)), "")
    if len(word) - len(start) < LONG or not start:
        return signs(word, _INSIDE)
    return f"{signs(start, _INSIDE)}[\\W_]{{0,2}}{signs(word[len(start) :], _INSIDE)}"


def _spellings(word: str) -> list[str]:
    """Return a word folded: as it is, with umlauts spelled out, and with what may be such shortened."""
    plain = squeezed(folded(word))
    found = [plain, squeezed(folded(word.translate(_SPELLED_OUT)))]
    short = plain
    for long, letter in _SHORTENED:
        short = short.replace(long, letter)
    if len(short) >= LONG and short not in COMMON:
        found.append(short)
    return [one for one in dict.fromkeys(found) if one]


def _is_dense(word: str) -> bool:
    """Tell a word in a script that has no blanks between words."""
    return bool(_NO_BLANKS.fullmatch(word))


def _dense_forms(words: list[str]) -> Iterator[Form]:
    for word in dict.fromkeys(words):
        if len(word) > 1:
            yield Form((word,), signs, (word,))
        else:
            yield Form((word,), line, (word,), alone=True, likely=partial(is_line, word))
        for other in dict.fromkeys(words):
            if other != word and 1 in (len(word), len(other)):
                yield Form((word + other,), _dense_pair, (word, other))


def _dense_pair(word: str, other: str) -> str:
    return signs(word) + GAP + signs(other)


def _strong_forms(words: _Words) -> Iterator[Form]:
    strong = tuple(dict.fromkeys(words.strong))
    if not strong:
        return
    initials = tuple(_initials(words))
    yield Form(strong, _strong, (strong, tuple(words.spellings), initials))
    for word in strong:
        yield Form(
            (word,), _spread_out, (word,), capitals=True, likely=partial(_has_initials, len(word))
        )
        others = "".join(one for one in initials if not word.startswith(one))
        if not others or any(other + word in COMMON or word + other in COMMON for other in others):
            continue
        likely = partial(_is_touched, word, others)
        yield Form((word,), _with_initial, (word, others), likely=likely)


def _strong(strong: tuple[str, ...], words: tuple[str, ...], initials: tuple[str, ...]) -> str:
    unit = any_of([_written(word) for word in words])
    core = any_of(
        [_written(word) + ("(?:'?s)?" if len(word) > LONG else "(?:'s)?") for word in strong]
    )
    letter = f"[{''.join(initials)}]" if initials else "(?!)"
    before = rf"(?:{letter}{WIDE}|{unit}{GAP}){{0,6}}?"
    after = rf"(?:{GAP}{unit}|{WIDE}{letter}(?![\w'])\.?){{0,6}}"
    return f"{NO_LETTER_BEFORE}{before}{core}{after}{NO_LETTER_AFTER}"


def _spread_out(word: str) -> str:
    return f"{NO_LETTER_BEFORE}{signs(word, _SPREAD)}{NO_LETTER_AFTER}"


def _has_initials(number: int, reading: Reading) -> bool:
    """Tell whether so many letters stand alone, as those that are spread out do."""
    return reading.initials >= number


def _is_touched(word: str, others: str, reading: Reading) -> bool:
    """Tell whether one of the other letters stands beside a word, signs left aside."""
    letters = reading.letters
    return any(other + word in letters or word + other in letters for other in others)


def _with_initial(word: str, others: str) -> str:
    touching = f"[{others}]" + ("{1,2}" if len(word) >= LONG else "")
    attached = rf"(?:{touching}{_written(word)}|{_written(word)}{touching})"
    return f"{NO_LETTER_BEFORE}{attached}{NO_LETTER_AFTER}"


def _initials(words: _Words) -> list[str]:
    return sorted({word[0] for word in (*words.spellings, *words.initials)})


def _weak_forms(words: _Words) -> Iterator[Form]:
    weak = list(dict.fromkeys(words.weak))
    for word in weak:
        for other in weak:
            if other != word:
                yield Form((word + other,), _weak_pair, (word, other))
        initials = {one[0] for one in (*words.spellings, *words.initials) if one != word}
        for letter in sorted(initials):
            yield Form(
                (letter + word, word + letter), _beside_initial, (word, letter), capitals=True
            )
        if word in PARTICLES and len(words.spellings) > 1:
            continue
        literals = tuple(title + word for title in (*_ADDRESSED, *_ANNOUNCED))
        yield Form(literals, _after_title, (word,), probes=())
        yield Form((word,), _in_line, (word,), alone=True, likely=partial(is_line, word))


def _weak_pair(word: str, other: str) -> str:
    gap = GAP if len(word + other) >= RUN_TOGETHER else WIDE
    return f"{NO_LETTER_BEFORE}{_written(word)}{gap}{_written(other)}{NO_LETTER_AFTER}"


def _beside_initial(word: str, letter: str) -> str:
    pattern = _written(word)
    beside = any_of([rf"{letter}{WIDE}{pattern}", rf"{pattern}{WIDE}{letter}"])
    return rf"{NO_LETTER_BEFORE}{beside}{NO_LETTER_AFTER}(?:(?<=\W{letter})\.)?"


def _after_title(word: str) -> str:
    return f"(?<={NO_LETTER_BEFORE}{_CALLED}){_written(word)}{NO_LETTER_AFTER}"


def _in_line(word: str) -> str:
    return line(_written(word))
