"""What a pseudonym is made from."""

from __future__ import annotations

from deid_core import Field
from deid_core.elements import texts


def source_text(field: Field) -> str:
    """Return the value of the field as text.

    An element that is empty or not there yet has the instance and its own place for a value,
    so that what is made for it is distinct, and the same in every run with the same key.
    """
    found = texts(field.value)
    if not found:
        return f"{field.context.identifiers.item}\\{field.path}"
    return "\\".join(found)
