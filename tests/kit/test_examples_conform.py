"""The example packages keep the contract, by tests of their own such as any author has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("deid-core-*"))


@pytest.mark.parametrize(
    "tests",
    [
        "not elsewhere",
        # Each starts a process or two.
        pytest.param("elsewhere", marks=pytest.mark.exhaustive),
    ],
)
def test_the_examples_conform(run_tests: Callable[..., str], tests: str) -> None:
    printed = run_tests(EXAMPLES, "-vv", "-k", tests)
    for example in EXAMPLES:
        (module,) = (example / "tests").glob("test_*.py")
        assert f"{module.name}::TestConformance::" in printed
