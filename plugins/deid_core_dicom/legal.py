"""Whether a value is legal for its VR: asked of pydicom, answered without the value."""

from __future__ import annotations

from typing import Any

from pydicom import config
from pydicom.valuerep import validate_value

from deid_core import dictionary
from deid_core.convert import to_vr


def is_legal(value: Any, tag: int, vr: str) -> bool:
    """Tell whether ``value`` is legal for ``vr``, or for that of the dictionary (PS3.5 6.2).

    What cannot be stored at all is another matter and passes here.
    """
    allowed = dictionary.vrs_of(tag)
    if allowed and vr not in allowed:
        vr = allowed[0]
    try:
        converted = to_vr(value, vr)
    except (ValueError, TypeError, ArithmeticError):
        return True
    values = converted if isinstance(converted, list) else [converted]
    try:
        for one in values:
            if isinstance(one, str):
                validate_value(vr, one, config.RAISE)
    except ValueError:
        return False
    return True
