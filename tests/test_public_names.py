"""What ``import deid_core`` offers, and the errors it raises."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

import deid_core
from deid_core import errors


@pytest.mark.parametrize("name", deid_core.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    found = getattr(deid_core, name)
    assert name in dir(deid_core)
    if isinstance(found, type):
        assert found.__doc__


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'deid_core' has no attribute 'Enginee'"):
        deid_core.Enginee  # noqa: B018


def test_every_error_of_ours_is_public_and_a_deid_error() -> None:
    found = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Exception)
    }
    assert found <= set(deid_core.__all__)
    assert all(issubclass(getattr(errors, name), errors.DeidError) for name in found)


def test_the_tree_of_errors_in_the_docstring_is_complete() -> None:
    for name, value in vars(errors).items():
        if isinstance(value, type) and issubclass(value, Exception):
            assert name in (errors.__doc__ or "")


@pytest.mark.parametrize(
    "error",
    [
        errors.OutputExistsError("there", "/out/a.dcm"),
        errors.RecipeError([errors.Problem("r", 1, 2, "bad", "good")]),
        errors.RecipeNotFoundError([errors.Problem("r", 0, 0, "not there")]),
        errors.PluginFailedError("plugin 'x' failed"),
        errors.ReadError("cut off"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_travel_between_processes(error: Any) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_codes_of_file_errors_are_distinct() -> None:
    kinds = errors.FileError.__subclasses__()
    assert len({kind.code for kind in kinds}) == len(kinds)


def test_a_problem_of_a_whole_file_has_no_line() -> None:
    assert str(errors.Problem("r", 0, 0, "bad")) == "r: bad"
    assert str(errors.Problem("r", 3, 7, "bad", "good")) == "r:3:7: bad. Did you mean 'good'?"
