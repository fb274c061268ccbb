"""Screening rules are read before any file is, and a bad one is refused with its number."""

from __future__ import annotations

import collections
from typing import Any

import pytest

from deid_core import ScreenRule, SettingsError
from deid_core.dicom import replace_identifiers
from deid_core.screening import read_rules

ScreenValue = collections.namedtuple(  # noqa: PYI024 - as the seed writes it
    "ScreenValue", "type tag split separator minvaluelen pattern"
)
GOOD = ScreenRule(type="value", tag="PatientName")


def pattern(text: Any) -> ScreenRule:
    return ScreenRule(type="pattern", pattern=text)


def test_named_tuples_and_rules_read_the_same() -> None:
    one = ScreenValue("value", "PatientName", True, "^", 4, None)
    other = ScreenRule(
        type="value", tag="PatientName", split=True, separator="^", minvaluelen=4, pattern=None
    )
    assert read_rules([one]) == read_rules([other]) == (other,)


def test_no_rules_are_none() -> None:
    assert read_rules(None) == ()


@pytest.mark.parametrize(
    "text", [r"^(Q\d+)", r".*\^+.*", r"\d{7,}", "(?i)smith|jones", r"[A-Z]{2}\d{6}", r"\bMRN\b"]
)
def test_patterns_that_people_write_are_accepted(text: str) -> None:
    assert read_rules([pattern(text)])[0].pattern == text


@pytest.mark.parametrize("text", [r"(a+)+$", r"(x|x)*y", r"(a|aa)+$", r"(.*a){12}$"])
def test_patterns_whose_time_explodes_are_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"screening rule 2: pattern is catastrophically slow"):
        read_rules([GOOD, pattern(text)])


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (ScreenRule(type="valu", tag="PatientName"), "type must be 'value' or 'pattern'"),
        (
            ScreenRule(type="value"),
            "a rule of type 'value' needs tag, the keyword of an attribute",
        ),
        (
            ScreenRule(type="value", tag=5),  # type: ignore[arg-type]
            "a rule of type 'value' needs tag, the keyword of an attribute",
        ),
        (
            ScreenRule(type="value", tag="PatientNam"),
            "tag 'PatientNam' is no keyword of the dictionary; did you mean 'PatientName'?",
        ),
        (ScreenRule(type="value", tag="Qqqqqq"), "tag 'Qqqqqq' is no keyword of the dictionary"),
        (ScreenRule(type="value", tag="PatientName", split=True), "split needs a separator"),
        (
            ScreenRule(type="value", tag="PatientName", minvaluelen=-1),
            "minvaluelen must be a number of characters",
        ),
        (
            ScreenRule(type="value", tag="PatientName", minvaluelen="4"),  # type: ignore[arg-type]
            "minvaluelen must be a number of characters",
        ),
        (pattern(None), "a rule of type 'pattern' needs pattern, a regular expression"),
        (pattern(5), "a rule of type 'pattern' needs pattern, a regular expression"),
        (pattern("("), "pattern is no valid regular expression: missing )"),
    ],
)
def test_a_bad_rule_is_refused_with_its_number(rule: ScreenRule, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_rules([GOOD, rule])
    assert str(caught.value).startswith(f"screening rule 2: {message}")


def test_a_thing_that_is_no_rule_is_refused_with_its_fields() -> None:
    with pytest.raises(SettingsError) as caught:
        read_rules([("value", "PatientName")])
    assert str(caught.value) == (
        "screening rule 1: has no 'type'; a rule has the fields "
        "type, tag, split, separator, minvaluelen, pattern"
    )


def test_screening_without_rules_is_refused(cookies: list[str]) -> None:
    with pytest.raises(SettingsError, match="screen_private needs screen_values: nothing says"):
        replace_identifiers(cookies[:1], remove_private=False, screen_private=True)


def test_rules_that_would_not_be_used_are_refused(cookies: list[str]) -> None:
    with pytest.raises(SettingsError, match="screen_values are given but screen_private is False"):
        replace_identifiers(cookies[:1], remove_private=False, screen_values=[GOOD])
