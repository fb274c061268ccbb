"""The steps of a run, in order: discover, read, extract, screen, decide, apply, check, write."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import attrs

from deid_core.apply import apply
from deid_core.batch import Batch, FileContext
from deid_core.case import Case
from deid_core.changes import Changes
from deid_core.checking import Checks
from deid_core.decide import decide_data_set, decide_file_meta
from deid_core.digests import digest_of
from deid_core.encoded.dataset import EncodedDataSet
from deid_core.errors import (
    INTERNAL_ERROR,
    PLUGIN_FAILED,
    FileError,
    NotWalkableError,
    OutputExistsError,
    PluginError,
    SettingsError,
    SkippedError,
)
from deid_core.execution.runner import NameOutput, Runner
from deid_core.execution.task import Configuration, Task
from deid_core.guard import bare, failure
from deid_core.host import PluginHost
from deid_core.identifiers import look_up
from deid_core.intent import Intent
from deid_core.keys import SMALLEST_KEY
from deid_core.model import (
    DiscoveryOptions,
    FileRef,
    FileReport,
    Instance,
    Outcome,
    WriteReceipt,
)
from deid_core.naming import TOLD_APART, distinct, safe_path
from deid_core.quiet import quiet_pydicom
from deid_core.recall import Recall
from deid_core.recipe.compile import compile_plan
from deid_core.recipe.find import foundation_of, settings_of
from deid_core.recipe.groups import Words
from deid_core.recipe.plan import Decision
from deid_core.recipe.tree import Recipe
from deid_core.recipe.values import compile_value
from deid_core.settings import Settings
from deid_core.tally import Tally

log = logging.getLogger("deid_core")

_NOTE: Mapping[str, Any] = {"is_note": True}
"""Marks lines of the log that repeat what the report of the file says."""

Write = Callable[[Instance, PurePosixPath, Batch], WriteReceipt]


@attrs.frozen
class Decided:
    """What becomes of one instance: the changes of its data set and file meta information.

    ``counts`` says how often each action was decided, and each rule; ``intent`` what of it the recipe
    asked for.
    """

    context: FileContext
    file_meta: Changes
    data_set: Changes
    counts: Tally
    intent: Intent


class Engine(Runner):
    """De-identifies files: one recipe, one set of plugins, one key, any number of files.

    ``recipes`` lie on each other, the last wins. ``ids`` holds the variables of each
    instance, as ``ids[entity][item][name]``. Without a ``key`` one is made for this run, so
    that its pseudonyms cannot be linked to those of another; ``linkable=False`` says that a key
    given here was made so. ``mark`` and ``inputs`` are those of the `Batch`.

    Raises `RecipeError` where a recipe needs what no plugin provides, `SettingsError` for a key of
    less than 16 bytes, and `PluginError`.
    """

    def __init__(  # noqa: PLR0913 - most are for those who know them
        self,
        host: PluginHost,
        recipes: Sequence[Recipe] = (),
        settings: Settings | None = None,
        *,
        key: bytes | None = None,
        ids: Mapping[str, Mapping[str, Any]] | None = None,
        linkable: bool = True,
        mark: str | None = None,
        inputs: set[str] | None = None,
    ) -> None:
        given = settings = settings or Settings()
        if key is not None and len(key) < SMALLEST_KEY:
            raise SettingsError(f"a key needs at least {SMALLEST_KEY} bytes")
        foundation = foundation_of(recipes, settings, host)
        layers = (*foundation.base, *recipes)
        settings = settings_of(layers, settings)
        self.host = host
        self.linkable = linkable and key is not None
        self.batch = Batch(
            settings,
            secrets.token_bytes(32) if key is None else key,
            lambda rule, batch: compile_value(rule, host.value_functions, batch),
            linkable=self.linkable,
            mark=mark or f".deid-{secrets.token_hex(4)}-",
            recipes=layers,
            plugins=host.loaded,
            inputs=set() if inputs is None else inputs,
        )
        super().__init__(tuple(recipes), attrs.evolve(given, plugins=host.settings), ids)
        self.plan = compile_plan(foundation, recipes, host, self.batch)
        self._checks = Checks(host, self.batch)
        self._recall = Recall()

    def discover(
        self, locations: Iterable[str], options: DiscoveryOptions | None = None
    ) -> Iterator[FileRef]:
        """Find the files of all locations, one after the other."""
        for location in locations:
            yield from self.host.discover_files(location, options or DiscoveryOptions())

    @classmethod
    def of(cls, configuration: Configuration, host: PluginHost, *, overwrite: bool) -> Engine:
        """Return an engine like that of a configuration; only what it replaces may differ."""
        return cls(
            host,
            configuration.recipes,
            attrs.evolve(configuration.settings, overwrite=overwrite),
            key=configuration.key,
            ids=configuration.ids,
            linkable=configuration.linkable,
            mark=configuration.mark,
            inputs=configuration.inputs,
        )

    def attempt(self, task: Task, name: NameOutput) -> FileReport:
        """De-identify one file; ``name`` says what an output is called that has such a target."""
        report, _ = self._attempt(
            FileReport(task.number, Outcome.FAILED, ref=task.ref),
            task.label,
            lambda report: self._written(task, name, report),
        )
        return report

    def foresee(self, task: Task) -> FileReport:
        """Do with one file all but write it, and report what writing would have brought about."""
        report, _ = self._attempt(
            FileReport(task.number, Outcome.FAILED, ref=task.ref),
            task.label,
            lambda report: self._written(task, self._distinct, report, write=self._foreseen),
        )
        return report

    def _distinct(self, target: PurePosixPath) -> PurePosixPath:
        return distinct(target, self.taken)

    def _foreseen(self, _: Instance, target: PurePosixPath, batch: Batch) -> WriteReceipt:
        path = batch.settings.output_folder / target
        if path.exists() and not batch.settings.overwrite:
            raise OutputExistsError("the output exists already", str(path))
        return WriteReceipt(str(path))

    def cleaned(self, ref: FileRef, number: int) -> tuple[FileReport, Instance | None]:
        """De-identify one file and return the result instead of writing it; None if refused."""
        return self._attempt(
            FileReport(number, Outcome.FAILED, ref=ref),
            ref.name,
            lambda report: self._in_memory(ref, report),
        )

    def _attempt(
        self,
        report: FileReport,
        label: str,
        work: Callable[[FileReport], tuple[FileReport, Instance | None]],
    ) -> tuple[FileReport, Instance | None]:
        """Do the work on one file, and report whatever it raises."""
        change: dict[str, Any]
        if self.batch.settings.digests and report.ref is not None:
            report = attrs.evolve(report, input_digest=digest_of(report.ref))
        try:
            with quiet_pydicom():
                return work(report)
        except SkippedError as error:
            change = {"outcome": Outcome.SKIPPED, "code": error.code, "reason": str(error)}
        except OutputExistsError as error:
            log.error("%s already exists, overwrite set to False. Not writing.", label, extra=_NOTE)
            change = {"outcome": Outcome.EXISTS, "code": error.code, "reason": str(error)}
            change["output"] = error.path
        except FileError as error:
            log.error("%s: %s", label, error, extra=_NOTE)
            change = {"outcome": Outcome.REFUSED, "code": error.code, "reason": str(error)}
        except PluginError as error:
            log.error("%s: %s", label, error, extra=_NOTE)
            change = {"code": PLUGIN_FAILED, "reason": str(error), "fault": bare(error)}
        except Exception as error:  # noqa: BLE001 - a file must not end the run, nor be quoted
            fault = failure("deid_core", "processing", error)
            log.error("%s: %s", label, fault, extra=_NOTE)
            change = {"code": INTERNAL_ERROR, "reason": str(fault), "fault": fault}
        return attrs.evolve(report, **change), None

    def _in_memory(self, ref: FileRef, report: FileReport) -> tuple[FileReport, Instance | None]:
        instance = self.host.read_file(ref, self.batch)
        instance, context, counts = self.clean(instance, ref.name)
        instance = attrs.evolve(instance, dataset=instance.dataset)
        warnings = (*instance.notes, *context.warnings)
        done = attrs.evolve(
            report,
            outcome=Outcome.WRITTEN,
            warnings=warnings,
            notes=instance.notes,
            actions=counts,
            rules=counts.of_rules(),
        )
        return done, instance

    def _written(
        self, task: Task, name: NameOutput, report: FileReport, *, write: Write | None = None
    ) -> tuple[FileReport, Instance | None]:
        read = self.host.read_file(task.ref, self.batch)
        try:
            instance, context, counts = self.clean(read, task.label)
            target, told_apart = task.target, task.told_apart
            if target is None:
                wished = safe_path(self.host.name_output(instance, self.batch))
                target = name(wished)
                told_apart = target != wished
            receipt = (write or self.host.write_file)(instance, target, self.batch)
        finally:
            read.close()
        notes = instance.notes
        if told_apart:
            log.warning("%s: %s", task.label, TOLD_APART, extra=_NOTE)
            notes = (*notes, TOLD_APART)
        done = attrs.evolve(
            report,
            outcome=Outcome.WRITTEN,
            output=receipt.path,
            warnings=(*notes, *context.warnings),
            notes=notes,
            actions=counts,
            rules=counts.of_rules(),
            output_digest=receipt.digest,
        )
        return done, None

    def clean(self, instance: Instance, label: str) -> tuple[Instance, FileContext, Tally]:
        """Apply the plan to an instance in place; return it finished, and what was done.

        Raises `RefusedError` if a check finds something.
        """
        for note in instance.notes:
            log.warning("%s: %s", label, note, extra=_NOTE)
        try:
            return self._cleaned(instance, label)
        except NotWalkableError:
            return self._cleaned(attrs.evolve(instance, dataset=instance.as_read()), label)

    def _cleaned(self, instance: Instance, label: str) -> tuple[Instance, FileContext, Tally]:
        elements = instance.elements
        decided = self.decide(instance, label)
        checking = self._checks.begin(decided.context, decided.intent)
        apply(decided.file_meta, elements.file_meta, decided.context)
        apply(decided.data_set, elements, decided.context)
        if isinstance(elements, EncodedDataSet):
            # Whoever looked at it as one of pydicom's has seen it as it was.
            elements.view = None
        checking.decided(instance)
        finished = self.host.finish_instance(instance, self.batch)
        checking.finished(finished)
        return finished, decided.context, decided.counts

    def decide(
        self, instance: Instance, label: str, record: dict[str, Decision] | None = None
    ) -> Decided:
        """Decide what becomes of an instance, and change nothing.

        ``record`` takes what the recipe says about each element, by path.
        """
        host, batch, dataset = self.host, self.batch, instance.elements
        identifiers = host.extract_identifiers(instance, batch)
        log.debug("entity id: %s", identifiers.entity)
        log.debug("item id: %s", identifiers.item)
        item = look_up(self._ids, identifiers, instance.ref)
        words = Words(self.plan.groups, dataset)
        context = FileContext(label, instance, identifiers, item, batch, words)
        verdict = host.screen_private_tags(instance, identifiers, batch)
        sweep = None
        if batch.settings.sweep != "off":
            sweep = host.sweep_values(instance, identifiers, batch).promised()
        root = self.plan.root(dataset)
        scope = None
        # Who reads the log at DEBUG wants to see each decision.
        if record is None and not log.isEnabledFor(logging.DEBUG):
            origin = instance.origin
            likeness = (
                root,
                verdict.default,
                origin and (origin.sop_class, origin.transfer_syntax),
                # What one sweep passes over another may look at.
                sweep and sweep.passes_over,
            )
            scope = self._recall.scope(likeness, (sweep and sweep.scope, identifiers.patient))
        case = Case(context, verdict, sweep, scope, record=record)
        file_meta = decide_file_meta(case, dataset.file_meta, root)
        data_set = decide_data_set(case, dataset, root, self.plan.default)
        intent = Intent(
            root, self.plan.default, verdict.default, sweep is not None, self.plan.shortest
        )
        return Decided(context, file_meta, data_set, case.counts(), intent)
