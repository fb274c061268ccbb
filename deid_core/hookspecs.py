"""Every hook of deid_core: the one file that the author of a plugin must read.

The name tells the kind. A verb phrase is a *stage*: the first plugin that does not return
None does the work, so a plain implementation replaces ours, a wrapper
(``@hookimpl(wrapper=True)``) amends it, and None declines. A plural noun is a
*declaration*: a list of records (`deid_core.records`), all of which count. A past
participle is an *observation*: return nothing.

Third parties are called before the default plugins, in alphabetical order; those that the
user prefers come first. Hooks run once per run or once per file, never per data element.
An implementation may leave out arguments that it does not need. Exceptions are reported
under the plugin's name; a `FileError` refuses the one file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from deid_core.batch import Batch
    from deid_core.importers import RecipeImporter
    from deid_core.model import (
        DiscoveryOptions,
        FileRef,
        FileReport,
        Identifiers,
        Instance,
        PrivateVerdict,
        RunReport,
        Sweep,
        WriteReceipt,
    )
    from deid_core.records import (
        Check,
        CliCommand,
        ConditionOperator,
        ExampleDataset,
        Executor,
        FieldAction,
        FieldExpander,
        ParallelRun,
        RecipeSource,
        ValueFunction,
    )

PROJECT = "deid_core"
"""The name of the pluggy project and of the entry-point group."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec(firstresult=True)
def deid_discover_files(location: str, options: DiscoveryOptions) -> Iterable[FileRef] | None:
    """Find the files of a location.

    When: at the start of a run, once per location. Who wins: the first that knows the
    location. May change: nothing. None: not mine. May be a generator of its own results,
    called lazily; return None before the first ``yield`` from a plain function.

    >>> from deid_core import FileRef, hookimpl
    >>> @hookimpl
    ... def deid_discover_files(location, options):
    ...     if location.startswith("list:"):
    ...         return [FileRef(name=name) for name in location[5:].split(",")]
    >>> [ref.name for ref in deid_discover_files("list:a.dcm,b.dcm", None)]
    ['a.dcm', 'b.dcm']
    """


@hookspec(firstresult=True)
def deid_read_file(ref: FileRef, batch: Batch) -> Instance | None:
    """Read one file.

    When: once per file. Who wins: the first that can read it. May change: nothing; the
    input is never written to. None: not mine. Raise a `SkippedError`, as `NotDicomError` is
    one, to have the file passed over and counted, `ReadError` to have it refused.

    >>> from deid_core import NotDicomError, hookimpl
    >>> @hookimpl
    ... def deid_read_file(ref, batch):
    ...     if ref.name.endswith(".tmp"):
    ...         raise NotDicomError("temporary file")
    """


@hookspec(firstresult=True)
def deid_extract_identifiers(instance: Instance, batch: Batch) -> Identifiers | None:
    """Say who and what an instance is about.

    When: once per file, before anything is changed. Who wins: the first to answer. May
    change: nothing. None: not mine.

    >>> from deid_core import Identifiers, hookimpl
    >>> @hookimpl
    ... def deid_extract_identifiers(instance, batch):
    ...     dataset = instance.dataset
    ...     values = {"AccessionNumber": str(dataset.AccessionNumber)}
    ...     return Identifiers(values["AccessionNumber"], str(dataset.SOPInstanceUID), values)
    """


@hookspec(firstresult=True)
def deid_screen_private_tags(
    instance: Instance, identifiers: Identifiers, batch: Batch
) -> PrivateVerdict | None:
    """Decide what happens to private data elements.

    When: once per file, before anything is changed. Who wins: the first to answer; a
    wrapper may add to what another found. May change: nothing, the verdict is applied
    later. None: not mine.

    >>> import attrs
    >>> from deid_core import hookimpl
    >>> @hookimpl(wrapper=True)
    ... def deid_screen_private_tags(instance, identifiers, batch):
    ...     verdict = yield
    ...     return attrs.evolve(verdict, found={**verdict.found, "(0009,1002)": "a serial number"})
    """


@hookspec(firstresult=True)
def deid_sweep_values(instance: Instance, identifiers: Identifiers, batch: Batch) -> Sweep | None:
    """Look for the patient's own values in what stays.

    When: once per file where ``batch.settings.sweep`` is not ``"off"``, before anything is
    changed; what it returns is asked about each value that would stay. Who wins: the first to
    answer; a wrapper may add to it. May change: nothing. None: not mine.

    >>> from deid_core import RemoveElement, Sweep, hookimpl
    >>> @hookimpl
    ... def deid_sweep_values(instance, identifiers, batch):
    ...     name = str(instance.dataset.get("PatientName", ""))
    ...
    ...     def examine(field, protected):
    ...         return RemoveElement() if field.value == name and not protected else None
    ...
    ...     return Sweep(examine)
    """


@hookspec(firstresult=True)
def deid_finish_instance(instance: Instance, batch: Batch) -> Instance | None:
    """Make what depends on the changes true: file meta information, preamble.

    When: once per file, after the changes and before it is checked. Who wins: the first to
    answer; a wrapper may add to it. May change: the instance, which is finished then. None:
    not mine.

    >>> from deid_core import hookimpl
    >>> @hookimpl(wrapper=True)
    ... def deid_finish_instance(instance, batch):
    ...     finished = yield
    ...     finished.dataset.file_meta.SendingApplicationEntityTitle = "GATEWAY"
    ...     return finished
    """


@hookspec(firstresult=True)
def deid_name_output(instance: Instance, batch: Batch) -> PurePosixPath | None:
    """Name the output of an instance, relative to the output folder.

    When: once per file that does not keep its name, after the changes. Who wins: the first
    to answer. May change: nothing. None: not mine. The name must come from de-identified
    values; the core makes every part of it safe and keeps it inside the output folder.

    >>> from pathlib import PurePosixPath
    >>> from deid_core import hookimpl
    >>> @hookimpl
    ... def deid_name_output(instance, batch):
    ...     return PurePosixPath(f"{instance.dataset.SOPInstanceUID}.dcm")
    """


@hookspec(firstresult=True)
def deid_write_file(instance: Instance, target: PurePosixPath, batch: Batch) -> WriteReceipt | None:
    """Write a finished instance.

    When: once per file, last. ``target`` is the safe name, relative to
    ``batch.settings.output_folder``. Who wins: the first to answer. May change: nothing.
    None: not mine. Write to a temporary name and rename when whole; raise
    `OutputExistsError` rather than overwrite, unless ``batch.settings.overwrite``; and then
    call `Batch.spare_inputs` first.

    >>> from deid_core import WriteReceipt, hookimpl
    >>> @hookimpl
    ... def deid_write_file(instance, target, batch):
    ...     if target.suffix == ".null":
    ...         return WriteReceipt(path=str(target))
    """


@hookspec(firstresult=True)
def deid_recall_file(ref: FileRef, batch: Batch) -> FileReport | None:
    """Recall what became of a file in an earlier run, so that it is not done again.

    When: once per file that was found, before it is opened, in the process that was started.
    Who wins: the first to answer. May change: nothing. None: the file is to be done. A file
    that is recalled is not reported again; ``output`` is its output, whose name no other gets.

    >>> from deid_core import FileReport, Outcome, hookimpl
    >>> @hookimpl
    ... def deid_recall_file(ref, batch):
    ...     if ref.name in {"calibration.dcm"}:
    ...         return FileReport(0, Outcome.SKIPPED, "calibration", "is done by hand")
    """


@hookspec(firstresult=True)
def deid_find_recipe(name: str) -> RecipeSource | None:
    """Find a recipe by its name.

    When: once per name, before the run. Who wins: the first that has it. May change:
    nothing. None: not mine.

    >>> from pathlib import Path
    >>> from deid_core import RecipeSource, hookimpl
    >>> @hookimpl
    ... def deid_find_recipe(name):
    ...     if name == "our.hospital":
    ...         return RecipeSource(name, Path("our_hospital.txt").read_text())
    """


@hookspec
def deid_field_actions() -> Iterable[FieldAction]:  # type: ignore[empty-body]
    """Declare actions for recipes.

    When: once, when the plugins are loaded. Who wins: names must be unique, see
    ``replaces``. May change: nothing. None: nothing to declare.

    >>> from deid_core import FieldAction, Rank, SetValue, hookimpl
    >>> def compile_upper(rule, batch):
    ...     return lambda field: SetValue(str(field.value).upper())
    >>> @hookimpl
    ... def deid_field_actions():
    ...     return [
    ...         FieldAction(
    ...             name="UPPER",
    ...             compile=compile_upper,
    ...             rank=Rank.CHANGES,
    ...             summary="write in capitals",
    ...         )
    ...     ]
    """


@hookspec
def deid_field_expanders() -> Iterable[FieldExpander]:  # type: ignore[empty-body]
    """Declare selectors ``name:argument`` for recipes.

    When: once, when the plugins are loaded. Who wins: names must be unique, see
    ``replaces``. May change: nothing. None: nothing to declare.

    >>> from deid_core import FieldExpander, hookimpl
    >>> def compile_element(argument):
    ...     number = int(argument, 16)
    ...     return lambda path: path.tag & 0xFFFF == number
    >>> @hookimpl
    ... def deid_field_expanders():
    ...     return [
    ...         FieldExpander(
    ...             name="element", compile=compile_element, summary="element number, any group"
    ...         )
    ...     ]
    """


@hookspec
def deid_value_functions() -> Iterable[ValueFunction]:  # type: ignore[empty-body]
    """Declare functions for ``deid_func:name``.

    When: once, when the plugins are loaded. Who wins: names must be unique, see
    ``replaces``. May change: nothing. None: nothing to declare.

    >>> from deid_core import ValueFunction, hookimpl
    >>> def compile_initial(arguments, batch):
    ...     return lambda field: str(field.value)[:1]
    >>> @hookimpl
    ... def deid_value_functions():
    ...     return [
    ...         ValueFunction(name="initial", compile=compile_initial, summary="the first letter")
    ...     ]
    """


@hookspec
def deid_condition_operators() -> Iterable[ConditionOperator]:  # type: ignore[empty-body]
    """Declare operators for conditions: ``%filter``, ``IF`` and tests of values.

    When: once, when the plugins are loaded. Who wins: names must be unique, see
    ``replaces``. May change: nothing. None: nothing to declare.

    >>> from deid_core import ConditionOperator, hookimpl
    >>> def compile_longer(text):
    ...     limit = int(text)
    ...     return lambda found: any(len(value) > limit for value in found.values)
    >>> @hookimpl
    ... def deid_condition_operators():
    ...     return [
    ...         ConditionOperator(
    ...             name="longer", compile=compile_longer, summary="has more characters than"
    ...         )
    ...     ]
    """


@hookspec
def deid_checks() -> Iterable[Check]:  # type: ignore[empty-body]
    """Declare checks of what is about to be written; a finding refuses the file.

    When: once, when the plugins are loaded; the compiled check once per file. Who wins: all
    run. May change: nothing. None: nothing to declare. A check that ``compares`` also sees the
    file as it was read, and with the changes of the recipe before it was finished. Ours is called
    ``identifiers`` and is of the plugin ``screening``.

    >>> from deid_core import Check, hookimpl
    >>> def compile_check(batch):
    ...     return lambda instance: ["no pixels"] if "PixelData" not in instance.dataset else []
    >>> @hookimpl
    ... def deid_checks():
    ...     return [Check(name="pixels", compile=compile_check, summary="pixels are there")]
    """


@hookspec
def deid_executors() -> Iterable[Executor]:  # type: ignore[empty-body]
    """Declare ways to do the files of a run: in one process, in several, on a cluster.

    When: once, when the plugins are loaded. Who wins: names must be unique, see
    ``replaces``. May change: nothing. None: nothing to declare.

    >>> from deid_core import Executor, hookimpl
    >>> def start(configuration, options):
    ...     if options.scheduler is None:
    ...         return None
    ...     from hospital_cluster import connect
    ...
    ...     return connect(options.scheduler, configuration)
    >>> @hookimpl
    ... def deid_executors():
    ...     return [Executor(name="hospital", start=start, summary="the cluster of the hospital")]
    """


@hookspec
def deid_parallel_runs() -> Iterable[ParallelRun]:  # type: ignore[empty-body]
    """Declare that several workers may share the files of a run, or in which runs not.

    When: once, when the plugins are loaded; what it says of a run, once per run. Who wins: all
    count; a plugin that takes part in reading, changing or writing files and declares nothing
    keeps every run in one process. May change: nothing. None: nothing to declare.

    >>> from deid_core import ParallelRun, hookimpl
    >>> def obstacle(batch):
    ...     if batch.settings.output_folder.suffix == ".zip":
    ...         return "one archive is written by one process"
    >>> @hookimpl
    ... def deid_parallel_runs():
    ...     return [ParallelRun(name="zip-writer", obstacle=obstacle)]
    """


@hookspec
def deid_datasets() -> Iterable[ExampleDataset]:  # type: ignore[empty-body]
    """Declare named example data.

    When: once, when the plugins are loaded. Who wins: names must be unique, see
    ``replaces``. May change: nothing. None: nothing to declare.

    >>> from pathlib import Path
    >>> from deid_core import hookimpl
    >>> from deid_core.records import ExampleDataset
    >>> @hookimpl
    ... def deid_datasets():
    ...     return [
    ...         ExampleDataset(
    ...             name="phantoms", folder=lambda: Path("phantoms"), summary="scans of phantoms"
    ...         )
    ...     ]
    """


@hookspec
def deid_recipe_importers() -> Iterable[RecipeImporter]:  # type: ignore[empty-body]
    r"""Declare translators for ``deid-core recipe import``.

    When: once, when the plugins are loaded. Who wins: names must be unique, see
    ``replaces``. May change: nothing. None: nothing to declare.

    >>> from deid_core import ImportedRecipe, RecipeImporter, hookimpl
    >>> def translate(data, source):
    ...     rules = "".join(f"REMOVE {name}\n" for name in data.decode().split()[1:])
    ...     return ImportedRecipe(f"FORMAT dicom\nDEFAULT KEEP\n\n%header\n\n{rules}")
    >>> @hookimpl
    ... def deid_recipe_importers():
    ...     return [
    ...         RecipeImporter(
    ...             name="blacklist",
    ...             recognizes=lambda data: data.startswith(b"BLACKLIST"),
    ...             translate=translate,
    ...             summary="the lists of our old gateway",
    ...         )
    ...     ]
    """


@hookspec
def deid_cli_commands() -> Iterable[CliCommand]:  # type: ignore[empty-body]
    """Declare commands of ``deid-core``.

    When: once, when the command line looks for a command that is not its own. Who wins:
    names must be unique, see ``replaces``. May change: nothing. None: nothing to declare.

    >>> import click
    >>> from deid_core import hookimpl
    >>> from deid_core.records import CliCommand
    >>> @hookimpl
    ... def deid_cli_commands():
    ...     return [
    ...         CliCommand(name="hello", load=lambda: click.Command("hello"), summary="say hello")
    ...     ]
    """


@hookspec
def deid_batch_started(batch: Batch) -> None:
    """Observe that a run starts: the plan is compiled, no file was read.

    When: once per run. Who wins: all are called. May change: nothing. An exception stops
    the run.

    >>> from deid_core import hookimpl
    >>> @hookimpl
    ... def deid_batch_started(batch):
    ...     print("private elements go:", batch.settings.remove_private)
    """


@hookspec
def deid_file_recorded(report: FileReport, batch: Batch) -> None:
    """Observe what became of a file.

    When: once per file, after it was written or refused. Who wins: all are called. May
    change: nothing. An exception stops the run.

    >>> from deid_core import hookimpl
    >>> @hookimpl
    ... def deid_file_recorded(report, batch):
    ...     print(report.number, report.outcome.value)
    """


@hookspec
def deid_batch_finished(report: RunReport, batch: Batch) -> None:
    """Observe that a run is over.

    When: once per run, also where it breaks off (``report.complete`` is False then). Who
    wins: all are called. May change: nothing.

    >>> from deid_core import hookimpl
    >>> @hookimpl
    ... def deid_batch_finished(report, batch):
    ...     print({outcome.value: count for outcome, count in report.counts.items()})
    """
