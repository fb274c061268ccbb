"""Two plugins that claim one name: refused with both named, until the user chooses."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.examples.conftest import Environment

pytestmark = pytest.mark.slow

RIVAL = """\
from deid_core import FieldAction, Rank, SetValue, Takes, hookimpl

@hookimpl
def deid_field_actions():
    return [
        FieldAction(
            name="JITTER",
            compile=lambda rule, batch: lambda field: SetValue("19000101"),
            rank=Rank.CHANGES,
            takes=Takes.VALUE,
            summary="all in one day",
            replaces="dicom",
        )
    ]
"""
EXAMPLE = "deid-core-patient-jitter"
CONFLICT = re.compile(
    "'patient-jitter'.* and .*'rival'.* both declare the action 'JITTER'"
    "|'rival'.* and .*'patient-jitter'.* both declare the action 'JITTER'"
)


@pytest.fixture
def rivals(environment: Environment, project: Callable[..., Path], examples: Path) -> Environment:
    rival = project("deid-core-rival", "rival", RIVAL)
    environment.install(examples / EXAMPLE, rival)
    return environment


def test_rivals_for_an_action_are_refused_until_one_is_chosen(
    rivals: Environment,
    scan: Callable[..., Path],
    recipe: Callable[..., Path],
    tmp_path: Path,
    outputs: Callable[..., Any],
) -> None:
    arguments = ["run", scan(StudyDate="20040229"), "--recipe", recipe("JITTER StudyDate 14")]

    done = rivals.run(*arguments, "--output", tmp_path / "neither")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert CONFLICT.search(done.stderr)
    assert not (tmp_path / "neither").exists()

    for number, (options, winner) in enumerate(
        [
            (["--prefer", "rival"], "rival"),
            (["--prefer", "patient-jitter"], "patient-jitter"),
            (["--block", "patient-jitter"], "rival"),
            (["--block", "rival"], "patient-jitter"),
            (["--allow", "rival"], "rival"),
        ]
    ):
        output = tmp_path / str(number)
        done = rivals.run(*arguments, "--output", output, *options)
        assert done.returncode == 0, done.stderr
        (dataset,) = outputs(output)
        assert (dataset.StudyDate == "19000101") is (winner == "rival"), options
        listed = rivals.plugins(*options)
        assert "action JITTER" in listed[winner]["provides"]
        assert "action JITTER of dicom" in listed[winner]["overrides"]

    for name in ("DEID_CORE_PREFER", "DEID_CORE_ALLOW"):
        done = rivals.run(*arguments, "--output", tmp_path / name, **{name: "rival"})
        assert done.returncode == 0, done.stderr
        assert outputs(tmp_path / name)[0].StudyDate == "19000101"


def test_rivals_are_both_listed_and_the_conflict_with_them(rivals: Environment) -> None:
    shown = rivals.run("plugins", "--json")
    assert shown.returncode == 1
    listed = rivals.plugins()
    ours = {
        "archives",
        "audit",
        "dask",
        "dicom",
        "executors",
        "fileset",
        "importers",
        "profiles",
        "pseudonyms",
        "record",
        "screening",
        "streams",
    }
    assert set(listed) == {*ours, "patient-jitter", "rival"}
    statuses = [listed[name]["status"] for name in ("patient-jitter", "rival")]
    for status in statuses:
        assert CONFLICT.search(status)
    assert rivals.run("plugins", "--prefer", "rival").returncode == 0


def test_who_is_preferred_is_asked_first(rivals: Environment) -> None:
    assert list(rivals.plugins("--prefer", "rival"))[:2] == ["rival", "patient-jitter"]
    assert list(rivals.plugins("--prefer", "patient-jitter"))[:2] == ["patient-jitter", "rival"]
    order = [
        "dicom",
        "patient-jitter",
        "rival",
        "streams",
        "screening",
        "record",
        "pseudonyms",
        "profiles",
        "importers",
        "fileset",
        "executors",
        "dask",
        "audit",
        "archives",
    ]
    assert list(rivals.plugins("--prefer", "dicom", "--prefer", "patient-jitter")) == order


def test_two_distributions_with_one_name_of_a_plugin_are_both_named(
    environment: Environment, scan: Callable[..., Path], tmp_path: Path
) -> None:
    environment.plant("one", "", plugin="same", distribution="deid-core-one")
    environment.plant("two", "", plugin="same", distribution="deid-core-two")
    done = environment.run("run", scan(), "--output", tmp_path / "out")
    assert done.returncode == 2
    assert "deid-core-one 1.0" in done.stderr
    assert "deid-core-two 1.0" in done.stderr
    shown = environment.run("plugins")
    assert shown.returncode == 1
    assert "deid-core-one 1.0" in shown.stdout
    assert "deid-core-two 1.0" in shown.stdout
    assert environment.run("plugins", "--block", "same").returncode == 0


def test_one_module_under_two_names_is_refused_with_the_names(environment: Environment) -> None:
    environment.plant("one", "", plugin="a = one\nb", distribution="deid-core-one")
    listed = environment.plugins()
    assert "loaded" in {listed["a"]["status"], listed["b"]["status"]}
    for name in ("a", "b"):
        assert "PluginFailed" not in listed[name]["status"]
        assert "raised" not in listed[name]["status"]
