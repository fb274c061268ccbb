"""Recipes of many rules: what is asked of all at once is what each alone would say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from deid_core import ConditionOperator, Engine, FieldValues, PluginHost, Settings
from deid_core.recipe import met, plan
from deid_core.recipe.battery import Battery
from deid_core.recipe.conditions import compile_operator, compile_together
from deid_core.recipe.syntax import parse

NAMES = ["contains", "notcontains", "equals", "notequals", "empty", "present"]
OPERATORS = PluginHost.load().operators
WORDS = st.sampled_from(["", "a", "ab", "Ab", "b", "abc", "a b", "12"])


@given(
    st.sampled_from(NAMES),
    st.lists(WORDS, min_size=1, max_size=20),
    st.lists(WORDS.filter(bool), max_size=3),
)
def test_an_operator_says_of_many_texts_what_it_says_of_each(name, texts, values):
    found = FieldValues(present=True, values=tuple(values))
    alone = [n for n, text in enumerate(texts) if compile_operator(name, text, OPERATORS)(found)]
    assert sorted(compile_together(name, OPERATORS)(texts)(found)) == alone


@pytest.mark.parametrize("test", ["contains:{}", "equals:{}"])
def test_among_hundreds_of_tests_those_that_hold_decide(
    clean: Any, small: Dataset, test: str
) -> None:
    small.PatientComments = "word 250"
    small.StudyDescription = "word x"
    lines = [f"REMOVE all {test.format(f'word {number}')}" for number in range(200, 300)]
    out = clean(small, *lines, "REMOVE StudyDescription contains:nothing")
    assert "PatientComments" not in out
    assert out.StudyDescription == "word x"
    assert out.PatientID == "P-1"


def test_the_last_of_many_rules_that_hold_has_its_way(clean: Any, small: Dataset) -> None:
    lines = [f"REMOVE PatientID contains:{text}" for text in ("x", "P-", "1")]
    out = clean(small, *lines, "REPLACE PatientID new")
    assert out.PatientID == "new"
    small.PatientID = "Q"
    assert clean(small, *lines).PatientID == "Q"


def test_equal_values_are_tested_once(host: PluginHost, plugin: Any, own: Any) -> None:
    asked: list[FieldValues] = []

    def compile_longer(text: str) -> Any:
        return lambda found: (
            bool(asked.append(found)) or any(len(value) > int(text) for value in found.values)
        )

    longer = ConditionOperator(name="longer", compile=compile_longer, summary="long")
    operators = PluginHost(
        {**own, "more": plugin(deid_condition_operators=lambda: [longer])}
    ).operators
    battery = Battery(
        {
            7: _test(operators, "longer", "3"),
            9: _test(operators, "longer", "8"),
            8: _test(operators, "equals", "homer"),
        }
    )
    for _ in range(3):
        assert battery.holding(("Homer",)) == (7, 8)
    assert len(asked) == 2


def _test(operators: Any, name: str, text: str) -> Any:
    from deid_core.recipe.battery import OperatorTest

    test = compile_operator(name, text, operators)
    return OperatorTest(name, text, test, compile_together(name, operators))


def _root(text: str, *datasets: Dataset) -> Any:
    engine = Engine(PluginHost.load(), [parse(text, "recipe")], Settings(), key=bytes(32))
    return [engine.plan.root(dataset) for dataset in datasets]


def test_files_that_meet_the_same_conditions_share_their_decisions(small: Dataset) -> None:
    other, third = Dataset(), Dataset()
    other.Modality = "CT"
    third.Modality = "CT"
    third.PatientID = "Q"
    first, second, same = _root(
        "FORMAT dicom\n%header\nREMOVE PatientID IF equals Modality CT", small, other, third
    )
    assert first is not second
    assert second is same


def test_a_condition_is_decided_by_what_can_be_read(small: Dataset) -> None:
    from pydicom.dataelem import RawDataElement
    from pydicom.tag import Tag

    tag = Tag("Rows")
    small[tag] = RawDataElement(tag, "US", 1, b"\1", 0, is_implicit_VR=False, is_little_endian=True)
    text = "FORMAT dicom\n%header\nREMOVE PatientID IF equals Modality CT + equals Rows 1"
    (root,) = _root(text, small)
    assert not root.decision(0x00100020, "LO", None, exact=False).named


def test_what_is_remembered_has_a_bound(small: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "MOST_REMEMBERED", 50)
    monkeypatch.setattr(plan, "MOST_ROOTS", 2)
    monkeypatch.setattr(met, "MOST_REMEMBERED", 3)
    text = "FORMAT dicom\n%header\n" + "\n".join(
        f"REMOVE PatientID IF equals Modality M{number}" for number in range(9)
    )
    engine = Engine(PluginHost.load(), [parse(text, "recipe")], Settings(), key=bytes(32))
    roots = set()
    for number in range(9):
        small.Modality = f"M{number}"
        root = engine.plan.root(small)
        roots.add(id(root))
        for tag in range(60):
            root.decision(0x00091000 + tag, "LO", f"creator {tag}", exact=False)
        assert root.decision(0x00100020, "LO", None, exact=False).named
        assert engine.plan.root(small) is not root
    assert len(engine.plan._roots) <= 2
    assert len(engine.plan._conditions._known) <= 3


@pytest.mark.parametrize("count", [1, 200])
def test_any_number_of_screening_rules_finds_what_each_would(
    clean: Any, small: Dataset, count: int
) -> None:
    block = small.private_block(0x0009, "ACME 1.1", create=True)
    block.add_new(0x02, "LO", f"about word {count - 1} and others")
    block.add_new(0x03, "LO", "nothing")
    screen = "\n".join(f"PATTERN word {number}\\b" for number in range(count))
    out = clean(
        small, top=f"DEFAULT KEEP\n%screen\n{screen}\nVALUE PatientID", remove_private=False
    )
    block = out.private_block(0x0009, "ACME 1.1")
    assert 0x02 not in block
    assert 0x03 in block
