"""Find for each output the input that it was made from: names and UIDs have changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable

import attrs

from deid_core_audit.fingerprint import Fingerprint

LEAST = 0.9
"""How alike an output and an input of one SOP class must be, of 3."""
MOST = 4_000_000
"""A group with more candidates than this is not compared one by one."""
AGREES = 1.0
"""What it counts that study, series and patient fit what other pairs have shown."""

Pair = tuple[Fingerprint, Fingerprint]
Key = Callable[[Fingerprint], Hashable]


@attrs.define
class Pairing:
    """Inputs with their outputs; outputs that fit several inputs alike; what is left over."""

    pairs: list[Pair] = attrs.field(factory=list)
    ambiguous: list[Fingerprint] = attrs.field(factory=list)
    missing: list[Fingerprint] = attrs.field(factory=list)
    extra: list[Fingerprint] = attrs.field(factory=list)


def pair(inputs: Iterable[Fingerprint], outputs: Iterable[Fingerprint]) -> Pairing:
    """Pair the files of two sides: by what is unique first, by likeness then."""
    matcher = _Matcher(dict(enumerate(inputs)), dict(enumerate(outputs)))
    matcher.by_key(_by_instance)
    matcher.by_key(_by_bulk)
    if matcher.names_kept():
        matcher.by_key(_by_name)
    matcher.by_key(_by_bulk_and_marks)
    matcher.by_likeness(_by_bulk)
    matcher.by_likeness(lambda one: one.sop_class)
    return matcher.result()


def _by_instance(one: Fingerprint) -> Hashable:
    return (one.sop_class, one.sop_instance) if one.sop_instance else None


def _by_bulk(one: Fingerprint) -> Hashable:
    return (one.sop_class, one.bulk) if one.bulk else None


def _by_name(one: Fingerprint) -> Hashable:
    return (one.sop_class, one.file.name)


def _by_bulk_and_marks(one: Fingerprint) -> Hashable:
    return (one.sop_class, one.bulk, one.marks.tobytes()) if one.bulk else None


@attrs.define
class _Matcher:
    inputs: dict[int, Fingerprint]
    outputs: dict[int, Fingerprint]
    pairs: list[Pair] = attrs.field(factory=list)
    tied: set[int] = attrs.field(factory=set)
    _learned: dict[tuple[str, str], str] = attrs.field(factory=dict, repr=False)

    def by_key(self, key: Key) -> None:
        """Pair what has a key that one file of each side has, and no other."""
        for ins, outs in self._groups(key):
            if len(ins) == len(outs) == 1:
                (i,), (o,) = ins, outs
                if self.inputs[i].likeness(self.outputs[o]) >= LEAST:
                    self._take(i, o)

    def names_kept(self) -> bool:
        """Whether the pairs so far say that outputs have the names of their inputs."""
        same = sum(one.file.name == other.file.name for one, other in self.pairs)
        return 2 * same >= len(self.pairs)

    def by_likeness(self, key: Key) -> None:
        """Pair what is liker to each other than to all others of the same key."""
        for ins, outs in self._groups(key):
            if len(ins) * len(outs) > MOST:
                self.tied |= set(outs)
                continue
            table = {(i, o): self.inputs[i].likeness(self.outputs[o]) for i in ins for o in outs}
            while table:
                best = self._unique_best(table)
                if not best:
                    break
                for i, o in best:
                    self._take(i, o)
                taken_in, taken_out = {i for i, _ in best}, {o for _, o in best}
                table = {
                    (i, o): score
                    for (i, o), score in table.items()
                    if i not in taken_in and o not in taken_out
                }
            self.tied |= {o for (_, o), score in table.items() if score >= LEAST}

    def result(self) -> Pairing:
        """Return the pairs, and what could not be paired."""
        return Pairing(
            pairs=sorted(self.pairs, key=lambda pair: pair[1].file.number),
            ambiguous=[one for number, one in self.outputs.items() if number in self.tied],
            missing=list(self.inputs.values()),
            extra=[one for number, one in self.outputs.items() if number not in self.tied],
        )

    def _groups(self, key: Key) -> list[tuple[list[int], list[int]]]:
        groups: dict[Hashable, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for side, files in enumerate((self.inputs, self.outputs)):
            for number, one in files.items():
                if (value := key(one)) is not None:
                    groups[value][side].append(number)
        return [(ins, outs) for ins, outs in groups.values() if ins and outs]

    def _unique_best(self, table: dict[tuple[int, int], float]) -> list[tuple[int, int]]:
        """Return pairs in which each is the other's one best, best pairs first."""
        best: dict[tuple[int, int], tuple[float, list[tuple[int, int]]]] = {}
        for pair, likeness in table.items():
            if likeness < LEAST:
                continue
            score = likeness + self._agreement(self.inputs[pair[0]], self.outputs[pair[1]])
            for side in (0, 1):
                top, found = best.get((side, pair[side]), (-1.0, []))
                if score > top:
                    best[side, pair[side]] = (score, [pair])
                elif score == top:
                    found.append(pair)
        unique = [
            pair
            for (side, _), (_, (pair, *others)) in best.items()
            if side == 0 and not others and best[1, pair[1]][1] == [pair]
        ]
        # Only the surest are taken at once: what they show can decide about the others.
        surest = max((table[pair] for pair in unique), default=0)
        return [pair for pair in unique if table[pair] == surest]

    def _agreement(self, one: Fingerprint, other: Fingerprint) -> float:
        score = 0.0
        for level in ("series", "study", "patient"):
            known = self._learned.get((level, getattr(one, level)))
            if known is not None:
                score += AGREES if known == getattr(other, level) else -AGREES
        return score

    def _take(self, i: int, o: int) -> None:
        one, other = self.inputs.pop(i), self.outputs.pop(o)
        self.pairs.append((one, other))
        self.tied.discard(o)
        for level in ("series", "study", "patient"):
            if getattr(one, level):
                self._learned.setdefault((level, getattr(one, level)), getattr(other, level))
