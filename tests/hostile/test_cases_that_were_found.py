"""What the fuzzer found, and hypothesis: small files that once came through or ended in an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from deid_core import RecipeError
from deid_core.recipe.syntax import parse
from fuzz.targets import recipes
from fuzz.whole import Whole

CASES = Path(__file__).parent / "cases"


@pytest.fixture(scope="module")
def wholes(tmp_path_factory) -> list[Whole]:
    folder = tmp_path_factory.mktemp("cases")
    return [Whole(folder / "profile"), Whole(folder / "default", recipes=())]


@pytest.mark.parametrize("path", sorted(CASES.glob("*.dcm")), ids=lambda path: path.stem)
def test_a_file_that_was_found(path, wholes):
    for whole in wholes:
        whole(path.read_bytes())


@pytest.mark.parametrize("path", sorted(CASES.glob("*.recipe")), ids=lambda path: path.stem)
def test_a_recipe_that_was_found(path):
    recipes()(path.read_bytes())


def test_only_the_end_of_a_line_ends_a_comment():
    text = "FORMAT dicom\n%header\n# a note\u2028KEEP PatientName\x0cKEEP PatientID\nREMOVE StudyDate\n"
    assert [rule.action for rule in parse(text, "test").header] == ["REMOVE"]


def test_a_quote_that_opens_only_within_a_line_has_its_place():
    with pytest.raises(RecipeError) as caught:
        parse('FORMAT dicom\n%header\nREPLACE PatientID(x) a"b "c\n', "test")
    assert all(problem.line == 3 for problem in caught.value.problems)
