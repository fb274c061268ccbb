"""A recipe prints as text that reads as the same recipe."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deid_core import Engine, PluginHost, Recipe, RecipeError, Rule
from deid_core.deid_recipe import from_dict
from deid_core.recipe.printing import rule_text, to_text
from deid_core.recipe.syntax import parse
from deid_core.recipe.tree import (
    Condition,
    Coordinates,
    Filter,
    Group,
    Include,
    Label,
    Member,
    ScreenLine,
)

EVERYTHING = r"""FORMAT dicom
DEFAULT BLANK
BASE "my base"
INCLUDE deid.other
INCLUDE "a folder/deid.third"

%header

REPLACE PatientID var:id IF equals Modality "A IF B" || empty StudyDate
REPLACE PatientName "a # \" quoted  \\ one"
REPLACE PatientComments ""
REMOVE (0009,"ACME 1.1",02)
JITTER select:VR:DA+contains:Study days=1 years=-2

%labels

ADD PatientID cookie

%values names

FIELD PatientID
SPLIT PatientName by="^";minlength=4

%fields texts

FIELD contains:Description

%filter marks

LABEL Criteria for   this
contains PatientSex M + notequals OperatorsName bold bread
|| missing PatientID
coordinates 0,0,512,110
keepcoordinates all
coordinates from:SequenceOfUltrasoundRegions
LABEL

%screen

VALUE PatientName split="^" minlength=4
PATTERN "^(Q\\d+)"
"""


def test_what_is_printed_is_what_was_read() -> None:
    assert to_text(parse(EVERYTHING, "r")) == EVERYTHING


def test_comments_and_spacing_are_not_printed() -> None:
    text = "# top\nformat  dicom\n%header\n\n\n  remove   PatientID # why\n"
    assert to_text(parse(text, "r")) == "FORMAT dicom\n\n%header\n\nREMOVE PatientID\n"


# -- any recipe ------------------------------------------------------------------------

WORD = st.text("abcXYZ0189_-^.", min_size=1, max_size=8)
PLAIN = st.lists(WORD, min_size=1, max_size=3).map(" ".join)
QUOTED = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp"), blacklist_characters="\x85"),
    max_size=12,
)
FIELDS = st.sampled_from(
    [
        "PatientID",
        "contains:Date",
        '(0009,"ACME 1.1",02)',
        "RequestAttributesSequence__0__StudyDate",
    ]
)
CONDITIONS = st.sampled_from(
    ["present PatientID", "equals Modality CT + empty StudyDate", 'contains PatientName "a  b"']
).map(Condition)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    quoted = draw(st.booleans())
    value = draw(QUOTED if quoted else st.none() | PLAIN)
    action = draw(st.sampled_from(["KEEP", "REPLACE", "REMOVE"]))
    return Rule(action, draw(FIELDS), value, quoted, draw(st.none() | CONDITIONS))


MEMBERS = st.builds(Member, FIELDS)
BY = st.text("^ ;,#=a'", min_size=1, max_size=3)
SPLITS = st.builds(Member, FIELDS, st.just(True), BY, st.integers(0, 99))
BOXES = st.tuples(*[st.integers(0, 9)] * 2, *[st.integers(10, 99)] * 2)
REGIONS = st.one_of(
    st.builds(Coordinates, st.booleans()),
    st.builds(Coordinates, st.booleans(), BOXES),
    st.builds(Coordinates, st.booleans(), st.none(), WORD),
)
LABELS = st.builds(
    Label,
    PLAIN,
    st.lists(st.tuples(st.sampled_from(["", "+", "||"]), CONDITIONS), max_size=3).map(tuple),
    st.lists(REGIONS, max_size=3).map(tuple),
)
SCREEN = st.one_of(
    st.builds(ScreenLine, st.just("PATTERN"), QUOTED),
    st.builds(
        ScreenLine,
        st.just("VALUE"),
        WORD,
        st.none() | QUOTED.filter(bool),
        st.none() | st.integers(0, 99),
    ),
)


def groups(members: st.SearchStrategy[Member]) -> st.SearchStrategy[tuple[Group, ...]]:
    several = st.dictionaries(WORD, st.lists(members, max_size=3).map(tuple), max_size=2)
    return several.map(lambda found: tuple(Group(name, members) for name, members in found.items()))


RECIPES = st.builds(
    Recipe,
    st.just("dicom"),
    st.sampled_from([None, "KEEP", "REMOVE", "BLANK"]),
    st.none() | QUOTED.filter(bool).map(Include),
    st.sampled_from([None, "off", "remove", "clean"]),
    st.lists(st.sampled_from(["113100", "113110"]), max_size=2).map(tuple),
    st.lists(QUOTED.filter(bool).map(Include), max_size=2).map(tuple),
    st.lists(rules(), max_size=4).map(tuple),
    st.lists(rules(), max_size=2).map(tuple),
    groups(MEMBERS | SPLITS),
    groups(MEMBERS),
    st.dictionaries(WORD, st.lists(LABELS, max_size=2).map(tuple), max_size=2).map(
        lambda found: tuple(Filter(name, labels) for name, labels in found.items())
    ),
    st.lists(SCREEN, max_size=3).map(tuple),
    dates=st.sampled_from([None, "keep", "remove", "shift=3650"]),
)


@given(RECIPES)
def test_any_recipe_reads_as_itself(recipe: Recipe) -> None:
    assert parse(to_text(recipe), "again") == recipe


@pytest.mark.parametrize("by", ["\\", '"', "'", "\"'", "; ", "#"])
def test_any_separator_reads_as_itself(by: str) -> None:
    group = Group("x", (Member("PatientName", split=True, by=by),))
    assert parse(to_text(Recipe(format="dicom", values=(group,))), "r").values == (group,)


@given(QUOTED.filter(lambda text: text == " ".join(text.split())))
@example("CT #1")
@example("x IF present PatientID")
def test_the_value_of_a_dictionary_reads_as_itself(value: str) -> None:
    entry = {"header": [{"action": "REPLACE", "field": "PatientID", "value": value}]}
    (rule,) = from_dict(entry).header
    (again,) = parse(f"FORMAT dicom\n%header\n{rule_text(rule)}", "r").header
    assert attrs.evolve(again, quoted=False) == attrs.evolve(rule, quoted=False)


# -- broken recipes --------------------------------------------------------------------

LINES = EVERYTHING.splitlines()
PIECES = [
    '"',
    "'",
    "#",
    "%",
    "(",
    ")",
    "+",
    "||",
    " IF ",
    " ",
    "\t",
    "\\",
    ":",
    "__",
    "\u00a0",
    "é",
    "=",
]


@st.composite
def mutations(draw: st.DrawFn) -> str:
    lines = [line for line in LINES if not line.startswith(("BASE", "INCLUDE"))]
    for _ in range(draw(st.integers(1, 3))):
        number = draw(st.integers(0, len(lines) - 1))
        line = lines[number]
        at = draw(st.integers(0, len(line)))
        cut = draw(st.integers(0, 3))
        lines[number] = line[:at] + draw(st.sampled_from(["", *PIECES])) + line[at + cut :]
    return "\n".join(lines)


HOST = PluginHost.load()


@given(mutations())
@example('FORMAT dicom\n%header\nREMOVE contains:"a IF b"')
@example("FORMAT dicom\n%header\nREPLACE PatientID\u00a0'tis")
def test_a_broken_recipe_is_understood_or_refused_with_its_line(text: str) -> None:
    try:
        Engine(HOST, [parse(text, "r.txt")])
    except RecipeError as error:
        for problem in error.problems:
            assert problem.source == "r.txt"
            assert problem.message
            assert problem.line or problem.message == "no line FORMAT dicom"
            assert 0 <= problem.line <= len(text.splitlines())
