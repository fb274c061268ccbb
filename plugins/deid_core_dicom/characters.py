"""Specific Character Set: text that stays must stay readable (PS3.3 C.12.1.1.2)."""

from __future__ import annotations

from pydicom.charset import python_encoding
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

from deid_core.elements import held, new_element, stored_vr

CHARACTER_SET = 0x00080005
TEXT_VRS = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
_ASCII = frozenset({"iso8859", "ascii", ""})


def restore_character_set(dataset: Dataset) -> None:
    """Put Specific Character Set back if it was removed and text needs it.

    Text beyond ASCII would otherwise be read as something else.
    """
    if CHARACTER_SET in dataset:
        return
    encodings = dataset.original_character_set
    names = [encodings] if isinstance(encodings, str) else list(encodings or ())
    if set(names) <= _ASCII or not _has_other_than_ascii(dataset):
        return
    terms = {encoding: term for term, encoding in python_encoding.items() if term}
    known = [terms[name] for name in names if name in terms]
    if known:
        dataset[CHARACTER_SET] = new_element(
            CHARACTER_SET, "CS", known if len(known) > 1 else known[0]
        )


def _has_other_than_ascii(dataset: Dataset) -> bool:
    for tag in dataset.keys():  # noqa: SIM118 - a Dataset iterates over converted elements
        element = held(dataset, tag)
        if stored_vr(dataset, tag) == "SQ":
            items = () if isinstance(element, RawDataElement) else element.value or ()
            if isinstance(element, RawDataElement) and not _is_ascii(element.value or b""):
                return True
            if any(_has_other_than_ascii(item) for item in items):
                return True
        elif stored_vr(dataset, tag) in TEXT_VRS:
            value = element.value or b""
            if not (_is_ascii(value) if isinstance(value, bytes) else str(value).isascii()):
                return True
    return False


def _is_ascii(value: bytes) -> bool:
    """Tell whether bytes need no character set; an escape may switch to one (ISO 2022)."""
    return value.isascii() and b"\x1b" not in value
