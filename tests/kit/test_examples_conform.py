"""The example packages, and a new one, keep the contract by tests of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from deid_core.cli.main import cli

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("deid-core-*"))


@pytest.mark.parametrize(
    "tests",
    [
        "not elsewhere",
        # Each starts a process or two.
        pytest.param("elsewhere", marks=pytest.mark.exhaustive),
    ],
)
def test_the_examples_and_a_new_package_conform(
    run_tests: Callable[..., str], tests: str, tmp_path: Path
) -> None:
    made = CliRunner().invoke(
        cli, ["plugin", "new", "cap", "--kind", "action", "--folder", str(tmp_path)]
    )
    assert made.exit_code == 0, made.output
    printed = run_tests([*EXAMPLES, tmp_path / "deid-core-cap"], "-vv", "-k", tests)
    for example in EXAMPLES:
        (module,) = (example / "tests").glob("test_*_conforms.py")
        assert f"{module.name}::TestConformance::" in printed
    assert "deid-core-cap/tests/test_conformance.py::TestConformance::" in printed
