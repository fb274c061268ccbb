"""Recipes in the style of public ones, broken by chance: run as written, or refused with a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from deid_core import Engine, PluginHost, RecipeError
from deid_core.recipe.find import find_recipes
from deid_core.recipe.printing import to_text
from deid_core.recipe.syntax import parse
from deid_core.recipe.tree import Recipe
from deid_core.recipe.words import quote

RECIPES = {
    path.name: path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parent / "recipes").iterdir())
}
NASTY = "\"'#%()[]{}+|:,\\*?= \t0xé"
SEED = settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def loaded() -> PluginHost:
    return PluginHost.load()


# -- what breaks a recipe --------------------------------------------------------------

Mutation = Callable[[str, int, int, str], str]


def _in_a_line(change: Callable[[str, int, str], str]) -> Mutation:
    def mutation(text: str, where: int, column: int, char: str) -> str:
        lines = text.split("\n")
        number = where % len(lines)
        line = lines[number]
        lines[number] = change(line, column % (len(line) + 1), char)
        return "\n".join(lines)

    return mutation


def drop_line(text: str, where: int, _column: int, _char: str) -> str:
    lines = text.split("\n")
    del lines[where % len(lines)]
    return "\n".join(lines)


def double_line(text: str, where: int, column: int, _char: str) -> str:
    lines = text.split("\n")
    lines.insert(column % (len(lines) + 1), lines[where % len(lines)])
    return "\n".join(lines)


MUTATIONS: dict[str, Mutation] = {
    "drop a line": drop_line,
    "double a line elsewhere": double_line,
    "drop a character": _in_a_line(lambda line, at, _: line[:at] + line[at + 1 :]),
    "double a character": _in_a_line(lambda line, at, _: line[:at] + line[at : at + 1] + line[at:]),
    "swap characters": _in_a_line(
        lambda line, at, _: line[:at] + line[at : at + 2][::-1] + line[at + 2 :]
    ),
    "cut a line": _in_a_line(lambda line, at, _: line[:at]),
    "cut the start of a line": _in_a_line(lambda line, at, _: line[at:]),
    "put a character in": _in_a_line(lambda line, at, char: line[:at] + char + line[at:]),
    "change the case": _in_a_line(lambda line, at, _: line[:at] + line[at:].swapcase()),
}

STEPS = st.lists(
    st.tuples(
        st.sampled_from(sorted(MUTATIONS)),
        st.integers(0, 10**4),
        st.integers(0, 10**4),
        st.sampled_from(NASTY),
    ),
    min_size=1,
    max_size=4,
)


def judge(text: str, host: PluginHost) -> Recipe | None:
    """Compile a recipe: the recipe, or None if it is refused as it should be."""
    try:
        recipe = parse(text, "recipe")
        Engine(host, find_recipes(recipe, host))
    except RecipeError as error:
        problems = error.problems
    else:
        return recipe
    assert problems
    for problem in problems:
        assert problem.message
        assert problem.line > 0 or problem.message == "no line FORMAT dicom", str(problem)
        assert problem.line <= len(text.splitlines())
        assert problem.column > 0 or not problem.line
    return None


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_in_the_style_of_public_ones_is_compiled(loaded: PluginHost, name: str) -> None:
    recipe = judge(RECIPES[name], loaded)
    assert recipe is not None
    assert parse(to_text(recipe), "printed") == recipe


@SEED
@given(st.sampled_from(sorted(RECIPES)), STEPS)
def test_a_broken_recipe_is_compiled_or_refused_with_lines(
    loaded: PluginHost, name: str, steps: list[tuple[str, int, int, str]]
) -> None:
    text = RECIPES[name]
    for kind, where, column, char in steps:
        text = MUTATIONS[kind](text, where, column, char)
    recipe = judge(text, loaded)
    if recipe is not None:
        assert parse(to_text(recipe), "printed") == recipe


@pytest.mark.parametrize(
    "line",
    [
        'KEEP (0033,"X IF Y",1E)',
        'REMOVE contains:"a IF b"',
        'REMOVE PatientID IF present (0033,"X + equals Y",01)',
        "REMOVE contains:a{99999999999999}",
        "REMOVE PatientID contains:a{99999999999999}",
        "REMOVE contains:[[a]",
        "REMOVE PatientID contains:[[a]",
        "REMOVE PatientID IF contains PatientID [[a]",
        "REMOVE contains:" + "(" * 5000,
        "REMOVE PatientID IF + present PatientID",
        "REMOVE PatientID__",
        f"JITTER StudyDate {'9' * 5000}",
        f"%values g\nSPLIT PatientID minlength={'9' * 5000}",
        f"%filter f\nLABEL x\nctpcoordinates 0,0,1,{'9' * 5000}",
        "%filter f\nLABEL x\n+",
        "%filter f\nLABEL x\n||",
        "%filter f\nLABEL x\n+ + +",
        "BASE nothing",
        "INCLUDE nothing",
        f"REMOVE OtherPatientIDsSequence__{'9' * 7}__PatientID",
        "REPLACE PatientID deid_func:round to=1e999999999999999999999",
        "REPLACE StudyDate deid_func:jitter days=" + "9" * 5000,
        "%values\u00a0g",
        "REMOVE PatientID\x0bREMOVE PatientName",
        "REMOVE PatientID \x00",
    ],
)
def test_lines_that_are_easily_got_wrong(loaded: PluginHost, line: str) -> None:
    judge(f"FORMAT dicom\n%header\n{line}\n", loaded)


# -- a recipe that is printed reads as the same ----------------------------------------

WORD = st.from_regex(r"[A-Za-z0-9^*.\-_/]{1,8}", fullmatch=True)
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=12)
NAMES = st.sampled_from(["g", "two words", "A-1"])
FIELDS = st.sampled_from([
    "PatientID", "(0010,0020)", "(0010, 0020)", "00100020", '(0009,"ACME IF 1",02)', "0x00100020",
    "ReferencedStudySequence__0__PatientID", "contains:^Pat.*(ID|Name)$", 'contains:"a b"', "ALL",
    "select:VR:DA+startswith:Study", "toplevel:PatientID", "values:g", "fields:g", "(60xx,3000)",
    "values:regex:g", "except:a+b",
])  # fmt: skip
VALUES = st.one_of(
    TEXT.map(quote),
    TEXT.filter(lambda text: "'" not in text and "\\" not in text).map(lambda text: f"'{text}'"),
    st.lists(WORD, min_size=1, max_size=3).map(" ".join),
    st.sampled_from(["var:id", "func:f", "deid_func:hash length=8", r"A\B", "O'Brien", "days=1"]),
)
CRITERIA = st.one_of(
    st.tuples(st.sampled_from(["equals", "NOTEQUALS"]), FIELDS, VALUES).map(" ".join),
    st.tuples(st.sampled_from(["contains", "notcontains"]), FIELDS, WORD).map(" ".join),
    st.tuples(st.sampled_from(["missing", "empty", "Present"]), FIELDS).map(" ".join),
)
CONDITIONS = st.tuples(
    CRITERIA, st.lists(st.tuples(st.sampled_from([" + ", " || "]), CRITERIA).map("".join))
).map(lambda both: both[0] + "".join(both[1]))
SUFFIX = st.one_of(st.just(""), CONDITIONS.map(lambda text: f" IF {text}"))
COMMENT = st.one_of(st.just(""), TEXT.map(lambda text: f" # {text}"))
RULES = st.one_of(
    st.tuples(st.sampled_from(["KEEP ", "blank ", "REMOVE ", "SPARE "]), FIELDS, SUFFIX),
    st.tuples(
        st.sampled_from(["ADD ", "Replace ", "JITTER ", "REMOVE "]),
        FIELDS,
        VALUES.map(lambda value: f" {value}"),
        SUFFIX,
    ),
).map("".join)
MEMBERS = st.tuples(st.sampled_from(["FIELD ", "field "]), FIELDS).map("".join)
SEPARATORS = st.one_of(
    st.sampled_from(
        ["by='^'", 'by="^"', "by=,", "by=' '", "by=';'", "by='\"'", 'by="\'"', r"by=\\"]
    ),
    st.text("a;=^,|\"'\\ #", min_size=1, max_size=4).map(lambda text: f"by={quote(text)}"),
)
SPLITS = st.tuples(
    st.just("SPLIT "),
    FIELDS,
    st.sampled_from(["", " "]),
    SEPARATORS,
    st.sampled_from(["", ";minlength=4", "; minlength=0"]),
).map(lambda parts: "".join(parts) if parts[2] else "".join(parts[:2]))
BOX = st.tuples(
    st.integers(0, 99), st.integers(0, 99), st.integers(100, 999), st.integers(100, 999)
)
REGIONS = st.one_of(
    st.tuples(
        st.sampled_from(["coordinates ", "KeepCoordinates ", "ctpcoordinates "]),
        st.one_of(BOX.map(lambda box: ",".join(map(str, box))), st.just("all")),
    ).map("".join),
    st.just("keepcoordinates from:SequenceOfUltrasoundRegions"),
)
FILTER_LINES = st.one_of(
    st.tuples(st.sampled_from(["", "+ ", "|| ", "+"]), CONDITIONS).map("".join), REGIONS
)
LABELS = st.tuples(
    TEXT.filter(lambda text: not set("\"'#") & set(text)).map(lambda text: f"LABEL {text}"),
    st.lists(FILTER_LINES, max_size=3),
).map(lambda label: "\n".join([label[0], *label[1]]))
SCREEN = st.one_of(
    TEXT.filter(str.strip).map(lambda text: f"PATTERN {quote(text)}"),
    st.sampled_from([r"PATTERN ^(Q\d+)  x", "VALUE PatientID", "value PatientName split=^ minlength=4",
                     'VALUE PatientName split=" "', "VALUE PatientName minlength=2 split='^'"]),
)  # fmt: skip
DIRECTIVES = st.sampled_from([
    "DEFAULT KEEP", "default blank", "BASE none", "BASE deid.dicom.minimal", 'BASE "two words"',
    "INCLUDE ./a_b-c", "include 'x y'",
])  # fmt: skip


def section(head: st.SearchStrategy[str], lines: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(st.tuples(lines, COMMENT).map("".join), max_size=3)
    return st.tuples(head, body).map(lambda found: "\n".join([found[0], *found[1]]))


def heads(kind: str) -> st.SearchStrategy[str]:
    return NAMES.map(lambda name: f"%{kind} {name}")


SECTIONS = st.one_of(
    section(st.sampled_from(["%header", "%HEADER # x"]), RULES),
    section(st.just("%labels"), RULES),
    section(heads("values"), st.one_of(MEMBERS, SPLITS)),
    section(heads("fields"), MEMBERS),
    st.tuples(heads("filter"), st.lists(LABELS, max_size=2)).map(
        lambda found: "\n".join([found[0], *found[1]])
    ),
    section(st.just("%screen"), SCREEN),
)
DOCUMENTS = st.tuples(st.lists(DIRECTIVES, max_size=3), st.lists(SECTIONS, max_size=5)).map(
    lambda found: "\n".join(["FORMAT dicom", *found[0], *found[1]])
)


def differences(one: Recipe, other: Recipe) -> Iterator[str]:
    for name in Recipe.__attrs_attrs__:
        if name.eq and getattr(one, name.name) != getattr(other, name.name):
            yield f"{name.name}: {getattr(one, name.name)!r} != {getattr(other, name.name)!r}"


@SEED
@given(DOCUMENTS)
@example('FORMAT dicom\n%header\nREPLACE PatientID "a IF b"')
@example('FORMAT dicom\n%header\nREMOVE PatientID IF equals PatientName "a + equals b"')
@example('FORMAT dicom\n%values g\nSPLIT PatientID by="a\'b"')
@example("FORMAT dicom\n%labels\nKEEP PatientID\n%header\nKEEP PatientID")
@example("FORMAT dicom\n%fields g\n%filter f\n%values v")
def test_a_recipe_that_is_printed_reads_as_the_same(text: str) -> None:
    recipe = parse(text, "recipe")
    printed = to_text(recipe)
    assert list(differences(parse(printed, "printed"), recipe)) == []
    assert to_text(parse(printed, "printed")) == printed
