"""The corpus de-identified by the profile with several sets of options, for those who judge it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# In importlib mode pytest puts no test folder on the path; the helpers need theirs.
sys.path.insert(0, str(Path(__file__).parents[1] / "corpus"))
sys.path.insert(0, str(Path(__file__).parent))

from jobs import OPTIONS, Pair, clean, different_files, few_files


@pytest.fixture(scope="session")
def every_pair(tmp_path_factory: pytest.TempPathFactory) -> list[Pair]:
    """Every real file, with its output under the basic profile alone."""
    return clean(different_files(), (), tmp_path_factory.mktemp("basic"))


@pytest.fixture(scope="session")
def few_pairs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[Pair]]:
    """Return a function that gives some files of each SOP Class under a set of options."""
    known: dict[str, list[Pair]] = {}

    def few_pairs(name: str) -> list[Pair]:
        if name not in known:
            folder = tmp_path_factory.mktemp("few")
            known[name] = clean(few_files(), OPTIONS[name], folder)
        return known[name]

    return few_pairs
