"""For each hook there is a check of the kit that finds a plugin which gets it wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deid_core import (
    Check,
    CliCommand,
    ConditionOperator,
    ExampleDataset,
    FieldAction,
    FieldExpander,
    ImportedRecipe,
    ParallelRun,
    Rank,
    RecipeImporter,
    RecipeSource,
    ValueFunction,
    hookimpl,
    hookspecs,
)
from deid_core.errors import DeidError
from deid_core.testing import PluginConformance
from deid_core.testing.checks import company, declared, files, hooks, words
from deid_core.testing.subject import Subject

HOOKS = {name for name in vars(hookspecs) if name.startswith("deid_")}
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "testing.md"
BY_EXECUTORS = "deid_executors"
"""Is tried by tests of what is installed, in test_conformance_elsewhere.py."""


def giving(hook: str, answer: Any) -> object:
    """Return a plugin whose one hook gives always the same."""
    return SimpleNamespace(**{hook: hookimpl(lambda: answer)})


def fails() -> Callable[..., Any]:
    def hook() -> None:
        raise RuntimeError

    return hookimpl(hook)


def finding(text: str | None) -> Callable[[str], RecipeSource | None]:
    return lambda name: RecipeSource(name, text) if name == "ours" and text else None


def importer(recognizes: Any = lambda data: data == b"OLD", text: str = "") -> RecipeImporter:
    return RecipeImporter(
        name="old",
        recognizes=recognizes,
        translate=lambda data, source: ImportedRecipe(text),
        summary="old",
    )


def action(compile: Any) -> FieldAction:  # noqa: A002 - what a record calls it
    return FieldAction(name="OLD", compile=compile, summary="old", rank=Rank.CHANGES)


Case = tuple[Callable[[Subject], Iterable[str]], Any, str]

WRONG: dict[str, Case] = {
    "deid_discover_files": (company.travels, 5, "returned int, not Iterable or None"),
    "deid_read_file": (files.clean_runs, 5, "hook 'deid_read_file' returned int"),
    "deid_extract_identifiers": (files.clean_runs, {}, "returned dict, not Identifiers"),
    "deid_screen_private_tags": (files.clean_runs, True, "returned bool, not PrivateVerdict"),
    "deid_sweep_values": (files.clean_runs, [], "returned list, not Sweep"),
    "deid_finish_instance": (files.clean_runs, 5, "returned int, not Instance"),
    "deid_name_output": (files.clean_runs, "a.dcm", "returned str, not PurePosixPath"),
    "deid_write_file": (files.clean_runs, 5, "returned int, not WriteReceipt"),
    "deid_recall_file": (files.clean_runs, 5, "returned int, not FileReport"),
    "deid_find_recipe": (hooks.used, "FORMAT dicom", "returned str, not RecipeSource"),
    "deid_field_actions": (
        words.right_answers,
        [action(lambda rule, batch: lambda field: 5)],
        "the action 'OLD' returns int, not a Change or None",
    ),
    "deid_field_expanders": (
        words.right_answers,
        [FieldExpander(name="old", compile=lambda argument: lambda path: 5, summary="old")],
        "the selector 'old' returns int, not True or False",
    ),
    "deid_value_functions": (
        words.right_answers,
        [ValueFunction(name="old", compile=lambda names, batch: lambda field: {}, summary="old")],
        "the value function 'old' returns dict, not text, a number",
    ),
    "deid_condition_operators": (
        words.right_answers,
        [ConditionOperator(name="old", compile=lambda text: lambda found: 5, summary="old")],
        "the condition operator 'old' returns int, not True or False",
    ),
    "deid_checks": (
        files.clean_runs,
        [Check(name="old", compile=lambda batch: lambda instance: [5], summary="old")],
        "check 'old' gave reasons that are no text",
    ),
    "deid_parallel_runs": (
        company.says_whether_workers_share,
        [ParallelRun(name="old", obstacle=lambda batch: True)],
        "obstacle() returned bool, not text or None",
    ),
    "deid_datasets": (
        declared.usable_records,
        [ExampleDataset(name="old", folder=lambda: Path("nowhere"), summary="old")],
        "the dataset 'old' has no folder",
    ),
    "deid_recipe_importers": (
        declared.usable_records,
        [importer(recognizes=bytes.decode)],
        "recognizes() of the recipe importer 'old' returned str, not True or False",
    ),
    "deid_cli_commands": (
        declared.usable_records,
        [CliCommand(name="old", load=lambda: 5, summary="old")],
        "load() of the command 'old' returned int, no click command",
    ),
    "deid_batch_started": (files.clean_runs, None, "'deid_batch_started' raised RuntimeError"),
    "deid_file_recorded": (files.clean_runs, None, "'deid_file_recorded' raised RuntimeError"),
    "deid_batch_finished": (files.clean_runs, None, "'deid_batch_finished' raised RuntimeError"),
}


def found_by(check: Callable[[Subject], Iterable[str]], subject: Subject) -> str:
    """Return what a check finds, or what breaks it off, as `PluginConformance` shows both."""
    try:
        return "\n".join(check(subject))
    except DeidError as error:
        return str(error)


@pytest.mark.parametrize("hook", WRONG)
def test_a_plugin_that_gets_a_hook_wrong_is_found(hook: str, tmp_path: Path) -> None:
    check, answer, message = WRONG[hook]
    plugin = giving(hook, answer) if answer is not None else SimpleNamespace(**{hook: fails()})
    samples = {"old": "OLD"} if hook == "deid_recipe_importers" else {}
    subject = Subject(plugin, tmp_path, samples=samples, recipes=["ours"])
    assert message in found_by(check, subject)


def test_no_hook_is_left_out() -> None:
    assert {*WRONG, BY_EXECUTORS} == HOOKS


def test_the_reference_says_of_each_hook_what_tries_it() -> None:
    page = PAGE.read_text(encoding="utf-8")
    _, _, table = page.partition("## Which test tries which hook")
    rows = re.findall(r"^\| `(deid_\w+)` \| (.*) \|$", table.partition("\n## ")[0], re.MULTILINE)
    assert {hook for hook, _ in rows} == HOOKS
    for hook, tests in rows:
        named = re.findall(r"`(test_\w+)`", tests)
        assert named, hook
        assert all(hasattr(PluginConformance, test) for test in named), hook


@pytest.mark.parametrize("hook", ["deid_write_file", "deid_discover_files", "deid_name_output"])
def test_a_hook_that_only_declines_is_not_taken_for_tested(hook: str, tmp_path: Path) -> None:
    (found,) = hooks.used(Subject(giving(hook, None), tmp_path))
    assert found.startswith(f"its hook {hook!r} has only declined, so that no test has tried it")


def test_a_hook_that_is_never_called_is_not_taken_for_tested(tmp_path: Path) -> None:
    refusing = Check(name="no", compile=lambda batch: lambda instance: ["no"], summary="no")
    plugin = SimpleNamespace(
        deid_write_file=hookimpl(lambda: None), deid_checks=hookimpl(lambda: [refusing])
    )
    (found,) = hooks.used(Subject(plugin, tmp_path))
    assert found.startswith("its hook 'deid_write_file' was never called")
    assert found.endswith("say in output_name what the output is called that it writes")


def test_who_answers_and_who_wraps_has_a_part(tmp_path: Path) -> None:
    @hookimpl(wrapper=True)
    def finish():
        return (yield)

    plugin = SimpleNamespace(
        deid_finish_instance=finish,
        deid_find_recipe=hookimpl(finding("FORMAT dicom\n%header\n")),
        deid_batch_started=hookimpl(lambda: None),
        deid_recall_file=hookimpl(lambda: None),
    )
    assert list(hooks.used(Subject(plugin, tmp_path, recipes=["ours"]))) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "it finds no recipe 'ours'"),
        ("FORMAT dicom\n%header\nNOTHING all\n", "'ours' that it finds does not compile"),
    ],
)
def test_a_recipe_that_cannot_be_used_is_found(text, message: str, tmp_path: Path) -> None:
    plugin = SimpleNamespace(deid_find_recipe=hookimpl(finding(text)))
    assert message in found_by(hooks.used, Subject(plugin, tmp_path, recipes=["ours"]))


@pytest.mark.parametrize(
    ("record", "samples", "message"),
    [
        (importer(), {}, "say in samples the text of a file that the recipe importer 'old'"),
        (importer(lambda data: data[0] == 1), {"old": "OLD"}, "raises IndexError at"),
        (importer(lambda data: True), {"old": "OLD"}, "says True of an empty file"),
        (importer(lambda data: False), {"old": "OLD"}, "says False of its sample"),
        (importer(text="REMOVE"), {"old": "OLD"}, "makes a recipe that does not compile"),
        (
            RecipeImporter(
                name="old",
                recognizes=lambda data: data == b"OLD",
                translate=lambda data, source: "FORMAT dicom",
                summary="old",
            ),
            {"old": "OLD"},
            "returned str, not an ImportedRecipe",
        ),
    ],
)
def test_an_importer_that_breaks_its_promise_is_found(
    record: RecipeImporter, samples: dict[str, str], message: str, tmp_path: Path
) -> None:
    plugin = giving("deid_recipe_importers", [record])
    assert message in found_by(declared.usable_records, Subject(plugin, tmp_path, samples=samples))
