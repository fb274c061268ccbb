"""What the tests of recipes share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from deid_core import Engine, PluginHost, Problem, RecipeError
from deid_core.recipe.syntax import parse


@pytest.fixture
def refused(host: PluginHost) -> Callable[[str], tuple[Problem, ...]]:
    """Return a function that gives the problems of lines of ``%header``; the first is line 3."""

    def refused(lines: str) -> tuple[Problem, ...]:
        with pytest.raises(RecipeError) as caught:
            Engine(host, [parse(f"FORMAT dicom\n%header\n{lines}", "r.txt")])
        return caught.value.problems

    return refused
