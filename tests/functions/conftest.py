"""What the tests of functions share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from deid_core import Engine, PluginHost, RecipeError
from deid_core.recipe.syntax import parse


@pytest.fixture
def refused_header(host: PluginHost) -> Callable[[str], str]:
    """Return a function that gives the one problem of a line of ``%header``, as text."""

    def refused_header(line: str) -> str:
        with pytest.raises(RecipeError) as caught:
            Engine(host, [parse(f"FORMAT dicom\n%header\n{line}", "r.txt")])
        (problem,) = caught.value.problems
        assert problem.line == 3
        return str(problem)

    return refused_header
