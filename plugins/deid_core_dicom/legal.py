"""Whether a value is what the standard allows: asked of pydicom, answered without the value."""

from __future__ import annotations

import re
from typing import Any

from pydicom import config, datadict
from pydicom.valuerep import validate_value

from deid_core import Batch, Field, ReadError, Rule, Unresolved, dictionary
from deid_core.convert import to_vr
from deid_core.records import Test
from deid_core_dicom.shift import Shift, shift_text
from deid_core_dicom.terms import DEFINED_TERMS
from deid_core_dicom.uids import PADDING, is_uid

BINARY = frozenset({"OB", "OD", "OF", "OL", "OV", "OW"})
_VM = re.compile(r"(\d+)(?:-(\d*)(n?))?")


def is_legal(value: Any, tag: int, vr: str) -> bool:
    """Tell whether ``value`` is legal for ``vr``, or for that of the dictionary (PS3.5 6.2).

    What cannot be stored at all is another matter and passes here.
    """
    allowed = dictionary.vrs_of(tag)
    if allowed and vr not in allowed:
        vr = allowed[0]
    if vr == "UI" and isinstance(value, str) and is_uid(value):
        return True
    try:
        converted = to_vr(value, vr)
    except (ValueError, TypeError, ArithmeticError):
        return True
    return _is_valid(converted if isinstance(converted, list) else [converted], vr)


def _is_valid(values: list[Any], vr: str) -> bool:
    try:
        for one in values:
            if isinstance(one, str):
                validate_value(vr, one, config.RAISE)
                _check_meaning(one, vr)
    except (ValueError, Unresolved):
        return False
    return True


def _check_meaning(text: str, vr: str) -> None:
    """Raise ``ValueError`` or `Unresolved` for what has the form of its VR and means nothing.

    That is a day that no calendar has, and digits that are no UID.
    """
    if not text.strip(PADDING):
        return
    if vr in ("DA", "DT", "TM"):
        shift_text(text, vr, Shift(0))
    if vr == "UI" and not is_uid(text.strip(PADDING)):
        raise ValueError("no UID")


def compile_standard(_rule: Rule, _batch: Batch) -> Test:
    """Test that an element is as the standard defines its attribute.

    Its VR is one of the dictionary's (or UN, for a value that one of those fits), it has as
    many values as the dictionary allows, each legal, and a defined term where PS3.3 gives
    such. So what a sender hid in an attribute that is kept does not get through.
    """
    return is_standard


def is_standard(field: Field) -> bool:
    """Tell whether an element is as the standard defines its attribute."""
    path = field.path
    allowed = dictionary.vrs_of(path.tag)
    if path.vr not in (*allowed, "UN") or not allowed:
        return False
    if BINARY & {path.vr, allowed[0]}:
        return True
    try:
        value = field.value
    except ReadError:
        return False
    if value is None or allowed == ("SQ",):
        return True
    values = value if isinstance(value, list) else [value]
    return (
        _fits_multiplicity(len(values), path.tag)
        and not any(isinstance(one, bytes) for one in values)
        and _is_valid(
            [str(one) if allowed[0] in ("DS", "IS") else one for one in values], allowed[0]
        )
        and _are_defined(values, path.tag, allowed[0])
    )


def _fits_multiplicity(count: int, tag: int) -> bool:
    match = _VM.match(datadict.dictionary_VM(tag))
    if match is None:
        return False
    least, most, many = match.groups()
    if many:
        return count >= int(least) and count % int(most or 1) == 0
    return int(least) <= count <= int(most or least)


def _are_defined(values: list[Any], tag: int, vr: str) -> bool:
    if vr == "AT":
        return all(dictionary.vrs_of(int(one)) for one in values)
    terms = DEFINED_TERMS.get(dictionary.keyword_of(tag))
    return terms is None or all(str(one).strip() in terms for one in values)
