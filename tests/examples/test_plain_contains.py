"""The example deid-core-plain-contains: one selector replaced, its neighbours untouched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.examples.conftest import Environment

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def environment(installed: Callable[..., Environment]) -> Environment:
    return installed("deid-core-plain-contains")


def test_only_contains_is_replaced(environment: Environment) -> None:
    plugins = environment.plugins()
    provides = plugins["plain-contains"]["provides"]
    assert set(provides) == {"parallel run plain-contains", "selector contains"}
    assert plugins["plain-contains"]["overrides"] == ["selector contains of dicom"]
    ours = plugins["dicom"]["provides"]
    assert "selector contains" not in ours
    assert {"selector startswith", "selector endswith", "selector select"} <= set(ours)


def test_it_finds_text_where_ours_finds_a_pattern(
    environment: Environment,
    scan: Callable[..., Path],
    recipe: Callable[..., Path],
    tmp_path: Path,
    outputs: Callable[..., Any],
) -> None:
    path = recipe("REMOVE contains:(0010,", "REMOVE contains:Stu.y", "REMOVE endswith:Tim.$")
    arguments = ["run", scan(), "--recipe", path, "--default", "keep", "--output", tmp_path / "out"]
    # The Patient ID of the image is its Study ID as well, which is no affair of this test.
    arguments += ["--check", "off"]
    done = environment.run(*arguments)
    assert done.returncode == 0, done.stderr
    (dataset,) = outputs(tmp_path / "out")
    assert not dataset.group_dataset(0x0010)
    assert dataset.StudyDate
    assert "StudyTime" not in dataset

    done = environment.run(*arguments, "--block", "plain-contains")
    assert done.returncode == 2
    assert "selector 'contains': the pattern is no valid regular expression" in done.stderr
