"""Files of every kind that are cut off: at every byte, if all is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hostile_files import assert_harmless
from pydicom.data import get_testdata_file

from deid_core import Outcome
from fuzz.kinds import kinds

KINDS = kinds()
STEP = 11
"""Bytes from one place to the next where a file is cut; no length of a header is a multiple of it."""


def cut_everywhere(make, kind: str, step: int = 1) -> set[Outcome]:
    data = KINDS[kind]
    return {assert_harmless(make, data[:end]).report.outcome for end in range(0, len(data), step)}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_cut_off_is_refused_or_what_is_left_of_it_is_clean(kind, profile):
    assert Outcome.REFUSED in cut_everywhere(profile, kind, STEP)


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("recipe", ["profile", "default"])
def test_wherever_a_file_is_cut_off(kind, recipe, request):
    cut_everywhere(request.getfixturevalue(recipe), kind)


@pytest.mark.parametrize("kind", ["JPEG", "RLE", "nested, defined lengths", "multi-frame"])
def test_a_file_that_ends_inside_of_an_element_is_never_written(kind, profile):
    data = KINDS[kind]
    for less in range(1, 4):
        report = profile(data[:-less]).report
        assert (report.outcome, report.code) == (Outcome.REFUSED, "unreadable")


def test_a_file_that_ends_inside_of_a_header_is_never_written(profile):
    data = Path(get_testdata_file("CT_small.dcm")).read_bytes()
    for end in (3000, 3001, 3002):
        report = profile(data[:end]).report
        assert (report.outcome, report.code) == (Outcome.REFUSED, "unreadable")
    # Where it is cut off between two elements, nothing tells.
    assert profile(data[:2994]).report.outcome is Outcome.WRITTEN


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"directory"}))
def test_a_whole_file_is_written_and_clean(kind, profile):
    assert assert_harmless(profile, KINDS[kind]).report.outcome is Outcome.WRITTEN
