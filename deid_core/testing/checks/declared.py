"""What a plugin declares: names, summaries, and the same every time."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Any

import click
from click.testing import CliRunner

from deid_core.engine import Engine
from deid_core.errors import RecipeError
from deid_core.guard import place_of
from deid_core.hookspecs import PROJECT
from deid_core.importers import ImportedRecipe, RecipeImporter
from deid_core.recipe.find import find_recipes
from deid_core.recipe.syntax import parse
from deid_core.records import CliCommand, ExampleDataset, FieldAction, ParallelRun
from deid_core.testing.runs import KEY
from deid_core.testing.subject import Subject

PLUGIN = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")
ACTION = re.compile(r"[A-Z][A-Z0-9_-]*")
WORD = re.compile(r"[a-z][a-z0-9_.-]*")
LONGEST_SUMMARY = 100
HEAVY = [
    "PIL",
    "SimpleITK",
    "boto3",
    "cv2",
    "dask",
    "distributed",
    "matplotlib",
    "numpy",
    "pandas",
    "pydicom.pixels",
    "requests",
    "scipy",
    "skimage",
    "torch",
]
"""What takes longer to import than deid_core itself."""

NO_TEXT = b"\xff\xfe\x00DICM\x80"

SCRIPT = """\
import builtins, importlib, json, sys
module, plugin = sys.argv[1:]
package, before, seen = module.split(".")[0], builtins.__import__, set()
def record(name, globals=None, locals=None, fromlist=(), level=0):
    if globals and str(globals.get("__name__", "")).split(".")[0] == package:
        seen.add("pydicom.pixels" if name.startswith("pydicom.pixels") else name.split(".")[0])
    return before(name, globals, locals, fromlist, level)
builtins.__import__ = record
importlib.import_module(module)
builtins.__import__ = before
from pathlib import Path
from deid_core.testing.subject import Subject
print(json.dumps([sorted(seen), Subject(plugin, Path()).declared()]))
"""


def legal_names(subject: Subject) -> Iterator[str]:
    """Users type these names: in recipes, on the command line, in settings."""
    if not PLUGIN.fullmatch(subject.name):
        yield f"the plugin is called {subject.name!r}: use lower-case words joined by '-'"
    for _, kind, record in subject.records():
        if isinstance(record, ParallelRun):
            continue
        rule, how = (
            WORD,
            "begin with a lower-case letter, go on with those, digits, '-', '_' or '.'",
        )
        if isinstance(record, FieldAction):
            rule, how = ACTION, "begin with a capital letter, go on with those, digits, '-' or '_'"
        if not rule.fullmatch(record.name):
            yield f"the name of the {kind} {record.name!r} must {how}"


def summaries(subject: Subject) -> Iterator[str]:
    """Lists show one line for each record."""
    for _, kind, record in subject.records():
        text = record.summary
        if not isinstance(text, str) or not text.strip():
            yield f"the {kind} {record.name!r} has no summary: say in a few words what it does"
        elif "\n" in text or len(text) > LONGEST_SUMMARY:
            yield f"the summary of the {kind} {record.name!r} must be one line of at most 100 characters"


def declared_again(subject: Subject) -> Iterator[str]:
    """A worker loads the plugin anew and must find the same."""
    here, again = subject.declared(), Subject(subject.plugin, subject.folder).declared()
    if here != again:
        yield f"its hooks declare something else when they are called again: {_differing(here, again)}"


def loaded_elsewhere(subject: Subject) -> Iterator[str]:
    """Every command loads every plugin, and every worker; so it must be quick, and give the same."""
    if not isinstance(subject.plugin, str):
        return
    point = next(iter(entry_points(group=PROJECT, name=subject.plugin)))
    done = subprocess.run(  # noqa: S603 - this Python, with names of what is installed
        [sys.executable, "-c", SCRIPT, point.module, subject.plugin],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    last = (done.stdout if done.returncode == 0 else done.stderr).strip().rpartition("\n")[2]
    if done.returncode:
        yield f"in another process it cannot be loaded: {last}"
        return
    imported, declared = json.loads(last)
    for name in imported:
        if name in HEAVY:
            yield (
                f"it imports {name} when it is loaded, which takes long: "
                "import it inside of the function that uses it"
            )
    here = subject.declared()
    if declared != here:
        yield f"its hooks declare something else in another process: {_differing(here, declared)}"


def _differing(here: list[str], there: list[str]) -> str:
    return ", ".join(sorted(set(here) ^ set(there))) or "the order differs"


def usable_records(subject: Subject) -> Iterator[str]:
    """Commands load and explain themselves; importers translate; folders and recipes are there."""
    for _, kind, record in subject.records():
        what = f"the {kind} {record.name!r}"
        if isinstance(record, CliCommand):
            yield from _about_command(what, record)
        if isinstance(record, ExampleDataset) and not record.folder().is_dir():
            yield f"{what} has no folder"
        if isinstance(record, RecipeImporter):
            yield from _about_importer(what, record, subject)


def _about_command(what: str, record: CliCommand) -> Iterator[str]:
    command: Any = record.load()
    if not isinstance(command, click.Command):
        yield f"load() of {what} returned {type(command).__name__}, no click command"
        return
    if not (command.help or "").strip():
        yield f"{what} has no help: write a docstring for its function"
    result = CliRunner().invoke(command, ["--help"])
    if result.exit_code:
        yield f"{what} fails when it is asked for --help ({type(result.exception).__name__})"


def _about_importer(what: str, record: RecipeImporter, subject: Subject) -> Iterator[str]:
    sample = subject.samples.get(record.name)
    if sample is None:
        yield f"say in samples the text of a file that {what} translates"
        return
    for data, own in ((b"", False), (NO_TEXT, False), (sample.encode(), True)):
        try:
            answer = record.recognizes(data)
        except Exception as error:  # noqa: BLE001 - it is what is looked for
            yield (
                f"recognizes() of {what} raises {type(error).__name__} at {place_of(error)}: it "
                "is asked about files of any kind, and answers False for those of others"
            )
            return
        if not isinstance(answer, bool):
            yield f"recognizes() of {what} returned {type(answer).__name__}, not True or False"
        elif answer is not own:
            kind = "its sample" if own else "an empty file, or bytes that are no text,"
            yield f"recognizes() of {what} says {answer} of {kind}"
    imported: Any = record.translate(sample.encode(), "sample")
    if not isinstance(imported, ImportedRecipe):
        yield f"translate() of {what} returned {type(imported).__name__}, not an ImportedRecipe"
    elif imported.text:
        try:
            found = find_recipes(parse(imported.text, "translated"), subject.host)
            Engine(subject.host, found, key=KEY)
        except RecipeError as error:
            yield f"{what} makes a recipe that does not compile: {error}"
