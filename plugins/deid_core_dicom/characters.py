"""Specific Character Set: text that stays must stay readable (PS3.3 C.12.1.1.2)."""

from __future__ import annotations

from pydicom.charset import python_encoding
from pydicom.dataset import Dataset

from deid_core import ActionError
from deid_core.elements import CHARACTER_SET_VRS, Elements, held, new_element, stored_vr
from deid_core.encoded.dataset import EncodedDataSet

CHARACTER_SET = 0x00080005
UTF_8 = "ISO_IR 192"
_ASCII = frozenset({"iso8859", "ascii", ""})


def settle_character_set(dataset: Elements) -> None:
    """Put Specific Character Set back where it went and text needs it, or declare one.

    Text beyond ASCII would otherwise be read as something else. Where nothing was declared and
    a rule has written such text, it is UTF-8. Raises `ActionError` where that would change
    text that was there before.
    """
    if isinstance(dataset, EncodedDataSet):
        # Where it would change, or go while text needs it, the data set is pydicom's.
        return
    element = dataset.get(CHARACTER_SET)
    if element is not None and element.value:
        return
    encodings = dataset.original_character_set
    names = [encodings] if isinstance(encodings, str) else list(encodings or ())
    if not set(names) <= _ASCII:
        if _needs_character_set(dataset, old=True, new=True):
            _declare(dataset, names)
        return
    if _needs_character_set(dataset, old=False, new=True):
        if _needs_character_set(dataset, old=True, new=False):
            raise ActionError("new text beyond ASCII meets old text in no declared character set")
        dataset[CHARACTER_SET] = new_element(CHARACTER_SET, "CS", UTF_8)


def _declare(dataset: Dataset, names: list[str]) -> None:
    terms = {encoding: term for term, encoding in python_encoding.items() if term}
    known = [terms[name] for name in names if name in terms]
    if known:
        value = known if len(known) > 1 else known[0]
        dataset[CHARACTER_SET] = new_element(CHARACTER_SET, "CS", value)


def _needs_character_set(dataset: Dataset, *, old: bool, new: bool) -> bool:
    """Tell whether text beyond ASCII is in a data set, still encoded (old) or written (new)."""
    for tag in dataset.keys():  # noqa: SIM118 - a Dataset iterates over converted elements
        element = held(dataset, tag)
        value = element.value
        vr = stored_vr(dataset, tag)
        if isinstance(value, bytes):
            if old and vr in (*CHARACTER_SET_VRS, "SQ") and not _is_ascii(value):
                return True
        elif vr == "SQ":
            if any(_needs_character_set(item, old=old, new=new) for item in value or ()):
                return True
        elif new and vr in CHARACTER_SET_VRS and not str(value or "").isascii():
            return True
    return False


def _is_ascii(value: bytes) -> bool:
    """Tell whether bytes need no character set; an escape may switch to one (ISO 2022)."""
    return value.isascii() and b"\x1b" not in value
