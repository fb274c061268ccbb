"""What a pseudonym may consist of, and the words of a recipe that say so."""

from __future__ import annotations

from collections.abc import Mapping

LONGEST = 64
"""Characters of the longest pseudonym: what VR LO and a component of VR PN hold (PS3.5 6.2)."""


def known_only(given: Mapping[str, str], *known: str) -> None:
    """Raise ``ValueError`` for a word that a form does not take."""
    unknown = sorted(set(given) - {"form", *known})
    if unknown:
        takes = ", ".join(f"{name}=" for name in known)
        raise ValueError(f"found {unknown[0]}=; form={given['form']} takes {takes}")


def whole(given: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    """Return a word as a whole number. Raises ``ValueError``."""
    text = given.get(name, str(default))
    number = int(text) if text.isascii() and text.isdigit() else -1
    if not low <= number <= high:
        raise ValueError(f"{name}= must be a whole number from {low} to {high}")
    return number


def prefix_of(given: Mapping[str, str], room: int) -> str:
    """Return the prefix, which leaves ``room`` characters. Raises ``ValueError``."""
    prefix = given.get("prefix", "")
    if len(prefix) + room > LONGEST:
        raise ValueError(f"prefix= and what follows it may have {LONGEST} characters together")
    if prefix and (prefix != prefix.strip() or fault_of(prefix)):
        raise ValueError("prefix= must be printable ASCII without backslash, '=' and outer blanks")
    return prefix


def fault_of(text: str) -> str | None:
    """Return what keeps a text from being a pseudonym, as the value of Patient ID and Patient Name."""
    if not text.strip():
        return "is empty"
    if len(text) > LONGEST:
        return f"has more than {LONGEST} characters"
    if not text.isascii() or not text.isprintable() or "\\" in text or "=" in text:
        return "must be printable ASCII without backslash and '='"
    return None
