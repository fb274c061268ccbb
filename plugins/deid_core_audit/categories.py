"""Score one output against its input, category by category."""

from __future__ import annotations

from collections import Counter

import attrs

from deid_core_audit.files import PIXELS, Content
from deid_core_audit.identifying import (
    DATE,
    STANDARD,
    UID,
    Identifier,
    identifiers,
    is_instance_uid,
    kind_of,
)
from deid_core_audit.leaves import FREE_TEXT, TEXT, Leaf, codecs_of, leaves
from deid_core_audit.needles import Needle, Needles
from deid_core_audit.spellings import TITLES, folded

TAGS_RETAINED = "tags retained"
TEXT_NOT_NULL = "text not null"
TEXT_RETAINED = "text retained"
TEXT_REMOVED = "text removed"
DATES_SHIFTED = "dates shifted"
UIDS_CHANGED = "UIDs changed"
UIDS_CONSISTENT = "UIDs consistent"
PATIENTS_CONSISTENT = "patients consistent"
PIXELS_RETAINED = "pixels retained"
CATEGORIES = {
    TAGS_RETAINED: "elements that describe the image and no person, and are still there",
    TEXT_NOT_NULL: "text elements that are still there, and not empty",
    TEXT_RETAINED: "words of descriptions that identify nobody, and are still there",
    TEXT_REMOVED: "elements that held an identifier, and do not any more",
    DATES_SHIFTED: "dates that have changed, all of a patient's by the same days",
    UIDS_CHANGED: "UIDs of instances that have changed, and UIDs of classes that have not",
    UIDS_CONSISTENT: "UIDs with one UID in their place, which stands for no other",
    PATIENTS_CONSISTENT: "patients with one ID in the place of theirs, which stands for no other",
    PIXELS_RETAINED: "images with the same pixels",
}
LEAKING = frozenset(
    [TEXT_REMOVED, DATES_SHIFTED, UIDS_CHANGED, UIDS_CONSISTENT, PATIENTS_CONSISTENT]
)
"""Categories in which a failure is a fault. In the others it may be on purpose."""

_DESCRIBING = frozenset(
    [
        "AT",
        "CS",
        "DS",
        "FD",
        "FL",
        "IS",
        "OB",
        "OD",
        "OF",
        "OL",
        "OV",
        "OW",
        "SL",
        "SS",
        "SV",
        "UL",
        "US",
        "UV",
    ]
)
META_GROUP = 0x0002
_OF_PERSONS = frozenset([0x0010, 0x0012, 0x0032, 0x0038, 0x4008])
"""Groups about patients, trials, requests, visits and interpretations."""


@attrs.define
class Tally:
    """How many were looked at, and how many are as they should be."""

    passed: int = 0
    total: int = 0

    def count(self, passed: bool) -> None:  # noqa: FBT001 - what is counted
        """Count one."""
        self.passed += passed
        self.total += 1


@attrs.define
class Scores:
    """A tally for each category, and the places where something failed."""

    tallies: dict[str, Tally] = attrs.field(factory=lambda: {name: Tally() for name in CATEGORIES})
    failures: dict[str, Counter[str]] = attrs.field(
        factory=lambda: {name: Counter() for name in CATEGORIES}
    )

    def count(self, category: str, place: str, passed: bool) -> None:  # noqa: FBT001 - as above
        """Count one for a category; ``place`` is where it stands."""
        self.tallies[category].count(passed)
        if not passed:
            self.failures[category][place] += 1


@attrs.frozen
class Sides:
    """An input and its output, as leaves by their path."""

    before: dict[str, Leaf] = attrs.field(repr=False)
    after: dict[str, Leaf] = attrs.field(repr=False)
    found: tuple[Identifier, ...] = attrs.field(repr=False)
    own: Needles = attrs.field(repr=False)

    @classmethod
    def of(cls, before: Content, after: Content, kept: frozenset[str]) -> Sides:
        """Walk both; identifiers of the kinds in ``kept`` may stay."""
        assert before.dataset is not None  # noqa: S101 - only parsed files are paired
        assert after.dataset is not None  # noqa: S101 - as above
        leaves_before = {leaf.path: leaf for leaf in leaves(before.dataset)}
        found = tuple(one for leaf in leaves_before.values() for one in identifiers(leaf))
        own = Needles.of(
            (one for one in found if one.kind not in {DATE, UID} | kept), codecs_of(before.dataset)
        )
        leaves_after = {leaf.path: leaf for leaf in leaves(after.dataset)}
        return cls(leaves_before, leaves_after, found, own)


def score(sides: Sides, before: Content, after: Content, scores: Scores) -> None:
    """Count what one pair shows by itself; what takes all pairs is in `consistency`."""
    for leaf in sides.before.values():
        other = sides.after.get(leaf.path)
        _tags(leaf, other, scores)
        _texts(leaf, other, sides.own, scores)
        _uids(leaf, other, scores)
    for tag in PIXELS:
        image = sides.before.get(f"/{tag:08X}")
        if image is not None and not image.empty:
            same = _same_pixels(image, sides.after.get(image.path), before, after)
            scores.count(PIXELS_RETAINED, image.place, same)


def _tags(leaf: Leaf, other: Leaf | None, scores: Scores) -> None:
    if (
        leaf.known
        and leaf.vr in _DESCRIBING
        and leaf.tag >> 16 not in _OF_PERSONS
        and leaf.tag >> 16 > META_GROUP
    ):
        scores.count(TAGS_RETAINED, leaf.place, other is not None)


def _texts(leaf: Leaf, other: Leaf | None, own: Needles, scores: Scores) -> None:
    in_dataset = leaf.known and leaf.tag >> 16 > META_GROUP
    if leaf.vr in TEXT and not leaf.empty and other is not None and in_dataset:
        scores.count(TEXT_NOT_NULL, leaf.place, not other.empty)
    found = own.in_leaf(leaf) if leaf.readable else set[Needle]()
    if found:
        gone = other is None or not found & own.in_leaf(other)
        scores.count(TEXT_REMOVED, leaf.place, gone)
    if in_dataset and leaf.vr in FREE_TEXT and kind_of(leaf) is None:
        left = Counter(folded(other.text).split()) if other is not None else Counter[str]()
        taken = {word for needle in found for word in needle.text.split()} | TITLES
        for word in folded(leaf.text).split():
            if word.isalpha() and word not in taken:
                scores.count(TEXT_RETAINED, leaf.place, left[word] > 0)
                left[word] -= 1


def _uids(leaf: Leaf, other: Leaf | None, scores: Scores) -> None:
    if leaf.vr != "UI" or other is None or other.empty or leaf.keyword == "TransferSyntaxUID":
        return
    if leaf.keyword.startswith("Implementation"):
        return  # who wrote the file: another program now
    for old, new in zip(leaf.values, other.values, strict=False):
        # Of a class that is not the standard's, nobody knows whether its UID tells who made it.
        if is_instance_uid(leaf, old) or old.startswith(STANDARD):
            scores.count(UIDS_CHANGED, leaf.place, (old != new) == is_instance_uid(leaf, old))


def _same_pixels(leaf: Leaf, other: Leaf | None, before: Content, after: Content) -> bool:
    if other is None:
        return False
    if leaf.raw.rstrip(b"\0") == other.raw.rstrip(b"\0"):
        return True
    return _decoded(before) is not None and _decoded(before) == _decoded(after)


def _decoded(content: Content) -> tuple[object, bytes] | None:
    """Return shape and bytes of an image in another transfer syntax, if it can be decoded."""
    dataset = content.dataset
    if dataset is None:
        return None
    try:
        pixels = dataset.pixel_array
        return pixels.shape, pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()
    except Exception:  # noqa: BLE001 - no decoder for it, or damaged: then it is not the same
        return None
