"""The text of a recipe becomes a model, or an error that says where and what next."""

from __future__ import annotations

import pytest

from deid_core import Problem, Recipe, RecipeError
from deid_core.recipe.syntax import parse

TOP = "FORMAT dicom\n%header\n"


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(RecipeError) as caught:
        parse(text, "r.txt")
    return caught.value.problems


def only_problem(text: str) -> str:
    (problem,) = problems_of(text)
    return str(problem)


def rules(text: str) -> list[dict[str, str]]:
    return [rule.as_dict() for rule in parse(TOP + text, "r.txt").header]


def test_actions_keep_their_order_and_values() -> None:
    assert rules("ADD PatientIdentityRemoved Yes\nREMOVE PatientID\nKEEP Modality") == [
        {"action": "ADD", "field": "PatientIdentityRemoved", "value": "Yes"},
        {"action": "REMOVE", "field": "PatientID"},
        {"action": "KEEP", "field": "Modality"},
    ]


def test_actions_sections_and_directives_may_be_in_any_case() -> None:
    recipe = parse("format DICOM\ndefault keep\nbase NONE\n%HEADER\nremove PatientID\n", "r.txt")
    assert (recipe.format, recipe.default) == ("dicom", "KEEP")
    assert recipe.base is not None
    assert recipe.base.name == "NONE"
    assert recipe.header[0].action == "REMOVE"


def test_comments_blank_lines_and_a_byte_order_mark_do_not_count() -> None:
    recipe = parse(
        "\ufeff# top\nFORMAT dicom # the only one\n\n%header # here\nREMOVE PatientID # x\n", "r"
    )
    assert [rule.as_dict() for rule in recipe.header] == [
        {"action": "REMOVE", "field": "PatientID"}
    ]


def test_a_value_may_hold_blanks_and_quotes_make_it_literal() -> None:
    header = parse(TOP + "REPLACE A x  y\nREPLACE B 'var:id # x'", "r").header
    assert [(rule.value, rule.quoted) for rule in header] == [("x y", False), ("var:id # x", True)]


def test_an_empty_value_in_quotes_is_a_value() -> None:
    assert rules('REPLACE PatientID ""')[0]["value"] == ""


def test_a_rule_knows_where_it_stands() -> None:
    rule = parse(TOP + "  REPLACE PatientID  x", "r.txt").header[0]
    assert (rule.where.source, rule.where.line, rule.where.column) == ("r.txt", 3, 3)
    assert (rule.field_column, rule.value_column) == (11, 22)


def test_windows_line_ends_do_not_matter() -> None:
    assert parse("FORMAT dicom\r\n%header\r\nREMOVE PatientID\r\n", "r").header[0].value is None


def test_a_recipe_may_have_no_rules() -> None:
    assert parse("FORMAT dicom", "r") == Recipe(format="dicom")


def test_a_section_may_be_opened_again() -> None:
    assert len(rules("REMOVE PatientID\n%header\nREMOVE PatientName")) == 2


# -- what is refused -------------------------------------------------------------------


def test_a_recipe_without_format_is_refused() -> None:
    assert only_problem("%header\nREMOVE PatientID") == "r.txt: no line FORMAT dicom"


def test_another_format_is_refused_with_the_formats_there_are() -> None:
    assert only_problem("FORMAT dicm\n%header") == (
        "r.txt:1:8: FORMAT: found 'dicm'; expected one of: dicom. Did you mean 'dicom'?"
    )


def test_format_without_a_word_is_refused() -> None:
    assert only_problem("FORMAT") == "r.txt:1:8: FORMAT: found ''; expected one of: dicom"


def test_another_default_is_refused_with_the_nearest() -> None:
    (problem,) = problems_of("FORMAT dicom\nDEFAULT KEPT")
    assert problem.message.startswith("DEFAULT: found 'KEPT'; expected one of: ")
    assert {"REMOVE", "KEEP", "BLANK"} <= set(problem.message.replace(",", "").split())
    assert (problem.line, problem.column, problem.suggestion) == (2, 9, "KEEP")


@pytest.mark.parametrize("line", ["BASE", "BASE two words"])
def test_base_takes_one_name(line: str) -> None:
    assert "BASE: expected the name" in only_problem(f"FORMAT dicom\n{line}")


def test_an_unknown_section_is_refused_with_the_nearest() -> None:
    (problem,) = problems_of("FORMAT dicom\n%heder\nREMOVE PatientID")
    assert problem.message.startswith("found section %heder; expected one of: ")
    assert "%header" in problem.message
    assert (problem.line, problem.column, problem.suggestion) == (2, 1, "%header")


def test_a_section_without_a_name_is_refused() -> None:
    (problem,) = problems_of("FORMAT dicom\n%\nREMOVE PatientID")
    assert problem.message.startswith("found section %; expected one of: ")


def test_a_header_takes_no_name() -> None:
    (problem,) = problems_of("FORMAT dicom\n%header mine\nREMOVE PatientID")
    assert "%header" in problem.message
    assert problem.line == 2


def test_an_action_before_any_section_is_refused() -> None:
    (problem,) = problems_of("FORMAT dicom\nREMOVE PatientID\n%header")
    assert problem.message.startswith("found 'REMOVE' before any section; expected ")
    assert (problem.line, problem.column) == (2, 1)


def test_a_misspelt_directive_gets_the_nearest() -> None:
    (problem,) = problems_of("FORMAT dicom\nDEFALT KEEP")
    assert problem.suggestion == "DEFAULT"


def test_an_action_without_a_field_is_refused_where_the_field_should_stand() -> None:
    (problem,) = problems_of(TOP + "REMOVE")
    assert problem.message == "REMOVE: expected a field after the action"
    assert (problem.line, problem.column) == (3, 7)


def test_an_open_quote_is_refused_where_it_opens() -> None:
    assert only_problem(TOP + 'REPLACE PatientID "x') == 'r.txt:3:19: the quote " is not closed'


def test_all_problems_come_at_once_in_the_order_of_the_lines() -> None:
    found = problems_of("FORMAT doc\nDEFAULT ALL\nREMOVE X\n%header\nKEEP\nREPLACE X 'a\n")
    assert [problem.line for problem in found] == [1, 2, 3, 5, 6]


def test_a_recipe_error_lists_every_problem_on_a_line_of_its_own() -> None:
    with pytest.raises(RecipeError) as caught:
        parse("FORMAT dicom\nX\n%header\nREMOVE", "r.txt")
    assert [line.split(" ")[0] for line in str(caught.value).splitlines()] == [
        "r.txt:2:1:",
        "r.txt:4:7:",
    ]
