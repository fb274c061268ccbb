"""DATES says what becomes of dates in texts that are cleaned: the highest recipe decides."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from deid_core import Engine, PluginHost, RecipeError, Settings, SettingsError
from deid_core.recipe.printing import to_text
from deid_core.recipe.syntax import parse


def dates(host: PluginHost, recipes: Sequence[str], **settings: str) -> str:
    parsed = [parse(f"FORMAT dicom\n{text}", f"r{n}.txt") for n, text in enumerate(recipes)]
    return Engine(host, parsed, Settings(**settings)).batch.settings.dates


def test_dates_stay_where_nobody_says_anything(host: PluginHost) -> None:
    assert dates(host, [""]) == "keep"


@pytest.mark.parametrize("value", ["keep", "remove", "shift=1", "shift=3650", "shift=36525"])
def test_a_recipe_says_it_and_reads_as_itself(host: PluginHost, value: str) -> None:
    assert dates(host, [f"DATES {value}"]) == value
    assert dates(host, [f"dates {value.upper()}"]) == value
    recipe = parse(f"FORMAT dicom\nDATES {value}", "r.txt")
    assert parse(to_text(recipe), "again") == recipe


def test_the_highest_recipe_that_says_it_decides(host: PluginHost) -> None:
    assert dates(host, ["DATES remove", "DATES shift=30", ""]) == "shift=30"
    assert dates(host, ["DATES shift=30", "DATES keep"]) == "keep"


def test_a_recipe_wins_over_the_settings(host: PluginHost) -> None:
    assert dates(host, [""], dates="remove") == "remove"
    assert dates(host, ["DATES keep"], dates="remove") == "keep"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("DATES", "DATES: found ''; expected one of: keep, remove, shift=DAYS"),
        ("DATES kept", "DATES: found 'kept'; expected one of: keep, remove, shift=DAYS"),
        ("DATES shift", "DATES: found 'shift'; expected one of: keep, remove, shift=DAYS"),
        ("DATES shift=", "DATES: shift= must be a whole number from 1 to 36525"),
        ("DATES shift=0", "DATES: shift= must be a whole number from 1 to 36525"),
        ("DATES shift=36526", "DATES: shift= must be a whole number from 1 to 36525"),
        ("DATES shift=DAYS", "DATES: shift= must be a whole number from 1 to 36525"),
        ("DATES shift=-3", "DATES: shift= must be a whole number from 1 to 36525"),
    ],
)
def test_what_means_nothing_is_told_with_its_place(line: str, message: str) -> None:
    with pytest.raises(RecipeError) as caught:
        parse(f"FORMAT dicom\n{line}\n", "r.txt")
    (problem,) = caught.value.problems
    assert problem.line == 2
    assert problem.message == message


@pytest.mark.parametrize("value", ["", "shift", "shift=0", "moved"])
def test_settings_that_mean_nothing_are_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="dates: "):
        Settings(dates=value)
