"""Where a message says that something is wrong: a line of the plugin, which its author can mend."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

from deid_core import PluginFailedError, PluginHost
from deid_core.guard import defined_at, place_of

DATES = """\
from deid_core import hookimpl
from hospital_dates.parsing import parse


@hookimpl
def deid_find_recipe(name):
    return parse(name)
"""
PARSING = """\
from datetime import datetime


def parse(text):
    return datetime.strptime(text, "%Y")
"""


def test_an_exception_of_a_library_is_told_by_the_line_that_called_it() -> None:
    with pytest.raises(ValueError, match="Expecting value") as caught:
        json.loads("no JSON")
    assert place_of(caught.value).startswith("test_places.py:")


def test_an_exception_of_a_package_is_told_by_its_last_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "hospital_dates"
    package.mkdir()
    (package / "__init__.py").write_text(DATES, encoding="utf-8")
    (package / "parsing.py").write_text(PARSING, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    dates = importlib.import_module("hospital_dates")
    with pytest.raises(PluginFailedError, match=r"raised ValueError at parsing\.py:5$"):
        PluginHost({"dates": dates}).find_recipe("no year")
    assert defined_at(dates.deid_find_recipe) == " (hospital_dates/__init__.py:5)"


def test_what_was_never_raised_and_what_has_no_code_have_no_place() -> None:
    assert place_of(ValueError()) == ""
    assert defined_at(len) == ""
