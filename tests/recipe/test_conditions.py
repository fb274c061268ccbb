"""Conditions: for which files a rule counts."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset

from deid_core import ConditionOperator, Engine, PluginHost, RecipeError
from deid_core.errors import PluginError
from deid_core.recipe.conditions import compile_condition
from deid_core.recipe.syntax import parse


@pytest.fixture
def image(small: Dataset) -> Dataset:
    inner = Dataset()
    inner.StudyDate = "20190101"
    inner.ReferencedStudySequence = [Dataset()]
    other = Dataset()
    other.StudyDate = "20180101"
    small.RequestAttributesSequence = [inner, other]
    small.ImageType = ["ORIGINAL", "PRIMARY"]
    small.PatientComments = ""
    small.WindowCenter = 40
    small.private_block(0x0009, "ACME 1.1", create=True).add_new(0x02, "LO", "secret")
    small.file_meta = Dataset()
    small.file_meta.SourceApplicationEntityTitle = "PACS"
    return small


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("equals Modality OT", True),
        ("equals Modality ot", True),
        ("EQUALS 0008,0060 OT", True),
        ("equals Modality O", False),
        ("equals ImageType PRIMARY", True),
        (r"equals ImageType ORIGINAL\PRIMARY", True),
        ("equals ImageType ORIGINAL", True),
        ("equals WindowCenter 40", True),
        ("equals WindowCenter 40.0", True),
        ('equals PatientName "simpson^homer^jay"', True),
        ("notequals Modality OT", False),
        ("notequals Modality CT", True),
        ("notequals PatientSex M", True),
        ("contains PatientName homer", True),
        ("contains PatientName ^Homer", False),
        (r"contains ImageType L\\P", True),
        ("contains PatientComments .", False),
        ("notcontains PatientName homer", False),
        ("notcontains PatientSex M", True),
        ("missing PatientSex", True),
        ("missing PatientComments", False),
        ("present PatientComments", True),
        ("present PatientSex", False),
        ("empty PatientComments", True),
        ("empty PatientSex", False),
        ("empty PatientName", False),
    ],
)
def test_an_operator_holds_or_not(
    host: PluginHost, image: Dataset, condition: str, holds: bool
) -> None:
    assert compile_condition(condition, host.operators)(image) is holds


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("present RequestAttributesSequence", True),
        ("empty RequestAttributesSequence", False),
        ("equals RequestAttributesSequence__StudyDate 20180101", True),
        ("equals RequestAttributesSequence__0__StudyDate 20180101", False),
        ("equals RequestAttributesSequence__1__StudyDate 20180101", True),
        ("missing RequestAttributesSequence__2__StudyDate", True),
        ("present RequestAttributesSequence__ReferencedStudySequence__StudyDate", False),
        ("missing StudyDate__StudyDate", True),
        ('equals (0009,"acme 1.1",02) secret', True),
        ('missing (0009,"OTHER",02)', True),
        ("equals SourceApplicationEntityTitle PACS", True),
        ("missing TransferSyntaxUID", True),
    ],
)
def test_a_field_may_be_nested_private_or_of_the_file_meta_information(
    host: PluginHost, image: Dataset, condition: str, holds: bool
) -> None:
    assert compile_condition(condition, host.operators)(image) is holds


T, F = "equals Modality OT", "equals Modality CT"


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (f"{T} + {T}", True),
        (f"{T} + {F}", False),
        (f"{F} || {T}", True),
        (f"{F}||{F}", False),
        (f"{T} || {F} + {F}", False),
        (f"{F} + {F} || {T}", True),
        ("missing Modality||empty Modality", False),
    ],
)
def test_criteria_are_joined_from_left_to_right(
    host: PluginHost, image: Dataset, condition: str, holds: bool
) -> None:
    assert compile_condition(condition, host.operators)(image) is holds


@pytest.mark.parametrize("text", ["a+b", "a || b", "a + c", "x|| y"])
def test_a_value_may_hold_what_joins_criteria(host: PluginHost, image: Dataset, text: str) -> None:
    image.PatientComments = text
    assert compile_condition(f"equals PatientComments {text} + {T}", host.operators)(image)


def test_in_quotes_nothing_joins_criteria(host: PluginHost, image: Dataset) -> None:
    image.PatientComments = "a + present b"
    assert compile_condition('equals PatientComments "a + present b"', host.operators)(image)


def test_a_rule_counts_only_where_its_condition_holds(clean: Any, small: Dataset) -> None:
    out = clean(
        small,
        "REMOVE PatientID IF equals Modality CT",
        "REMOVE PatientName IF equals Modality OT",
        "REPLACE StudyDate 20200202 IF equals Modality CT",
    )
    assert "PatientName" not in out
    assert (out.PatientID, out.StudyDate) == ("P-1", "20200131")


def test_conditions_look_at_the_file_as_it_was_read(clean: Any, small: Dataset) -> None:
    out = clean(
        small, "REPLACE Modality CT", "REMOVE PatientID IF equals Modality CT", "REMOVE PatientName IF equals Modality OT"
    )  # fmt: skip
    assert out.Modality == "CT"
    assert "PatientID" in out
    assert "PatientName" not in out


def test_rules_with_conditions_are_chosen_anew_for_each_file(
    small: Dataset, save: Any, load: Any, recipe: Any
) -> None:
    from deid_core.dicom import replace_identifiers

    paths = []
    for name, modality in (("1", "CT"), ("2", "MR"), ("3", "CT")):
        small.Modality = modality
        paths.append(save(small, f"{name}.dcm"))
    deid = recipe("REMOVE PatientID IF equals Modality CT", top="DEFAULT KEEP")
    found = ["PatientID" in load(out) for out in replace_identifiers(paths, deid=deid)]
    assert found == [False, True, False]


@pytest.mark.parametrize(
    ("condition", "message", "suggestion"),
    [
        ("equal Modality CT", "found 'equal'; expected one of: ", "equals"),
        ("equals", "equals: expected a field", None),
        ("equals Modality", "equals: expected a value after the field", None),
        ("present Modality CT", "present: expected nothing after the field", None),
        ("equals Modalty CT", "found 'Modalty'; expected a keyword", "Modality"),
        ("contains Modality [", "contains: the pattern is no valid regular expression", None),
    ],
)
def test_a_condition_that_means_nothing_is_refused_where_it_stands(
    refused: Any, condition: str, message: str, suggestion: str | None
) -> None:
    (problem,) = refused(f"KEEP StudyDate IF {condition}")
    assert problem.message.startswith(message)
    assert (problem.line, problem.column, problem.suggestion) == (3, 19, suggestion)


def test_a_plugin_may_add_an_operator(own: Any, plugin: Any, small: Dataset) -> None:
    longer = ConditionOperator(
        name="longer",
        compile=lambda text: lambda found: any(len(v) > int(text) for v in found.values),
        summary="a value has more characters",
    )
    host = PluginHost({**own, "ant": plugin(deid_condition_operators=lambda: [longer])})
    assert compile_condition("longer PatientName 5", host.operators)(small)
    assert not compile_condition("longer PatientName 50", host.operators)(small)


def test_an_operator_of_a_plugin_that_fails_is_named_without_the_value(
    own: Any, plugin: Any, save: Any, small: Dataset, tmp_path: Any
) -> None:
    def compile_it(text: str) -> Any:
        def test(found: Any) -> bool:
            raise RuntimeError(found.values[0])

        return test

    broken = ConditionOperator(name="broken", compile=compile_it, summary="fails")
    host = PluginHost({**own, "ant": plugin(deid_condition_operators=lambda: [broken])})
    recipe = parse("FORMAT dicom\n%header\nKEEP StudyDate IF broken PatientName x", "r")
    from deid_core import FileRef, Settings

    engine = Engine(host, [recipe], Settings(output_folder=tmp_path / "out"))
    report = engine.process(FileRef("in.dcm", path=save(small)), 1)
    assert "ant" in report.reason
    assert "Simpson" not in report.reason


def test_an_operator_that_compiles_to_no_function_is_named(own: Any, plugin: Any) -> None:
    broken = ConditionOperator(name="broken", compile=lambda text: None, summary="no function")  # type: ignore[arg-type,return-value]
    host = PluginHost({**own, "ant": plugin(deid_condition_operators=lambda: [broken])})
    recipe = parse("FORMAT dicom\n%header\nKEEP StudyDate IF broken PatientName x", "r")
    with pytest.raises((PluginError, RecipeError), match="broken"):
        Engine(host, [recipe])
