"""What only all pairs together show: one new value for one old one, one shift for a patient."""

from __future__ import annotations

from collections import Counter, defaultdict
from operator import itemgetter

import attrs

from deid_core_audit.categories import (
    DATES_SHIFTED,
    PATIENTS_CONSISTENT,
    UIDS_CONSISTENT,
    Scores,
    Sides,
)
from deid_core_audit.identifying import is_instance_uid
from deid_core_audit.leaves import Leaf
from deid_core_audit.spellings import as_date

PATIENT_ID = "/00100020"
PATIENT_NAME = "/00100010"
STUDY = "/0020000D"
INSTANCE = "/00080018"
MEDIA_STORAGE = "/00020003"


@attrs.define
class Mapping:
    """Which new values stand for an old one, over all pairs."""

    _new: dict[str, set[str]] = attrs.field(factory=lambda: defaultdict(set), repr=False)
    _place: dict[str, str] = attrs.field(factory=dict, repr=False)

    def add(self, old: str, new: str, place: str) -> None:
        """Note that ``new`` stands where ``old`` stood."""
        self._new[old].add(new)
        self._place.setdefault(old, place)

    def score(self, category: str, scores: Scores) -> None:
        """Count each old value: it has one new one, which is not empty and stands for no other."""
        olds = Counter(new for news in self._new.values() for new in news)
        for old, news in self._new.items():
            good = len(news) == 1 and all(new and olds[new] == 1 for new in news)
            scores.count(category, self._place[old], good)


@attrs.define
class Consistency:
    """Gathers what pairs say of UIDs, patients and dates."""

    uids: Mapping = attrs.field(factory=Mapping)
    patients: Mapping = attrs.field(factory=Mapping)
    _dates: dict[str, Counter[tuple[str, str, str]]] = attrs.field(
        factory=lambda: defaultdict(Counter), repr=False
    )

    def add(self, sides: Sides) -> None:
        """Take in a pair."""
        patient = _text(sides.before, PATIENT_ID)
        if patient:
            self.patients.add(patient, _text(sides.after, PATIENT_ID), "PatientID")
        whose = patient or _text(sides.before, PATIENT_NAME) or _text(sides.before, STUDY)
        instance = _text(sides.before, INSTANCE)
        for leaf in sides.before.values():
            if leaf.path == MEDIA_STORAGE and leaf.text != instance:
                continue  # it named another object, and names its own now
            other = sides.after.get(leaf.path)
            if other is not None and not other.empty:
                for old, new in zip(leaf.values, other.values, strict=False):
                    self._add(leaf, old, new, whose)

    def _add(self, leaf: Leaf, old: str, new: str, whose: str) -> None:
        if leaf.vr == "UI" and is_instance_uid(leaf, old):
            self.uids.add(old, new, leaf.place)
        elif leaf.vr in {"DA", "DT"} and old:
            self._dates[whose][old, new, leaf.place] += 1

    def score(self, scores: Scores) -> None:
        """Count over all that was taken in."""
        self.uids.score(UIDS_CONSISTENT, scores)
        self.patients.score(PATIENTS_CONSISTENT, scores)
        for found in self._dates.values():
            _score_dates(found, scores)


def _score_dates(found: Counter[tuple[str, str, str]], scores: Scores) -> None:
    """Count the dates of one patient: as good as shifted is one that a dummy stands for."""
    shifts = {(old, new): _shift(old, new) for old, new, _ in found}
    usual, dummies = _usual(shifts)
    for (old, new, place), times in found.items():
        days = shifts[old, new]
        good = old != new and days != 0 and (days in {None, usual} or new[:8] in dummies)
        for _ in range(times):
            scores.count(DATES_SHIFTED, place, good)


def _usual(shifts: dict[tuple[str, str], int | None]) -> tuple[int | None, set[str]]:
    """Return by how many days a patient's dates move, and the dates that are dummies.

    A dummy stands for several different dates, none of which is the one that was shifted there.
    """
    moved = {(old[:8], new[:8]): days for (old, new), days in shifts.items() if days}
    usual, times = max(Counter(moved.values()).items(), key=itemgetter(1), default=(None, 0))
    origins: defaultdict[str, set[int]] = defaultdict(set)
    for (_, new), days in moved.items():
        origins[new].add(days)
    proven = {usual} if times > 1 else set()
    dummies = {new for new, days in origins.items() if len(days) > 1 and not days & proven}
    if not proven:
        left = [days for (_, new), days in moved.items() if new not in dummies]
        usual = left[0] if left else None
    return usual, dummies


def _shift(old: str, new: str) -> int | None:
    """Return by how many days a date moved, None where one of the two is no whole date."""
    before, after = as_date(old), as_date(new)
    return None if before is None or after is None else (after - before).days


def _text(leaves: dict[str, Leaf], path: str) -> str:
    return leaves[path].text if path in leaves else ""


def shifted(leaf: Leaf | None, other: Leaf | None) -> bool:
    """Whether a date in the output is what another one became, and equals an old one by chance."""
    return (
        leaf is not None
        and other is not None
        and other.vr in {"DA", "DT"}
        and leaf.text[:8] != other.text[:8]
    )
