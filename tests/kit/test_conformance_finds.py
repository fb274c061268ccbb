"""Each check of the kit finds a plugin that breaks its rule, and says so clearly."""

from __future__ import annotations

import logging
import random
import re
import secrets
import sys
from pathlib import Path, PurePosixPath
from types import ModuleType, SimpleNamespace
from typing import ClassVar

import click
import pytest

from deid_core import (
    Check,
    CliCommand,
    ConditionOperator,
    ExampleDataset,
    FieldAction,
    FieldExpander,
    FileRef,
    ParallelRun,
    PluginError,
    Rank,
    SetValue,
    Takes,
    Unresolved,
    ValueFunction,
    hookimpl,
)
from deid_core.testing import PluginConformance
from deid_core.testing.checks import company, declared, files, hooks, words
from deid_core.testing.subject import Subject

log = logging.getLogger("hospital")


def plugin(**hooks):
    """Return a plugin whose hooks give these records or are these functions."""
    made = {name: given if callable(given) else _giving(given) for name, given in hooks.items()}
    return SimpleNamespace(
        **{
            name: made if hasattr(made, "deid_core_impl") else hookimpl(made)
            for name, made in made.items()
        }
    )


def _giving(records):
    return lambda: records


def action(decide=lambda field: None, *, name="WORD", compiled=None, summary="does", **options):
    compiled = compiled or (lambda rule, batch: decide)
    return plugin(
        deid_field_actions=[
            FieldAction(name=name, compile=compiled, summary=summary, rank=Rank.CHANGES, **options)
        ]
    )


def function(give, name="word"):
    return plugin(
        deid_value_functions=[
            ValueFunction(name=name, compile=lambda arguments, batch: give, summary="gives")
        ]
    )


def selector(test, name="word"):
    return plugin(
        deid_field_expanders=[
            FieldExpander(name=name, compile=lambda argument: test, summary="finds")
        ]
    )


def operator(test, name="word"):
    return plugin(
        deid_condition_operators=[
            ConditionOperator(name=name, compile=lambda text: test, summary="tells")
        ]
    )


def raising(error):
    def decide(field):
        raise error(f"what is {field.value}?")

    return decide


def failing(field):
    return SetValue(field.value.upper())


def changing(field):
    if field.path.keyword == "PatientID":
        holder = field.holder
        holder.PatientID = "changed"


def telling(field):
    log.info("found %s", field.value)


def printing(field):
    print(field.value)  # noqa: T201 - that is what is wrong


def looking_at_the_reader(field):
    return SetValue(type(field.holder).__name__)


class Counter:
    """Answers with how often it was asked, in all runs."""

    asked = 0

    def __call__(self, field):
        Counter.asked += 1
        return SetValue(str(self.asked))


@hookimpl(tryfirst=True)
def always_first(instance, batch):
    return PurePosixPath("mine.dcm")


@hookimpl(wrapper=True, tryfirst=True)
def naming_last(instance, batch):
    yield
    return PurePosixPath("mine.dcm")


@hookimpl(wrapper=True)
def hiding(instance, batch):
    try:
        yield
    except Exception:  # noqa: BLE001 - that is what is wrong
        log.debug("hidden")
    return PurePosixPath("mine.dcm")


def planted_in(instance):
    """Return a value that was planted in the file of an instance."""
    read = instance.ref.path.read_bytes()
    return re.findall(rb"Zq\d{5}Mark\^Kywo", read)[0].decode()


@hookimpl(wrapper=True)
def bringing_a_value_back(instance, batch):
    finished = yield
    finished.dataset.StudyDescription = planted_in(instance)
    return finished


@hookimpl
def spoiling(instance, batch):
    instance.dataset.PatientName = "spoilt"


def discovering(make):
    @hookimpl
    def deid_discover_files(location, options):
        found = [FileRef(p.name, opener=make(p)) for p in sorted(Path(location).glob("*.dcm"))]
        return found or None

    return plugin(deid_discover_files=deid_discover_files)


def number(_batch):
    return 3


BAD = {
    "a hook that nothing tries": (
        hooks.used,
        plugin(deid_name_output=hookimpl(lambda instance: None)),
        "its hook 'deid_name_output' has only declined, so that no test has tried it",
    ),
    "an action's name in small letters": (
        declared.legal_names,
        action(name="lower"),
        "the name of the action 'lower' must begin with a capital letter",
    ),
    "a selector's name in capitals": (
        declared.legal_names,
        selector(lambda path: True, name="Word"),
        "the name of the selector 'Word' must begin with a lower-case letter",
    ),
    "no summary": (declared.summaries, action(summary=" "), "action 'WORD' has no summary"),
    "a summary of several lines": (
        declared.summaries,
        action(summary="one\ntwo"),
        "the summary of the action 'WORD' must be one line",
    ),
    "records by chance": (
        declared.declared_again,
        plugin(
            deid_checks=lambda: [
                Check(name=f"c{random.random()}", compile=lambda batch: list, summary="none")
            ]
        ),
        "declare something else when they are called again",
    ),
    "a command that is none": (
        declared.usable_records,
        plugin(deid_cli_commands=[CliCommand(name="word", load=lambda: print, summary="x")]),
        "load() of the command 'word' returned builtin_function_or_method, no click command",
    ),
    "a command without help": (
        declared.usable_records,
        plugin(
            deid_cli_commands=[
                CliCommand(name="word", load=lambda: click.Command("word"), summary="x")
            ]
        ),
        "the command 'word' has no help",
    ),
    "example data that are not there": (
        declared.usable_records,
        plugin(
            deid_datasets=[ExampleDataset(name="d", folder=lambda: Path("nowhere"), summary="x")]
        ),
        "the dataset 'd' has no folder",
    ),
    "a word without a sample": (
        words.usable,
        action(takes=Takes.VALUE, compiled=lambda rule, batch: {"a": 1}[rule.value]),
        "raise ValueError where what a recipe says means nothing",
    ),
    "a word whose samples are all wrong": (
        words.usable,
        action(takes=Takes.VALUE, compiled=lambda rule, batch: int("no number")),
        "say what follows it there, samples = {'WORD': '…'}",
    ),
    "an action that fails for empty elements": (
        words.right_answers,
        action(failing),
        "the action 'WORD' raises AttributeError at test_conformance_finds.py",
    ),
    "an action that returns a value": (
        words.right_answers,
        action(lambda field: "value"),
        "the action 'WORD' returns str, not a Change or None,",
    ),
    "a selector that returns no truth": (
        words.right_answers,
        selector(lambda path: path.keyword),
        "the selector 'word' returns str, not True or False,",
    ),
    "an operator that returns no truth": (
        words.right_answers,
        operator(lambda found: found.values),
        "the condition operator 'word' returns tuple, not True or False,",
    ),
    "a function that returns a change": (
        words.right_answers,
        function(lambda field: SetValue("x")),
        "the value function 'word' returns SetValue, not text, a number, bytes or a list of those,",
    ),
    "an action by chance": (
        words.equal_answers,
        action(lambda field: SetValue(secrets.token_hex(4))),
        "derive what looks random from batch.pseudonym_bytes",
    ),
    "an action that looks at the reader": (
        words.both_readers,
        action(looking_at_the_reader),
        "the action 'WORD' says something else for",
    ),
    "an action that changes the data set": (
        words.unchanged_input,
        action(changing),
        "the action 'WORD' changes the data set",
    ),
    "an exception that quotes": (
        words.quiet_errors,
        action(raising(Unresolved)),
        "the action 'WORD' quotes the value of",
    ),
    "a word that fails in runs": (
        files.unfailing_words,
        action(failing),
        "failed: plugin 'given-1' (distribution given 0): action 'WORD'",
    ),
    "a log line that tells": (
        files.quiet_runs,
        action(telling),
        "; the logger 'hospital' says it at INFO: leave values out",
    ),
    "a print that tells": (files.quiet_runs, action(printing), "; it is printed, or a warning"),
    "a check that tells": (
        files.quiet_runs,
        plugin(
            deid_checks=[
                Check(
                    name="tells",
                    compile=lambda batch: lambda one: [str(planted_in(one))],
                    summary="tells",
                )
            ]
        ),
        "; it is in a report or an error: let reasons quote no value",
    ),
    "an exception in a hook": (
        files.clean_runs,
        plugin(deid_name_output=hookimpl(lambda instance: 1 // 0)),
        "4 of 4 planted files failed: plugin 'given-1' (distribution given 0)",
    ),
    "a wrong return type": (
        files.clean_runs,
        plugin(deid_name_output=hookimpl(lambda instance: "a.dcm")),
        "hook 'deid_name_output' returned str, not PurePosixPath or None",
    ),
    "an identifier in an output": (
        files.clean_runs,
        plugin(deid_finish_instance=bringing_a_value_back),
        "is in an output (number 1)",
    ),
    "runs that count on": (
        files.equal_runs,
        action(Counter()),
        "two runs with the same key write different files",
    ),
    "a hook that changes the instance": (
        files.untouched_files,
        plugin(deid_extract_identifiers=spoiling),
        "it changes an instance in a hook that may change nothing",
    ),
    "nothing said of workers": (
        company.says_whether_workers_share,
        action(),
        "does not declare deid_parallel_runs",
    ),
    "an obstacle that is no text": (
        company.says_whether_workers_share,
        plugin(deid_parallel_runs=[ParallelRun(name="p", obstacle=number)]),
        "obstacle() returned int, not text or None",
    ),
    "an opener that cannot be pickled": (
        company.travels,
        discovering(lambda path: lambda: path.open("rb")),
        "a FileRef that it yields cannot be pickled",
    ),
    "a source that finds nothing": (
        company.travels,
        plugin(deid_discover_files=hookimpl(lambda location: [])),
        "it found no file: let locations() say where",
    ),
    "a hook that others cannot come before": (
        company.can_be_replaced,
        plugin(deid_name_output=always_first),
        "hook 'deid_name_output' is called before that of a plugin which the user prefers",
    ),
    "a wrapper that comes before others": (
        company.can_be_amended,
        plugin(deid_name_output=naming_last),
        "it answers in place of a plugin which the user prefers",
    ),
    "a hook that fails": (
        company.can_be_amended,
        plugin(deid_name_output=hookimpl(lambda instance: 1 // 0)),
        "hook 'deid_name_output' raised ZeroDivisionError",
    ),
    "a wrapper that hides errors": (
        company.can_be_replaced,
        plugin(deid_name_output=hiding),
        "use neither tryfirst nor a wrapper that catches errors",
    ),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_plugin_is_found(bad: str, tmp_path: Path) -> None:
    check, given, message = BAD[bad]
    found = "\n".join(check(Subject(given, tmp_path)))
    assert message in found


GOOD = plugin(
    deid_field_actions=[
        FieldAction(
            name="WORD",
            compile=lambda rule, batch: (
                lambda field: None if field.value is None else SetValue("x")
            ),
            summary="writes an x",
            rank=Rank.CHANGES,
        )
    ],
    deid_parallel_runs=[ParallelRun(name="good")],
)


def test_every_check_of_the_class_is_tried_here() -> None:
    source = Path(sys.modules[PluginConformance.__module__].__file__).read_text(encoding="utf-8")
    used = set(re.findall(r"_require\(\w+\.(\w+), subject\)", source))
    elsewhere = {"loaded_elsewhere", "equal_elsewhere", "own_executors"}
    assert used == {check.__name__ for check, _, _ in BAD.values()} | elsewhere


def test_a_plugin_that_does_not_load_is_told_by_its_own_error(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="'deid_field_action' is no hook"):
        Subject(plugin(deid_field_action=[]), tmp_path)


class TestAModuleConforms(PluginConformance):
    """The class runs as an author's would; what is a module needs no installation."""

    plugin: ClassVar = ModuleType("good")
    vars(plugin).update(vars(GOOD))

    test_runs_are_the_same_elsewhere = None


class Fails(PluginConformance):
    plugin: ClassVar = action(summary="")


class Unloadable(PluginConformance):
    plugin: ClassVar = plugin(deid_field_action=[])


def subject_of(suite: PluginConformance, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Subject:
    return PluginConformance.subject.__wrapped__(suite, folder, monkeypatch)


def test_a_plugin_that_cannot_be_loaded_is_one_failure_and_the_rest_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(pytest.fail.Exception, match="'deid_field_action' is no hook") as failed:
        subject_of(Unloadable(), tmp_path, monkeypatch)
    assert failed.value.pytrace is False
    with pytest.raises(pytest.skip.Exception, match="it cannot be loaded: plugin 'given-1'"):
        subject_of(Unloadable(), tmp_path, monkeypatch)


class Stopping(PluginConformance):
    plugin: ClassVar = plugin(deid_batch_started=lambda: 1 // 0)


def test_what_breaks_a_run_off_is_a_sentence_too_and_no_log_hides_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(pytest.fail.Exception, match="raised ZeroDivisionError at test_conf"):
        Stopping().test_nothing_planted_is_left(Subject(Stopping.plugin, tmp_path))
    assert caplog.text == ""


def test_a_failure_is_a_sentence_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(pytest.fail.Exception) as failed:
        Fails().test_summaries_are_there(Subject(Fails.plugin, tmp_path))
    assert failed.value.pytrace is False
    assert str(failed.value) == (
        "the action 'WORD' has no summary: say in a few words what it does"
    )
