"""Whether an element is what the standard says of its attribute: VR, and form of the value."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping

from deid_core import ElementPath, Field, dictionary

_DAY = re.compile(r"\d{8}")
_INSTANT = re.compile(r"\d{4}(\d\d(\d\d(\d\d([0-5]\d([0-5]\d|60)?(\.\d{1,6})?)?)?)?)?([+-]\d{4})?")
_TIME = re.compile(r"([01]\d|2[0-3])([0-5]\d(([0-5]\d|60)(\.\d{1,6})?)?)?")
_AGE = re.compile(r"\d{3}[DWMY]")
_UID = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*))+")
LONGEST_UID = 64


def is_unknown(path: ElementPath) -> bool:
    """Tell a public element that no dictionary knows."""
    return not path.is_private and not dictionary.vrs_of(path.tag)


def is_misfit(path: ElementPath) -> bool:
    """Tell a public element that is unknown, or stored with a VR which is not the dictionary's."""
    if path.is_private:
        return False
    allowed = dictionary.vrs_of(path.tag)
    return not allowed or path.vr not in (*allowed, "UN")


def is_legal(field: Field) -> bool:
    """Tell whether what must have a form has it: ages, dates, times and UIDs (PS3.5 6.2).

    Nobody looks for names there, so nothing else may hide in them.
    """
    allowed = dictionary.vrs_of(field.path.tag)
    vr = allowed[0] if allowed and field.path.vr not in allowed else field.path.vr
    test = _TESTS.get(vr)
    if test is None or field.value is None:
        return True
    values = field.value if isinstance(field.value, list) else [field.value]
    return all(isinstance(value, str) and test(value.strip(" \0")) for value in values if value)


def _is_day(text: str) -> bool:
    return _DAY.fullmatch(text) is not None and _exists(text)


def _is_instant(text: str) -> bool:
    match = _INSTANT.fullmatch(text)
    return match is not None and _exists(re.split(r"[+-]", text)[0])


def _exists(text: str) -> bool:
    """Tell whether there is such a day, as far as it is said."""
    year, month, day = text[:4], text[4:6] or "01", text[6:8] or "01"
    try:
        datetime.date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def _is_uid(text: str) -> bool:
    return len(text) <= LONGEST_UID and _UID.fullmatch(text) is not None


_TESTS: Mapping[str, Callable[[str], bool]] = {
    "AS": lambda text: _AGE.fullmatch(text) is not None,
    "DA": _is_day,
    "DT": _is_instant,
    "TM": lambda text: _TIME.fullmatch(text) is not None,
    "UI": _is_uid,
}
