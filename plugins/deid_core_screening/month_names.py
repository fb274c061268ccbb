"""Names of months and days of the week in seven languages, found and written."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

import attrs

FULL = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
    "dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
}
SHORT = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "de": "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    "fr": "janv févr mars avr mai juin juil août sept oct nov déc",
    "es": "ene feb mar abr may jun jul ago sep oct nov dic",
    "it": "gen feb mar apr mag giu lug ago set ott nov dic",
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "pt": "jan fev mar abr mai jun jul ago set out nov dez",
}
OTHERS = {
    "en": {"Sept": 9},
    "de": {"Jänner": 1, "Feber": 2, "Maerz": 3, "Mrz": 3, "Sept": 9},
    "fr": {"fév": 2, "jan": 1},
    "es": {"setiembre": 9, "sept": 9, "set": 9},
    "it": {"sett": 9},
    "nl": {"sept": 9},
    "pt": {},
}
"""Other spellings of the names of months, with the number of the month."""

WEEKDAYS = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mon",
    "tue",
    "tues",
    "wed",
    "thu",
    "thur",
    "thurs",
    "fri",
    "sat",
    "sun",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonnabend",
    "sonntag",
    "mo",
    "di",
    "mi",
    "do",
    "fr",
    "sa",
    "so",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
    "lun",
    "mar",
    "mer",
    "jeu",
    "ven",
    "sam",
    "dim",
    "lunes",
    "martes",
    "miércoles",
    "jueves",
    "viernes",
    "sábado",
    "domingo",
    "mié",
    "jue",
    "vie",
    "sáb",
    "dom",
    "lunedì",
    "martedì",
    "mercoledì",
    "giovedì",
    "venerdì",
    "sabato",
    "domenica",
    "gio",
    "maandag",
    "dinsdag",
    "woensdag",
    "donderdag",
    "vrijdag",
    "zaterdag",
    "zondag",
    "ma",
    "wo",
    "vr",
    "za",
    "zo",
    "segunda-feira",
    "terça-feira",
    "quarta-feira",
    "quinta-feira",
    "sexta-feira",
    "seg",
    "ter",
    "qua",
    "qui",
    "sex",
    "segunda",
    "terça",
    "quarta",
    "quinta",
    "sexta",
]


@attrs.frozen
class Month:
    """What a name of a month may mean: its language, its number, and whether it is cut short."""

    language: str
    number: int
    short: bool


def bare(word: str) -> str:
    """Return a word in small letters without accents."""
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def _known() -> dict[str, list[Month]]:
    known: dict[str, list[Month]] = {}
    for language, full in FULL.items():
        for number, name in enumerate(full.split(), start=1):
            known.setdefault(bare(name), []).append(Month(language, number, short=False))
        for number, name in enumerate(SHORT[language].split(), start=1):
            known.setdefault(bare(name), []).append(Month(language, number, short=True))
        for name, number in OTHERS[language].items():
            known.setdefault(bare(name), []).append(Month(language, number, short=len(name) < 5))  # noqa: PLR2004 - Sept
    return known


MONTHS = _known()
"""What each name may mean, by the name in small letters without accents."""


def spellings(names: Iterable[str]) -> list[str]:
    """Return names with and without accents, composed or not, the longest first."""
    found = set()
    for name in names:
        for form in ("NFC", "NFD"):
            found.add(unicodedata.normalize(form, name.lower()))
        found.add(bare(name))
    return sorted(found, key=lambda name: (-len(name), name))


def month_spellings() -> list[str]:
    """Return all names of months in all spellings, the longest first."""
    names = [*" ".join(FULL.values()).split(), *" ".join(SHORT.values()).split()]
    return spellings([*names, *(name for others in OTHERS.values() for name in others)])


def number_of(name: str) -> int:
    """Return the number of the month; languages that share a name agree on it."""
    return MONTHS[bare(name)][0].number


def votes(names: Iterable[str]) -> Mapping[str, int]:
    """Return by language how many of the names of months belong to it."""
    return Counter(month.language for name in names for month in MONTHS[bare(name)])


def language_of(name: str, votes: Mapping[str, int], hint: str | None) -> str:
    """Return the language of a name, by the names that its text has, or by a hint."""
    candidates = list(dict.fromkeys(month.language for month in MONTHS[bare(name)]))
    if name.islower():
        # German writes them with capitals.
        candidates.sort(key=lambda language: language == "de")
    best = max(votes.get(language, 0) for language in candidates)
    left = [language for language in candidates if votes.get(language, 0) == best]
    return hint if hint in left else left[0]


def written(name: str, number: int, language: str, *, short: bool, plain: bool) -> str:
    """Return the name of another month, written as ``name`` is; ``plain`` is without accents."""
    kinds = {month.short for month in MONTHS[bare(name)] if month.language == language}
    if len(kinds) == 1:
        short = kinds.pop()
    new = (SHORT if short else FULL)[language].split()[number - 1]
    if plain:
        new = bare(new.replace("ä", "ae")) if language == "de" else bare(new)
    if name.isupper():
        return new.upper()
    return new.lower() if name.islower() else new[:1].upper() + new[1:].lower()
