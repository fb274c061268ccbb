"""``deid-core recipe``: check, show, explain and diff, with their exit statuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydicom.dataset import Dataset

from deid_core.cli.main import cli
from deid_core.recipe.syntax import parse


def invoke(*arguments: object) -> Any:
    return CliRunner().invoke(cli, ["recipe", *map(str, arguments)])


# -- check -----------------------------------------------------------------------------


def test_check_of_a_good_recipe_has_status_0(recipe: Any) -> None:
    result = invoke("check", recipe("REMOVE PatientID", "KEEP StudyDate"), "deid.dicom.minimal")
    assert result.exit_code == 0
    assert "no problems" in result.output


def test_check_prints_all_problems_with_their_places_and_has_status_2(recipe: Any) -> None:
    path = recipe("REMOVE PatientIDD", "KEEP StudyDate IF equal Modality CT", "REPLACE Rows")
    result = invoke("check", path)
    assert result.exit_code == 2
    for place in (f"{path}:4:8: ", f"{path}:5:19: ", f"{path}:6:13: "):
        assert place in result.output
    assert "Did you mean 'PatientID'?" in result.output


def test_check_of_a_recipe_that_is_not_there_has_status_2(tmp_path: Path) -> None:
    assert invoke("check", tmp_path / "nowhere").exit_code == 2
    assert invoke("check").exit_code == 2


def test_check_of_a_recipe_with_a_broken_quote_tells_its_line(recipe: Any) -> None:
    path = recipe('REMOVE contains:"a IF b"')
    result = invoke("check", path)
    assert result.exit_code in (0, 2)
    assert "raised" not in result.output


def test_check_can_be_given_the_tables_of_a_lookup(recipe: Any, tmp_path: Path) -> None:
    table = tmp_path / "ids.csv"
    table.write_text("P-1,one\n")
    path = recipe("REPLACE PatientID deid_func:lookup table=ids")
    result = invoke("check", path, "--table", f"ids={table}")
    assert result.exit_code == 0, result.output


# -- show ------------------------------------------------------------------------------


def test_show_prints_a_recipe_below_those_that_it_includes(recipe: Any, tmp_path: Path) -> None:
    recipe("REMOVE PatientID", name="deid.low")
    top = recipe("keep  StudyDate # why", top="INCLUDE deid.low", name="deid.top")
    result = invoke("show", top)
    assert result.exit_code == 0
    assert result.output == (
        f"# {tmp_path / 'deid.low'}\nFORMAT dicom\n\n%header\n\nREMOVE PatientID\n\n"
        f"# {top}\nFORMAT dicom\nINCLUDE deid.low\n\n%header\n\nKEEP StudyDate\n\n"
    )


def test_what_show_prints_can_be_read(recipe: Any) -> None:
    path = recipe('REPLACE PatientID "a # b" IF present StudyDate')
    again = parse(invoke("show", path).output, "shown")
    assert again == parse(path.read_text(), "file")


def test_show_of_a_broken_recipe_has_status_2(recipe: Any) -> None:
    assert invoke("show", recipe("REMOVE Nothing")).exit_code == 2


# -- explain ---------------------------------------------------------------------------


def explained(*arguments: object) -> list[str]:
    result = invoke("explain", *arguments)
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def test_explain_names_the_line_that_decides(recipe: Any) -> None:
    path = recipe("REMOVE contains:Patient", "REPLACE PatientID x")
    first, *lines = explained(path, "--tag", "PatientID")
    assert first == "(0010,0020) Patient ID: REPLACE"
    line = f"  {path}:5: REPLACE PatientID x (give the element another value if it is there)"
    assert line in lines


@pytest.mark.parametrize("tag", ["PatientID", "patientid", "(0010,0020)", "0x00100020"])
def test_explain_takes_every_spelling(recipe: Any, tag: str) -> None:
    assert explained(recipe("KEEP PatientID"), "--tag", tag)[0] == "(0010,0020) Patient ID: kept"


def test_explain_tells_several_steps_in_their_order(recipe: Any) -> None:
    path = recipe("REPLACE StudyDate 20200101", "JITTER StudyDate 1")
    first, *lines = explained(path, "--tag", "StudyDate")
    assert first == "(0008,0020) Study Date: REPLACE, then JITTER"
    assert [line.split(": ")[0] for line in lines] == [f"  {path}:4", f"  {path}:5"]


@pytest.mark.parametrize(
    ("top", "tag", "outcome"),
    [
        ("", "PatientName", "no rule names it; the default: REMOVE"),
        ("DEFAULT BLANK", "PatientName", "no rule names it; the default: BLANK"),
        ("DEFAULT KEEP", '(0009,"ACME",01)', "no rule names it; private elements are removed"),
        ("", "RequestAttributesSequence__0__StudyDate", "no rule names it; the default: REMOVE"),
    ],
)
def test_explain_tells_the_default(recipe: Any, top: str, tag: str, outcome: str) -> None:
    (line,) = explained(recipe("KEEP PatientID", top=top), "--tag", tag)
    assert line.endswith(outcome)


def test_explain_without_a_recipe_is_about_the_base() -> None:
    (first, *_) = explained("--tag", "StudyInstanceUID")
    assert "REPLACE" in first or "value" in first


def test_explain_lists_rules_that_count_only_for_some_files(recipe: Any) -> None:
    path = recipe("KEEP StudyDate IF equals Modality CT", "KEEP PatientID IF equals Modality CT")
    first, *lines = explained(path, "--tag", "StudyDate")
    assert first == "(0008,0020) Study Date: no rule names it; the default: REMOVE"
    assert [line.split(": ")[0] for line in lines] == [f"  {path}:4"]
    assert "IF equals Modality CT" in lines[0]


def test_explain_without_a_file_takes_no_condition_for_true(recipe: Any) -> None:
    path = recipe("KEEP StudyDate IF missing Modality")
    assert not explained(path, "--tag", "StudyDate")[0].endswith(": kept")


@pytest.mark.parametrize(("modality", "kept"), [("CT", True), ("MR", False)])
def test_explain_with_a_file_looks_at_its_conditions(
    recipe: Any, save: Any, small: Dataset, modality: str, kept: bool
) -> None:
    small.Modality = modality
    path = recipe("KEEP StudyDate IF equals Modality CT")
    first = explained(path, "--tag", "StudyDate", "--file", save(small))[0]
    assert first.endswith(": kept") is kept


def test_explain_with_a_file_tells_of_each_place(recipe: Any, save: Any, small: Dataset) -> None:
    items = [Dataset(), Dataset()]
    items[0].StudyDate = items[1].StudyDate = "20200101"
    small.RequestAttributesSequence = items
    path = recipe("KEEP RequestAttributesSequence__1__StudyDate")
    lines = explained(path, "--tag", "StudyDate", "--file", save(small))
    assert [line for line in lines if not line.startswith(" ")] == [
        "(0008,0020) Study Date: removed",
        "(0040,0275)__0__(0008,0020) Study Date: removed",
        "(0040,0275)__1__(0008,0020) Study Date: kept",
    ]
    nested = explained(
        path, "--tag", "RequestAttributesSequence__1__StudyDate", "--file", save(small)
    )
    assert nested[0] == "(0040,0275)__1__(0008,0020) Study Date: kept"


def test_explain_tells_what_is_not_in_a_file(recipe: Any, save: Any, small: Dataset) -> None:
    assert explained(recipe(), "--tag", "PatientSex", "--file", save(small)) == [
        "PatientSex is not in this file"
    ]


def test_explain_without_a_file_says_that_a_test_depends_on_the_value(recipe: Any) -> None:
    path = recipe("REMOVE PatientID equals:P-1")
    assert explained(path, "--tag", "PatientID")[0].endswith("depends on its value")


def test_explain_with_a_file_looks_at_the_value(recipe: Any, save: Any, small: Dataset) -> None:
    path = recipe("REMOVE PatientID equals:P-1", top="DEFAULT KEEP")
    first = explained(path, "--tag", "PatientID", "--file", save(small))[0]
    assert first.endswith(": removed")


def test_explain_knows_that_a_removed_sequence_takes_its_content_along(
    recipe: Any, save: Any, small: Dataset
) -> None:
    small.RequestAttributesSequence = [Dataset()]
    small.RequestAttributesSequence[0].StudyDate = "20200101"
    path = recipe("REMOVE RequestAttributesSequence", top="DEFAULT KEEP")
    tag = "RequestAttributesSequence__0__StudyDate"
    (first, *_) = explained(path, "--tag", tag, "--file", save(small))
    assert first.endswith("removed, with RequestAttributesSequence around it")


def test_explain_knows_that_patterns_do_not_reach_into_a_kept_sequence(
    recipe: Any, save: Any, small: Dataset
) -> None:
    small.RequestAttributesSequence = [Dataset()]
    small.RequestAttributesSequence[0].StudyDate = "20200101"
    path = recipe("KEEP RequestAttributesSequence", "REMOVE contains:Date")
    tag = "RequestAttributesSequence__0__StudyDate"
    (first, *_) = explained(path, "--tag", tag, "--file", save(small))
    assert first.endswith(": kept")


def test_explain_knows_that_patterns_keep_no_private_element_where_those_go(recipe: Any) -> None:
    path = recipe("KEEP contains:ACME")
    (first, *_) = explained(path, "--tag", '(0009,"ACME",01)')
    assert not first.endswith("kept")


def test_explain_finds_an_element_of_the_file_meta_information(
    recipe: Any, save: Any, small: Dataset
) -> None:
    file = save(small, meta={"SourceApplicationEntityTitle": "PACS"})
    path = recipe("KEEP SourceApplicationEntityTitle")
    (first, *_) = explained(path, "--tag", "SourceApplicationEntityTitle", "--file", file)
    assert first.endswith(": kept")


def test_explain_shows_no_value(recipe: Any, save: Any, small: Dataset) -> None:
    path = recipe("REMOVE PatientID values:x", top="%values x\nFIELD PatientName")
    for tag in ("PatientID", "PatientName", "StudyDate"):
        lines = "\n".join(explained(path, "--tag", tag, "--file", save(small)))
        for value in ("P-1", "Simpson", "20200131"):
            assert value not in lines


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ("PatientIDD", "found 'PatientIDD'; expected a keyword of the dictionary or a tag"),
        ("60xx3000", "name one tag, or give a file"),
    ],
)
def test_explain_of_what_is_no_field_has_status_2(recipe: Any, tag: str, message: str) -> None:
    result = invoke("explain", recipe(), "--tag", tag)
    assert result.exit_code == 2
    assert message in result.output


def test_explain_of_a_file_that_cannot_be_read_has_status_2(recipe: Any, tmp_path: Path) -> None:
    bad = tmp_path / "bad.dcm"
    bad.write_bytes(b"no DICOM")
    assert invoke("explain", recipe(), "--tag", "PatientID", "--file", bad).exit_code == 2
    assert invoke("explain", recipe()).exit_code == 2


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("BLANK PatientID", "emptied"),
        ("REPLACE PatientID x", "given a new value"),
        ("REMOVE PatientID", "removed"),
    ],
)
def test_explain_with_a_file_tells_what_becomes_of_it(
    recipe: Any, save: Any, small: Dataset, line: str, outcome: str
) -> None:
    (first, *_) = explained(recipe(line), "--tag", "PatientID", "--file", save(small))
    assert first == f"(0010,0020) Patient ID: {outcome}"


# -- diff ------------------------------------------------------------------------------


def test_diff_of_recipes_that_say_the_same_is_empty_and_has_status_0(recipe: Any) -> None:
    one = recipe("REMOVE PatientID  # why", name="deid.one")
    other = recipe("", "remove   PatientID", name="deid.other")
    result = invoke("diff", one, other)
    assert (result.exit_code, result.output) == (0, "")


def test_diff_prints_the_lines_that_differ_and_has_status_1(recipe: Any) -> None:
    one = recipe("REMOVE PatientID", "KEEP StudyDate", name="deid.one")
    other = recipe("REMOVE PatientID", "BLANK StudyDate", name="deid.other")
    result = invoke("diff", one, other)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[:2] == [f"--- {one}", f"+++ {other}"]
    assert [line for line in lines[2:] if line[0] in "+-"] == [
        "-KEEP StudyDate",
        "+BLANK StudyDate",
    ]


def test_diff_looks_into_what_is_included(recipe: Any) -> None:
    recipe("REMOVE PatientID", name="deid.low")
    one = recipe(top="INCLUDE deid.low", name="deid.one")
    other = recipe(name="deid.other")
    result = invoke("diff", one, other)
    assert "-REMOVE PatientID" in result.output.splitlines()


def test_diff_with_a_recipe_that_cannot_be_read_has_status_2(recipe: Any, tmp_path: Path) -> None:
    assert invoke("diff", recipe(), tmp_path / "nowhere").exit_code == 2
    assert invoke("diff", recipe(), recipe("KEEP", name="deid.bad")).exit_code == 2
