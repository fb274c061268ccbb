"""Screening rules: how a user says what to look for in private data elements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs
import regex

from deid_core import dictionary
from deid_core.errors import SettingsError

PROBE_SECONDS = 0.5
"""How long a pattern may search a probe before it counts as catastrophically slow."""

_FIELDS = ("type", "tag", "split", "separator", "minvaluelen", "pattern")


@attrs.frozen
class ScreenRule:
    """One rule: remove private elements that hold certain values.

    ``type='value'`` looks for the value of the attribute ``tag`` (a keyword), with ``split``
    for each of its parts between ``separator`` that has at least ``minvaluelen`` characters.
    ``type='pattern'`` looks for the regular expression ``pattern``.
    """

    type: str
    tag: str | None = None
    split: bool = False
    separator: str | None = None
    minvaluelen: int | None = None
    pattern: str | None = attrs.field(default=None, repr=False)


def read_rules(rules: Iterable[Any] | None) -> tuple[ScreenRule, ...]:
    """Turn named tuples or other objects with the fields of a `ScreenRule` into rules.

    Raises `SettingsError` with the number of the first rule that cannot be used: unknown
    type, missing or unknown tag, invalid pattern, or one whose search time explodes.
    """
    return tuple(_read(rule, number) for number, rule in enumerate(rules or (), start=1))


def _read(rule: Any, number: int) -> ScreenRule:
    try:
        read = ScreenRule(**{name: getattr(rule, name) for name in _FIELDS})
    except AttributeError as error:
        raise SettingsError(
            f"screening rule {number}: has no {error.name!r}; a rule has the fields {', '.join(_FIELDS)}"
        ) from None
    complaint = complaint_about(read)
    if complaint:
        raise SettingsError(f"screening rule {number}: {complaint}")
    return read


def complaint_about(rule: ScreenRule) -> str | None:
    """Return why a rule cannot be used, or None."""
    if rule.type == "value":
        return _complaint_about_value(rule)
    if rule.type == "pattern":
        return _complaint_about_pattern(rule.pattern)
    return "type must be 'value' or 'pattern'"


def _complaint_about_value(rule: ScreenRule) -> str | None:
    if not rule.tag or not isinstance(rule.tag, str):
        return "a rule of type 'value' needs tag, the keyword of an attribute"
    if dictionary.tag_mask_of(rule.tag) is None:
        near = dictionary.nearest_keyword(rule.tag)
        hint = f"; did you mean {near!r}?" if near else ""
        return f"tag {rule.tag!r} is no keyword of the dictionary{hint}"
    if rule.split and not rule.separator:
        return "split needs a separator"
    if rule.minvaluelen is not None and (
        not isinstance(rule.minvaluelen, int) or rule.minvaluelen < 0
    ):
        return "minvaluelen must be a number of characters"
    return None


def _complaint_about_pattern(pattern: str | None) -> str | None:
    if not pattern or not isinstance(pattern, str):
        return "a rule of type 'pattern' needs pattern, a regular expression"
    try:
        compiled = regex.compile(pattern)
    except regex.error as error:
        return f"pattern is no valid regular expression: {error}"
    # Patterns explode on long runs of what they repeat, followed by what they cannot match.
    runs = {*pattern, *"aA0 ,^"}
    letters = "".join(sorted(set(pattern)))
    for run in sorted(runs):
        # A search may give up at once where a letter that it needs is nowhere in the text.
        ends = ("\x00", f"\x00{letters}")
        for probe in (run * count + end for count in (40, 2000) for end in ends):
            try:
                compiled.search(probe, timeout=PROBE_SECONDS)
            except TimeoutError:
                return "pattern is catastrophically slow: it repeats a repetition; simplify it"
    return None
