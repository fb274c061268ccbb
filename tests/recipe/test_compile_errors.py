"""A recipe that needs what no plugin provides is refused before any file is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deid_core import (
    Engine,
    FieldAction,
    PluginFailedError,
    PluginHost,
    Problem,
    Rank,
    RecipeError,
    Settings,
    ValueFunction,
)
from deid_core.recipe.syntax import parse

Refused = Callable[[str], tuple[Problem, ...]]


def test_an_unknown_action_is_refused_with_those_there_are_and_the_nearest(
    refused: Refused,
) -> None:
    (problem,) = refused("REMOV PatientID")
    assert str(problem).startswith("r.txt:3:1: found action 'REMOV'; expected one of: ADD, BLANK, ")
    assert str(problem).endswith(". Did you mean 'REMOVE'?")


def test_an_unknown_field_is_refused_at_its_column(refused: Refused) -> None:
    (problem,) = refused("REMOVE   PatientIDD")
    assert str(problem) == (
        "r.txt:3:10: found 'PatientIDD'; expected a keyword of the dictionary or a tag. "
        "Did you mean 'PatientID'?"
    )


@pytest.mark.parametrize("action", ["ADD", "REPLACE", "JITTER"])
def test_a_value_that_is_missing_is_asked_for(refused: Refused, action: str) -> None:
    (problem,) = refused(f"{action} PatientID")
    assert problem.message == f"{action}: expected a value after the field"
    assert problem.column == len(f"{action} PatientID") + 1


@pytest.mark.parametrize("action", ["BLANK", "KEEP"])
def test_a_value_that_nothing_takes_is_refused(refused: Refused, action: str) -> None:
    (problem,) = refused(f"{action} PatientID x")
    assert problem.message == f"{action}: expected nothing after the field"
    assert problem.column == len(f"{action} PatientID ") + 1


@pytest.mark.parametrize("value", ["ten", "1.5", "two words"])
def test_days_that_are_no_number_are_refused(refused: Refused, value: str) -> None:
    (problem,) = refused(f"JITTER StudyDate {value}")
    assert problem.message.startswith("JITTER: ")
    assert "expected a" in problem.message
    assert (problem.line, problem.column) == (3, 18)


def test_an_unknown_function_is_refused_with_the_nearest(refused: Refused) -> None:
    (problem,) = refused("REPLACE StudyInstanceUID deid_func:hashuids")
    assert problem.message.startswith("found deid_func:hashuids; expected one of: ")
    assert (problem.column, problem.suggestion) == (26, "hashuid")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("var:", "var: needs the name of a variable"),
        ("func:", "func: needs the name of a function"),
        ("deid_func:hash length", "deid_func:hash: found 'length'; expected key=value"),
        ("deid_func:hash =16", "deid_func:hash: found '=16'; expected key=value"),
        ("deid_func:hash size=16", "size"),
        ("deid_func:hash length=4", "length"),
        ("deid_func:hash length=x", "length"),
        ("deid_func:hashuid a=b", "a"),
    ],
)
def test_a_value_that_means_nothing_is_refused(refused: Refused, value: str, message: str) -> None:
    (problem,) = refused(f"REPLACE PatientID {value}")
    assert message in problem.message
    assert problem.column == 19


def test_all_problems_come_at_once(refused: Refused) -> None:
    problems = refused("REMOV PatientID\nREMOVE Patient__ID\nREPLACE X\nJITTER StudyDate x")
    assert [problem.line for problem in problems] == [3, 4, 5, 5, 6]


def test_what_a_blocked_plugin_provided_is_missed_before_a_file_is_read(
    own: dict[str, object],
) -> None:
    del own["dicom"]
    with pytest.raises(RecipeError, match="found action 'REMOVE'; expected one of: "):
        Engine(
            PluginHost(own),
            [parse("FORMAT dicom\nBASE none\n%header\nREMOVE PatientID", "r.txt")],
        )


# -- plugins that fail while a recipe is compiled --------------------------------------


def test_an_action_that_raises_while_it_is_compiled_is_named_without_the_text_of_the_error(
    own: dict[str, object], plugin: Any
) -> None:
    def explode(_rule: object, _batch: object) -> Any:
        raise KeyError("secret")

    own["boom"] = plugin(
        deid_field_actions=lambda: [
            FieldAction(name="BOOM", compile=explode, rank=Rank.CHANGES, summary="explode")
        ]
    )
    host = PluginHost(own)
    with pytest.raises(PluginFailedError) as caught:
        Engine(host, [parse("FORMAT dicom\n%header\nBOOM PatientID", "r.txt")])
    assert str(caught.value).startswith(
        "plugin 'boom' (distribution given 0): action 'BOOM' raised KeyError at test_compile_errors.py:"
    )
    assert "secret" not in str(caught.value)


def test_a_value_error_of_an_action_is_a_problem_of_the_line(
    own: dict[str, object], plugin: Any
) -> None:
    def picky(_rule: object, _batch: object) -> Any:
        raise ValueError("wants a colour")

    own["picky"] = plugin(
        deid_field_actions=lambda: [
            FieldAction(name="PAINT", compile=picky, rank=Rank.CHANGES, summary="paint")
        ]
    )
    with pytest.raises(RecipeError, match=r"r.txt:3:16: PAINT: wants a colour"):
        Engine(PluginHost(own), [parse("FORMAT dicom\n%header\nPAINT PatientID", "r.txt")])


def test_an_error_of_ours_passes_through_an_action(own: dict[str, object], plugin: Any) -> None:
    def refuse(_rule: object, _batch: object) -> Any:
        raise RecipeError([Problem("mine", 1, 1, "no")])

    own["refuser"] = plugin(
        deid_field_actions=lambda: [
            FieldAction(name="NO", compile=refuse, rank=Rank.CHANGES, summary="refuse")
        ]
    )
    with pytest.raises(RecipeError, match=r"^mine:1:1: no$"):
        Engine(PluginHost(own), [parse("FORMAT dicom\n%header\nNO PatientID", "r.txt")])


def test_a_selector_that_raises_while_it_is_compiled_names_its_plugin(
    own: dict[str, object], plugin: Any
) -> None:
    from deid_core import FieldExpander

    def explode(_argument: str) -> Any:
        raise KeyError("secret")

    own["boom"] = plugin(
        deid_field_expanders=lambda: [
            FieldExpander(name="boom", compile=explode, summary="explode")
        ]
    )
    with pytest.raises(PluginFailedError, match=r"plugin 'boom' .*'boom' raised KeyError") as e:
        Engine(PluginHost(own), [parse("FORMAT dicom\n%header\nREMOVE boom:x", "r.txt")])
    assert "secret" not in str(e.value)


def test_a_function_that_raises_while_it_is_compiled_names_its_plugin(
    own: dict[str, object], plugin: Any
) -> None:
    def explode(_arguments: object, _batch: object) -> Any:
        raise KeyError("secret")

    own["boom"] = plugin(
        deid_value_functions=lambda: [
            ValueFunction(name="boom", compile=explode, summary="explode")
        ]
    )
    with pytest.raises(PluginFailedError, match=r"plugin 'boom' .*boom raised KeyError") as e:
        Engine(PluginHost(own), [parse("FORMAT dicom\n%header\nADD PatientID deid_func:boom", "r")])
    assert "secret" not in str(e.value)


def test_settings_are_known_before_the_recipe_is_compiled(host: PluginHost, tmp_path: Path) -> None:
    engine = Engine(host, settings=Settings(output_folder=tmp_path))
    assert engine.batch.settings.output_folder == tmp_path
