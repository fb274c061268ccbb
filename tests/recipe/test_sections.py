"""The sections besides ``%header``: groups, filters, labels and screening rules."""

from __future__ import annotations

from typing import Any

import pytest

from deid_core import Engine, PluginHost, Problem, Recipe, RecipeError
from deid_core.recipe.syntax import parse
from deid_core.recipe.tree import Condition, Coordinates, Include, Label, Member, ScreenLine


def read(text: str) -> Recipe:
    return parse(f"FORMAT dicom\n{text}", "r.txt")


def problem_in(text: str) -> Problem:
    with pytest.raises(RecipeError) as caught:
        read(text)
    (problem,) = caught.value.problems
    return problem


# -- groups ----------------------------------------------------------------------------


def test_a_group_of_values_takes_whole_values_and_parts() -> None:
    (group,) = read('%values names\nFIELD PatientID\nsplit PatientName by="^";minlength=4').values
    assert group.name == "names"
    assert group.members == (
        Member("PatientID"),
        Member("PatientName", split=True, by="^", minlength=4),
    )


@pytest.mark.parametrize(
    ("parameters", "by", "minlength"),
    [
        ("", " ", 1),
        ("by=^", "^", 1),
        ("by='; '", "; ", 1),
        ("minlength=3", " ", 3),
        ("minlength=3; by=,", ",", 3),
        ('by=" ";minlength=4;', " ", 4),
    ],
)
def test_split_has_separator_and_least_length_in_any_order(
    parameters: str, by: str, minlength: int
) -> None:
    (group,) = read(f"%values x\nSPLIT PatientName {parameters}").values
    assert group.members == (Member("PatientName", split=True, by=by, minlength=minlength),)


@pytest.mark.parametrize(
    ("parameters", "suggestion"),
    [("separator=^", None), ("minlenght=4", "minlength"), ("minlength=four", "minlength"), ("by", "by"), ("by=", "by")],
)  # fmt: skip
def test_a_parameter_of_split_that_means_nothing_is_refused(
    parameters: str, suggestion: str | None
) -> None:
    problem = problem_in(f"%values x\nSPLIT PatientName {parameters}")
    assert problem.message == (
        f"SPLIT: found {parameters!r}; expected by=SEPARATOR or minlength=NUMBER, parted by ';'"
    )
    assert (problem.line, problem.column, problem.suggestion) == (3, 19, suggestion)


@pytest.mark.parametrize(
    ("section", "line", "message", "column", "suggestion"),
    [
        ("values", "FEILD PatientID", "found 'FEILD'; expected FIELD or SPLIT", 1, "FIELD"),
        ("fields", "SPLIT PatientID", "found 'SPLIT'; expected FIELD", 1, None),
        ("values", "FIELD", "FIELD: expected a field", 6, None),
        ("values", "SPLIT", "SPLIT: expected a field", 6, None),
        ("fields", "FIELD PatientID x", "FIELD: expected nothing after the field", 17, None),
    ],
)
def test_a_line_of_a_group_that_means_nothing_is_refused(
    section: str, line: str, message: str, column: int, suggestion: str | None
) -> None:
    assert problem_in(f"%{section} x\n{line}") == Problem("r.txt", 3, column, message, suggestion)


def test_a_group_that_is_opened_again_goes_on() -> None:
    (group,) = read("%fields a b\nFIELD PatientID\n%fields a  b\nFIELD PatientName").fields
    assert [member.field for member in group.members] == ["PatientID", "PatientName"]


@pytest.mark.parametrize("section", ["values", "fields", "filter"])
def test_a_named_section_needs_a_name(section: str) -> None:
    problem = problem_in(f"%{section}\nnonsense that is passed over")
    assert (problem.line, problem.message) == (2, f"%{section}: expected a name")


def test_every_field_of_a_group_is_looked_up_even_if_no_rule_uses_the_group(
    host: PluginHost,
) -> None:
    recipe = read("%values x\nFIELD PatientIDD\n%fields y\nFIELD contains:(\nFIELD Nothing")
    with pytest.raises(RecipeError) as caught:
        Engine(host, [recipe])
    assert sorted((p.line, p.suggestion) for p in caught.value.problems) == [
        (3, "PatientID"),
        (5, None),
        (6, None),
    ]


# -- filters ---------------------------------------------------------------------------


def test_a_filter_has_labels_with_criteria_and_regions() -> None:
    (found,) = read(
        "%filter dangerouscookie\n"
        "LABEL Criteria for Dangerous Cookie\n"
        "contains PatientSex M + notequals OperatorsName bold bread\n"
        "|| missing PatientID\n"
        "+ empty StudyDate\n"
        "  coordinates 0,0,512,110\n"
        "LABEL\n"
        "present Modality\n"
        "ctpcoordinates 1,2,3,4\n"
        "keepcoordinates all\n"
        "ctpkeepcoordinates 1, 1, 10, 10\n"
        "coordinates from:SequenceOfUltrasoundRegions\n"
    ).filters
    assert found.name == "dangerouscookie"
    assert found.labels == (
        Label(
            "Criteria for Dangerous Cookie",
            (
                ("", Condition("contains PatientSex M + notequals OperatorsName bold bread")),
                ("||", Condition("missing PatientID")),
                ("+", Condition("empty StudyDate")),
            ),
            (Coordinates(keep=False, box=(0, 0, 512, 110)),),
        ),
        Label(
            "",
            (("", Condition("present Modality")),),
            (
                Coordinates(keep=False, box=(1, 2, 4, 6)),
                Coordinates(keep=True),
                Coordinates(keep=True, box=(1, 1, 11, 11)),
                Coordinates(keep=False, source="SequenceOfUltrasoundRegions"),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("line", "message", "column"),
    [
        ("coordinates 1,2,3", "coordinates: expected four whole numbers, 'all' or from:", 13),
        ("coordinates 1,2,3,x", "coordinates: expected four whole numbers, 'all' or from:", 13),
        ("coordinates", "coordinates: expected four whole numbers, 'all' or from:", 12),
        ("ctpcoordinates from:X", "ctpcoordinates: expected four whole numbers or 'all'", 16),
        ("coordinates 5,5,5,9", "coordinates: the region is empty", 13),
        ("ctpcoordinates 5,5,9,0", "ctpcoordinates: the region is empty", 16),
    ],
)
def test_a_region_that_is_none_is_refused(line: str, message: str, column: int) -> None:
    problem = problem_in(f"%filter x\nLABEL y\n{line}")
    assert (problem.line, problem.column, problem.message) == (4, column, message)


@pytest.mark.parametrize("line", ["contains Modality CT", "coordinates 0,0,1,1"])
def test_criteria_and_regions_need_a_label_first(line: str) -> None:
    word = line.split(maxsplit=1)[0]
    assert problem_in(f"%filter x\n{line}").message == f"found {word!r}; expected LABEL first"


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ("contians Modality CT", 1, "found 'contians'; expected one of: "),
        ("|| contains Modalty CT", 4, "found 'Modalty'; expected a keyword"),
        ("  + equals Modality", 5, "equals: expected a value after the field"),
        ("contains Modality (", 1, "contains: the pattern is no valid regular expression"),
        ("||", 3, "expected a condition"),
    ],
)
def test_the_criteria_of_a_filter_are_checked_before_any_file(
    host: PluginHost, line: str, column: int, message: str
) -> None:
    with pytest.raises(RecipeError) as caught:
        Engine(host, [read(f"%filter x\nLABEL y\n{line}")])
    (problem,) = caught.value.problems
    assert problem.message.startswith(message)
    assert (problem.line, problem.column) == (4, column)


# -- labels ----------------------------------------------------------------------------


def test_labels_hold_actions_that_do_nothing_to_the_header() -> None:
    recipe = read("%labels\nADD PatientID cookie\n%header\nREMOVE PatientID")
    assert [rule.as_dict() for rule in recipe.labels] == [
        {"action": "ADD", "field": "PatientID", "value": "cookie"}
    ]
    assert [rule.action for rule in recipe.header] == ["REMOVE"]


def test_labels_change_no_element(clean: Any, small: Any) -> None:
    assert clean(small, "%labels", "REPLACE PatientID cookie").PatientID == "P-1"


# -- screening rules -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("VALUE PatientID", ScreenLine("VALUE", "PatientID")),
        (
            "value PatientName split=^ minlength=4",
            ScreenLine("VALUE", "PatientName", split="^", minlength=4),
        ),
        ('VALUE PatientName split=" "', ScreenLine("VALUE", "PatientName", split=" ")),
        (r"PATTERN ^(Q\d+)  $", ScreenLine("PATTERN", r"^(Q\d+)  $")),
        (r'PATTERN "a  #1\\d"', ScreenLine("PATTERN", r"a  #1\d")),
    ],
)
def test_a_screening_rule_is_a_value_or_a_pattern(line: str, found: ScreenLine) -> None:
    assert read(f"%screen\n{line}").screen == (found,)


@pytest.mark.parametrize(
    ("line", "message", "column"),
    [
        ("VALU PatientID", "found 'VALU'; expected VALUE or PATTERN", 1),
        ("VALUE", "VALUE: expected a keyword", 6),
        ("PATTERN", "PATTERN: expected a regular expression", 8),
        (
            "VALUE PatientName by=^",
            "VALUE: found 'by=^'; expected split=SEPARATOR or minlength=NUMBER",
            7,
        ),
        (
            "VALUE PatientName minlength=x",
            "VALUE: found 'minlength=x'; expected split=SEPARATOR or minlength=NUMBER",
            7,
        ),
        (
            "VALUE PatientName split=",
            "VALUE: found 'split='; expected split=SEPARATOR or minlength=NUMBER",
            7,
        ),
    ],
)
def test_a_screening_rule_that_means_nothing_is_refused(
    line: str, message: str, column: int
) -> None:
    problem = problem_in(f"%screen\n{line}")
    assert (problem.line, problem.column, problem.message) == (3, column, message)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("VALUE PatientNam", "tag 'PatientNam' is no keyword of the dictionary"),
        ("PATTERN (a+)+$", "pattern is catastrophically slow"),
        ("PATTERN (", "pattern is no valid regular expression"),
    ],
)
def test_a_screening_rule_that_cannot_be_used_is_refused_with_its_line(
    host: PluginHost, line: str, message: str
) -> None:
    with pytest.raises(RecipeError) as caught:
        Engine(host, [read(f"%screen\n{line}\nVALUE PatientID")])
    (problem,) = caught.value.problems
    assert problem.message.startswith(message)
    assert (problem.source, problem.line) == ("r.txt", 3)


def test_screening_rules_remove_what_they_find_where_private_elements_are_kept(
    clean: Any, small: Any
) -> None:
    block = small.private_block(0x0009, "ACME", create=True)
    block.add_new(0x01, "LO", "scan of Homer")
    block.add_new(0x02, "LO", "Q1234567")
    block.add_new(0x03, "LO", "harmless")
    block.add_new(0x04, "LO", "Jay")
    out = clean(
        small,
        "%screen",
        "VALUE PatientName split=^ minlength=4",
        r"PATTERN ^Q\d+$",
        remove_private=False,
    )
    left = [element.value for element in out if element.tag.is_private]
    assert left == ["ACME", "harmless", "Jay"]


def test_where_private_elements_go_screening_rules_let_none_stay(clean: Any, small: Any) -> None:
    small.private_block(0x0009, "ACME", create=True).add_new(0x01, "LO", "harmless")
    out = clean(small, "%screen", "VALUE PatientID")
    assert not any(element.tag.is_private for element in out)


# -- directives ------------------------------------------------------------------------


def test_a_recipe_names_those_that_it_includes() -> None:
    recipe = read("INCLUDE deid.other\ninclude 'my folder/deid.third'  # beside")
    assert recipe.includes == (Include("deid.other"), Include("my folder/deid.third"))


@pytest.mark.parametrize("line", ["INCLUDE", "INCLUDE two words", 'INCLUDE ""'])
def test_include_takes_one_name(line: str) -> None:
    assert problem_in(line).message == "INCLUDE: expected the name or path of a recipe"


# -- the suffix IF ---------------------------------------------------------------------


def test_a_condition_follows_the_last_if_outside_of_quotes() -> None:
    (rule,) = read('%header\nREPLACE PatientID "x IF y" IF equals Modality "A IF B"').header
    assert (rule.value, rule.quoted) == ("x IF y", True)
    assert rule.condition == Condition('equals Modality "A IF B"')
    assert rule.condition.where.column == 31


def test_a_quote_inside_of_a_word_may_hold_if() -> None:
    (rule,) = read('%header\nREPLACE PatientID deid_func:template text="x IF y"').header
    assert rule.value == 'deid_func:template text="x IF y"'
    assert rule.condition is None


def test_a_rule_may_have_a_condition_without_a_value() -> None:
    (rule,) = read("%header\nKEEP StudyDate IF present PatientID").header
    assert (rule.value, rule.condition) == (None, Condition("present PatientID"))
