"""What a pseudonym is made from."""

from __future__ import annotations

from deid_core import Field
from deid_core.elements import texts


def source_text(field: Field) -> str:
    """Return the value of the field as text: a number as it is written, bytes as UTF-8.

    An element that is empty or not there yet has the instance and its own place for a value,
    so that what is made for it is distinct, and the same in every run with the same key.
    """
    value = field.value
    count = len(value) if isinstance(value, list) else 1
    found = field.readings[:count] if field.path.vr in ("DS", "IS") else texts(value)
    if not found:
        return f"{field.context.identifiers.item}\\{field.path}"
    return "\\".join(found)
