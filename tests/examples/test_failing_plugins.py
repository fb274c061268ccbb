"""Plugins that fail while they are used: named once, and never with a patient's value."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.examples.conftest import Environment

pytestmark = pytest.mark.slow

WHO = "plugin 'broken' (distribution deid-core-broken 1.0)"
CANARY = "Canary^Wilhelmina"

HEAD = """\
from deid_core import *
from deid_core import hookimpl
from deid_core.records import *

CANARY = "Canary^Wilhelmina"


def fail(*arguments):
    raise RuntimeError(CANARY)


def leave(*arguments):
    return None

"""

# What is wrong, and what the message must say besides whose fault it is.
REFUSED_AT_ONCE = {
    "action that cannot be compiled": (
        "deid_field_actions",
        'FieldAction(name="ACT", compile=fail, rank=Rank.CHANGES, summary="")',
        ["action 'ACT' raised RuntimeError"],
    ),
    "action that compiles to nothing": (
        "deid_field_actions",
        'FieldAction(name="ACT", compile=leave, rank=Rank.CHANGES, summary="")',
        ["action 'ACT'"],
    ),
    "function that cannot be compiled": (
        "deid_value_functions",
        'ValueFunction(name="give", compile=fail, summary="")',
        ["deid_func:give", "raised RuntimeError"],
    ),
    "function that compiles to nothing": (
        "deid_value_functions",
        'ValueFunction(name="give", compile=leave, summary="")',
        ["deid_func:give"],
    ),
    "selector that cannot be compiled": (
        "deid_field_expanders",
        'FieldExpander(name="pick", compile=fail, summary="")',
        ["selector 'pick' raised RuntimeError"],
    ),
    "selector that compiles to nothing": (
        "deid_field_expanders",
        'FieldExpander(name="pick", compile=leave, summary="")',
        ["selector 'pick'"],
    ),
    "operator that cannot be compiled": (
        "deid_condition_operators",
        'ConditionOperator(name="is", compile=fail, summary="")',
        ["operator 'is'", "raised RuntimeError"],
    ),
    "check that cannot be compiled": (
        "deid_checks",
        'Check(name="look", compile=fail, summary="")',
        ["check 'look'", "raised RuntimeError"],
    ),
    "check that compiles to nothing": (
        "deid_checks",
        'Check(name="look", compile=leave, summary="")',
        ["check 'look'"],
    ),
}

USES = {
    "deid_field_actions": "ACT PatientName",
    "deid_value_functions": "REPLACE PatientName deid_func:give",
    "deid_field_expanders": "BLANK pick:PatientName",
    "deid_condition_operators": "BLANK PatientID IF is PatientName x",
    "deid_checks": "",
}

PER_FILE = {
    "action that raises": (
        "deid_field_actions",
        'FieldAction(name="ACT", compile=lambda r, b: fail, rank=Rank.CHANGES, summary="")',
        ["action 'ACT' raised RuntimeError at broken_module.py"],
    ),
    "action that raises the value": (
        "deid_field_actions",
        'FieldAction(name="ACT", compile=lambda *_: lambda f: int(f.value), rank=Rank.CHANGES, summary="")',
        ["action 'ACT' raised ValueError at broken_module.py"],
    ),
    "action that gives a value instead of a change": (
        "deid_field_actions",
        'FieldAction(name="ACT", compile=lambda *_: lambda f: f.value, rank=Rank.CHANGES, summary="")',
        ["action 'ACT' returned str, not a Change or None"],
    ),
    "function that raises": (
        "deid_value_functions",
        'ValueFunction(name="give", compile=lambda a, b: fail, summary="")',
        ["deid_func:give raised RuntimeError at broken_module.py"],
    ),
    "selector that raises": (
        "deid_field_expanders",
        'FieldExpander(name="pick", compile=lambda a: fail, summary="")',
        ["selector 'pick' raised RuntimeError at broken_module.py"],
    ),
    "operator that raises": (
        "deid_condition_operators",
        'ConditionOperator(name="is", compile=lambda t: fail, summary="")',
        ["operator 'is' raised RuntimeError at broken_module.py"],
    ),
    "check that raises": (
        "deid_checks",
        'Check(name="look", compile=lambda b: fail, summary="")',
        ["check 'look' raised RuntimeError at broken_module.py"],
    ),
    "check that finds no text": (
        "deid_checks",
        'Check(name="look", compile=lambda b: lambda i: [1], summary="")',
        ["check 'look'"],
    ),
    "check that finds one text instead of a list": (
        "deid_checks",
        'Check(name="look", compile=lambda b: lambda i: "no pixels", summary="")',
        ["check 'look'", "no pixels"],
    ),
}

STAGES = {
    "discovery that raises": (
        """\
        @hookimpl
        def deid_discover_files(location):
            raise RuntimeError(CANARY)
        """,
        ["hook 'deid_discover_files' raised RuntimeError at broken_module.py"],
    ),
    "discovery that raises on the way": (
        """\
        @hookimpl
        def deid_discover_files(location):
            return (fail(number) for number in range(3))
        """,
        ["hook 'deid_discover_files' raised RuntimeError at broken_module.py"],
    ),
    "discovery of something else": (
        """\
        @hookimpl
        def deid_discover_files(location):
            return [location]
        """,
        ["hook 'deid_discover_files' yielded str, not FileRef"],
    ),
    "discovery of text": (
        """\
        @hookimpl
        def deid_discover_files(location):
            return location
        """,
        ["hook 'deid_discover_files' returned str"],
    ),
    "opener that raises": (
        """\
        @hookimpl
        def deid_discover_files(location):
            return [FileRef("x.dcm", opener=fail)]
        """,
        ["raised RuntimeError at broken_module.py"],
    ),
    "reader that raises": (
        """\
        @hookimpl
        def deid_read_file(ref):
            raise RuntimeError(CANARY)
        """,
        ["hook 'deid_read_file' raised RuntimeError at broken_module.py"],
    ),
    "reader that raises from another": (
        """\
        @hookimpl
        def deid_read_file(ref):
            try:
                raise KeyError(CANARY)
            except KeyError as error:
                raise RuntimeError(CANARY) from error
        """,
        ["hook 'deid_read_file' raised RuntimeError at broken_module.py"],
    ),
    "reader of something else": (
        """\
        @hookimpl
        def deid_read_file(ref):
            return {CANARY: ref}
        """,
        ["hook 'deid_read_file' returned dict, not Instance or None"],
    ),
    "reader that is a generator": (
        """\
        @hookimpl
        def deid_read_file(ref):
            yield None
        """,
        ["hook 'deid_read_file'", "generator"],
    ),
    "extraction that raises": (
        """\
        @hookimpl
        def deid_extract_identifiers(instance):
            raise ValueError(str(instance.dataset.PatientName))
        """,
        ["hook 'deid_extract_identifiers' raised ValueError at broken_module.py"],
    ),
    "screening that raises": (
        """\
        @hookimpl
        def deid_screen_private_tags(identifiers):
            raise ValueError(identifiers.values["PatientName"])
        """,
        ["hook 'deid_screen_private_tags' raised ValueError at broken_module.py"],
    ),
    "screening that says no more than False": (
        """\
        @hookimpl
        def deid_screen_private_tags():
            return False
        """,
        ["hook 'deid_screen_private_tags' returned bool, not PrivateVerdict or None"],
    ),
    "name that is text": (
        """\
        @hookimpl
        def deid_name_output(instance):
            return "a.dcm"
        """,
        ["hook 'deid_name_output' returned str, not PurePosixPath or None"],
    ),
    "writer that raises": (
        """\
        @hookimpl
        def deid_write_file(instance):
            raise OSError(CANARY)
        """,
        ["hook 'deid_write_file' raised OSError at broken_module.py"],
    ),
    "wrapper that raises before": (
        """\
        @hookimpl(wrapper=True)
        def deid_read_file(ref):
            raise RuntimeError(CANARY)
            yield
        """,
        ["hook 'deid_read_file' raised RuntimeError at broken_module.py"],
    ),
    "wrapper that raises after": (
        """\
        @hookimpl(wrapper=True)
        def deid_read_file(ref):
            instance = yield
            raise RuntimeError(str(instance.dataset.PatientName))
        """,
        ["hook 'deid_read_file' raised RuntimeError at broken_module.py"],
    ),
    "wrapper that forgets to return": (
        """\
        @hookimpl(wrapper=True)
        def deid_read_file(ref):
            instance = yield
        """,
        ["hook 'deid_read_file'", "wrapper", "'return result'"],
    ),
    "wrapper that returns something else": (
        """\
        @hookimpl(wrapper=True)
        def deid_read_file(ref):
            instance = yield
            return instance.dataset
        """,
        ["hook 'deid_read_file' returned FileDataset, not Instance"],
    ),
    "wrapper that does not yield": (
        """\
        @hookimpl(wrapper=True)
        def deid_read_file(ref):
            if not ref:
                yield
        """,
        ["wrapper of hook 'deid_read_file'"],
    ),
    "wrapper that yields twice": (
        """\
        @hookimpl(wrapper=True)
        def deid_read_file(ref):
            yield
            yield
        """,
        ["wrapper of hook 'deid_read_file'"],
    ),
    "observer of the start that raises": (
        """\
        @hookimpl
        def deid_batch_started():
            raise RuntimeError(CANARY)
        """,
        ["hook 'deid_batch_started' raised RuntimeError at broken_module.py"],
    ),
    "observer of files that raises": (
        """\
        @hookimpl
        def deid_file_recorded():
            raise RuntimeError(CANARY)
        """,
        ["hook 'deid_file_recorded' raised RuntimeError at broken_module.py"],
    ),
    "observer of the end that raises": (
        """\
        @hookimpl
        def deid_batch_finished():
            raise RuntimeError(CANARY)
        """,
        ["hook 'deid_batch_finished' raised RuntimeError at broken_module.py"],
    ),
    "finder of recipes that raises": (
        """\
        @hookimpl
        def deid_find_recipe(name):
            raise RuntimeError(CANARY)
        """,
        ["hook 'deid_find_recipe' raised RuntimeError at broken_module.py"],
    ),
    "finder of text": (
        """\
        @hookimpl
        def deid_find_recipe(name):
            return "FORMAT dicom"
        """,
        ["hook 'deid_find_recipe' returned str, not RecipeSource or None"],
    ),
}


def _ids(cases: Mapping[str, object]) -> dict[str, Any]:
    return {"argvalues": list(cases.values()), "ids": list(cases)}


@pytest.fixture
def patient(scan: Callable[..., Path]) -> Path:
    return scan(PatientName=CANARY)


def _plant(environment: Environment, source: str) -> None:
    environment.plant(
        "broken_module",
        HEAD + textwrap.dedent(source),
        plugin="broken",
        distribution="deid-core-broken",
    )


def _declared(hook: str, record: str) -> str:
    return f"@hookimpl\ndef {hook}():\n    return [{record}]\n"


def _use(hook: str) -> list[str]:
    return [USES[hook], "BLANK PatientID"] if USES[hook] else ["BLANK PatientID"]


def _assert_named(shown: str, expected: list[str]) -> None:
    assert "Traceback" not in shown
    assert CANARY not in shown
    line = next((line for line in shown.splitlines() if WHO in line), None)
    assert line is not None, shown
    for part in expected:
        assert part in line


@pytest.mark.parametrize(("hook", "record", "expected"), **_ids(REFUSED_AT_ONCE))
def test_what_cannot_be_compiled_is_refused_before_the_first_file(
    environment: Environment,
    recipe: Callable[..., Path],
    tmp_path: Path,
    hook: str,
    record: str,
    expected: list[str],
) -> None:
    _plant(environment, _declared(hook, record))
    done = environment.run(
        "run", tmp_path / "nothing", "--recipe", recipe(*_use(hook)), "--output", tmp_path / "out"
    )
    assert done.returncode == 2, done.stderr
    _assert_named(done.stdout + done.stderr, expected)


@pytest.mark.parametrize(("hook", "record", "expected"), **_ids(PER_FILE))
def test_what_fails_at_a_file_is_named(
    environment: Environment,
    recipe: Callable[..., Path],
    patient: Path,
    tmp_path: Path,
    hook: str,
    record: str,
    expected: list[str],
) -> None:
    _plant(environment, _declared(hook, record))
    done = environment.run(
        "run", patient, "--recipe", recipe(*_use(hook)), "--output", tmp_path / "out"
    )
    assert done.returncode == 1, done.stderr
    _assert_named(done.stdout + done.stderr, expected)
    assert not list((tmp_path / "out").rglob("*"))


@pytest.mark.parametrize(("source", "expected"), **_ids(STAGES))
def test_a_stage_that_fails_is_named(
    environment: Environment, patient: Path, tmp_path: Path, source: str, expected: list[str]
) -> None:
    _plant(environment, source)
    done = environment.run("run", patient, "--output", tmp_path / "out")
    assert done.returncode in (1, 2), done.stderr
    _assert_named(done.stdout + done.stderr, expected)


def test_a_folder_of_example_data_that_fails_is_named(environment: Environment) -> None:
    record = 'ExampleDataset(name="data", folder=fail, summary="")'
    _plant(environment, _declared("deid_datasets", record))
    code = """\
from deid_core import PluginError
from deid_core.data import get_dataset
try:
    get_dataset("data")
except PluginError as error:
    print(error)
"""
    done = environment.call("-c", code)
    assert done.returncode == 0, done.stderr
    _assert_named(done.stdout, ["dataset 'data' raised RuntimeError at broken_module.py"])


@pytest.mark.parametrize(
    ("load", "expected"),
    [("fail", "command 'greet' raised RuntimeError"), ("leave", "command 'greet'")],
)
def test_a_command_that_cannot_be_loaded_is_named(
    environment: Environment, load: str, expected: str
) -> None:
    record = f'CliCommand(name="greet", load={load}, summary="")'
    _plant(environment, _declared("deid_cli_commands", record))
    done = environment.run("greet")
    assert done.returncode == 2
    _assert_named(done.stdout + done.stderr, [expected])


def test_a_command_of_a_plugin_runs(environment: Environment) -> None:
    record = (
        'CliCommand(name="greet", summary="say hello", load=lambda: '
        '__import__("click").Command("greet", callback=lambda: print("hello")))'
    )
    _plant(environment, _declared("deid_cli_commands", record))
    done = environment.run("greet")
    assert (done.returncode, done.stdout) == (0, "hello\n")
    assert "command greet" in environment.plugins()["broken"]["provides"]


def test_a_wrapper_may_pass_on_that_nobody_has_a_recipe(
    environment: Environment, patient: Path, recipe: Callable[..., Path], tmp_path: Path
) -> None:
    _plant(
        environment,
        """\
        @hookimpl(wrapper=True)
        def deid_find_recipe(name):
            return (yield)
        """,
    )
    (environment.folder / "own.recipe").write_text("FORMAT dicom\n%header\nKEEP StudyDate\n")
    done = environment.run("run", patient, "--recipe", "own.recipe", "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr


def test_a_wrapper_may_pass_on_that_nobody_knows_a_location(
    environment: Environment, tmp_path: Path
) -> None:
    _plant(
        environment,
        """\
        @hookimpl(wrapper=True)
        def deid_discover_files(location):
            return (yield)
        """,
    )
    done = environment.run("run", tmp_path / "nothing", "--output", tmp_path / "out")
    assert done.returncode == 2
    assert f"{tmp_path / 'nothing'}: no such file or folder" in done.stderr


def test_a_wrapper_that_looks_at_what_was_found_is_named_when_it_fails_later(
    environment: Environment, patient: Path, tmp_path: Path
) -> None:
    _plant(
        environment,
        """\
        @hookimpl(wrapper=True)
        def deid_discover_files(location):
            found = yield
            return (fail(ref) for ref in found)
        """,
    )
    done = environment.run("run", patient, "--output", tmp_path / "out")
    assert done.returncode == 2
    shown = done.stdout + done.stderr
    _assert_named(shown, ["hook 'deid_discover_files' raised RuntimeError at broken_module.py"])


def test_the_end_of_a_run_is_observed_even_if_the_run_broke_off(
    environment: Environment, patient: Path, tmp_path: Path
) -> None:
    _plant(
        environment,
        """\
        from pathlib import Path

        @hookimpl
        def deid_file_recorded():
            raise RuntimeError

        @hookimpl
        def deid_batch_finished(batch):
            Path("finished").touch()
        """,
    )
    environment.run("run", patient, "--output", tmp_path / "out")
    assert (environment.folder / "finished").exists()
