"""What contains: finds."""

from __future__ import annotations

from collections.abc import Callable

from deid_core.testing import TrialRun

Run = Callable[..., TrialRun]
RECIPE = "FORMAT dicom\nDEFAULT KEEP\n%header\nREMOVE contains:{}"


def test_a_bracket_is_a_bracket(deid_run: Run) -> None:
    dataset = deid_run(RECIPE.format("(0010,"), plugins=["plain-contains"]).datasets()[0]
    assert not dataset.group_dataset(0x0010)
    assert "StudyDate" in dataset


def test_a_dot_is_a_dot(deid_run: Run) -> None:
    dataset = deid_run(RECIPE.format("Stu.y"), plugins=["plain-contains"]).datasets()[0]
    assert "StudyDate" in dataset


def test_private_elements_are_found_by_their_creator(deid_run: Run) -> None:
    run = deid_run(RECIPE.format("deid_core"), plugins=["plain-contains"], remove_private=False)
    dataset = run.datasets()[0]
    assert (0x0009, 0x1001) not in dataset
    assert "StudyDate" in dataset
