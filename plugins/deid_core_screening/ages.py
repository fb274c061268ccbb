"""Find ages above 89 years that are written in a text, and write 90 for them."""

from __future__ import annotations

import regex

_AGE = r"(?:9\d|1[0-3]\d)"
_YEARS = r"(?:y(?:ears?|rs?|\.?\s?/?o\b)?|jahre?|jährige?[nrs]?|ans|años|anos|anni|jaar|jarige)\b"
_BEFORE_YEARS = regex.compile(
    rf"(?<![\d.,])0?{_AGE}(?=[\s-]{{0,2}}{_YEARS})", flags=regex.IGNORECASE
)
_AFTER_AGE = regex.compile(
    rf"(?<=\b(?:aged?|alter|âge|edad|età|leeftijd|idade)\W{{0,3}})0?{_AGE}(?![\d.,]*\d)",
    flags=regex.IGNORECASE,
)
CAPPED = "90"


def cap_ages(text: str) -> str:
    """Return a text in which no age is above 90: English, German and five Romance or Dutch forms."""
    if not any(sign.isdigit() for sign in text):
        return text
    return _AFTER_AGE.sub(CAPPED, _BEFORE_YEARS.sub(CAPPED, text))
