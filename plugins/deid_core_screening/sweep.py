"""Look for the patient's own values in what stays, and take them out."""

from __future__ import annotations

from typing import Any

from deid_core import Batch, Change, Field, Instance, ReadError, RemoveElement, SetValue, Sweep
from deid_core.elements import texts
from deid_core.readings import readings
from deid_core_screening.patterns import folded, pattern_of
from deid_core_screening.sources import own_values

NUMBERS = frozenset(["AT", "FD", "FL", "SL", "SS", "SV", "UL", "US", "UV"])
PLACES_IN_TIME = frozenset(["AS", "DA", "DT", "TM"])
"""Dates that stay do so because a rule shifted or kept them; a birth date is none of those."""

CODES = frozenset(
    [
        "CodeValue",
        "CodingSchemeDesignator",
        "CodingSchemeVersion",
        "ConversionType",
        "ImageType",
        "Modality",
        "PhotometricInterpretation",
        "RelationshipType",
        "SpecificCharacterSet",
        "ValueType",
    ]
)
"""Attributes of defined terms, without which a file cannot be read for what it is."""

BINARY = frozenset(["OB", "OD", "OF", "OL", "OV", "OW", "UN"])
LARGEST_BINARY = 1 << 20
"""Bytes of a binary value that are still searched; beyond are images, waveforms and meshes."""

SEARCH_SECONDS = 2.0


def sweep(instance: Instance, batch: Batch) -> Sweep:
    """Return what examines the values of one instance."""
    own = own_values(instance.dataset)
    pattern = pattern_of(own)
    clean = batch.settings.sweep == "clean"

    def examine(field: Field, protected: bool) -> Change | None:  # noqa: FBT001 - as specified
        vr = field.path.vr
        if pattern is None or vr in NUMBERS or vr in PLACES_IN_TIME or vr == "UI":
            return None
        if (protected and str(field.path) in own.places) or field.path.keyword in CODES:
            return None
        try:
            value = field.value
        except ReadError:
            return RemoveElement()
        if isinstance(value, bytes):
            return _examine_bytes(value, pattern)
        if not any(_holds(text, pattern) for text in texts(value)):
            return None
        return SetValue(_cleaned(value, pattern)) if clean else RemoveElement()

    return Sweep(examine)


def _examine_bytes(value: bytes, pattern: Any) -> Change | None:
    if len(value) > LARGEST_BINARY:
        return None
    found = any(_holds(text, pattern) for text in readings(value, None))
    return RemoveElement() if found else None


def _holds(text: str, pattern: Any) -> bool:
    try:
        return pattern.search(folded(text), timeout=SEARCH_SECONDS) is not None
    except TimeoutError:
        return True


def _cleaned(value: Any, pattern: Any) -> Any:
    if isinstance(value, list):
        return [_cleaned(one, pattern) for one in value]
    return cleaned_text(str(value), pattern)


def cleaned_text(text: str, pattern: Any) -> str:
    """Return text without what the pattern finds; the words around it stay."""
    kept, at = [], 0
    try:
        spans = [match.span() for match in pattern.finditer(folded(text), timeout=SEARCH_SECONDS)]
    except TimeoutError:
        return ""
    for start, end in spans:
        kept.append(text[at:start])
        at = end
    kept.append(text[at:])
    return " ".join("".join(kept).split())
