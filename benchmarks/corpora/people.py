"""Patients and staff who are nobody: each word of theirs is found nowhere else."""

from __future__ import annotations

import random
from datetime import date, timedelta

import attrs

CONSONANTS = "bdfgklmnprstvz"
VOWELS = "aeiou"
CHARACTER_SETS = ("", "", "ISO_IR 100", "ISO_IR 192")
"""Of patients in turn; the first two stand for ASCII."""
SPECIAL = {"ISO_IR 100": "ö", "ISO_IR 192": "ώ"}


def word(chance: random.Random, syllables: int = 4) -> str:
    """Return a word that no language has, so that whoever finds it has found a person."""
    spelled = "".join(chance.choice(CONSONANTS) + chance.choice(VOWELS) for _ in range(syllables))
    return f"Zq{spelled}"


@attrs.frozen
class Person:
    """A patient, and those who know the patient."""

    number: int
    character_set: str
    last: str = attrs.field(repr=False)
    first: str = attrs.field(repr=False)
    ident: str = attrs.field(repr=False)
    birth: date = attrs.field(repr=False)
    phone: str = attrs.field(repr=False)
    street: str = attrs.field(repr=False)
    relative: str = attrs.field(repr=False)
    physician: str = attrs.field(repr=False)
    hospital: str = attrs.field(repr=False)

    @property
    def name(self) -> str:
        """The name as it stands in a person name element (PS3.5 6.2)."""
        return f"{self.last}^{self.first}"

    @property
    def sex(self) -> str:
        """Patient's Sex."""
        return "FMO"[self.number % 3]

    def listed(self) -> list[str]:
        """Return the words that no element tells to be a name: those of free text."""
        return [self.relative]


def person(seed: int, number: int) -> Person:
    """Return one person; the same for the same numbers."""
    chance = random.Random(f"{seed} person {number}")  # noqa: S311 - no secret is made
    character_set = CHARACTER_SETS[number % len(CHARACTER_SETS)]
    return Person(
        number=number,
        character_set=character_set,
        last=word(chance) + SPECIAL.get(character_set, ""),
        first=word(chance, 3),
        ident=f"PZQ-{chance.randrange(10**6, 10**7)}-{chance.choice('KLMN')}",
        birth=date(1930, 1, 1) + timedelta(days=chance.randrange(28000)),
        phone=f"+49 6221 {chance.randrange(10**6, 10**7)}",
        street=f"{chance.randrange(1, 200)} {word(chance)}weg",
        relative=word(chance, 5),
        physician=f"{word(chance)}^{word(chance, 3)}^^Dr",
        hospital=f"{word(chance, 5)} Klinikum",
    )
