"""What a plugin does in runs: nothing is told or left of identifiers, and all is the same again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
from pydicom.dataset import Dataset

from deid_core.elements import walk
from deid_core.errors import ActionError
from deid_core.model import FileRef, Outcome
from deid_core.quiet import quiet_pydicom
from deid_core.testing.encoding import BIG, EXPLICIT
from deid_core.testing.planting import plant, plant_several
from deid_core.testing.runs import TrialRun
from deid_core.testing.subject import Subject
from deid_core.testing.words import KEEP_THE_REST, words_of

RECIPES = {
    "base": "",
    "profile": "FORMAT dicom\nINCLUDE deid.dicom.basic\n%header\n",
    "private": "FORMAT dicom\n%header\nKEEP Modality\n",
}


SEARCH: Mapping[str, Any] = {"screen_private": True, "sweep": "clean"}
"""Settings that let stages be asked which a run can do without."""


HEAD = re.compile(r"([A-Z]+) (\S+): ")
"""How a line of a log begins; some have more than one line."""


def clean_runs(subject: Subject) -> Iterator[str]:
    """Planted files come through, and nothing that was planted is left or told."""
    for label, recipe in RECIPES.items():
        search: Mapping[str, Any] = SEARCH if label == "private" else {}
        run = subject.try_out(plant_several(), recipe, label=label, **search)
        if not run.reports:
            yield "it found no file: let locations() say where it finds the planted files"
            return
        yield from _faults(run)
        yield from run.left()


def quiet_runs(subject: Subject) -> Iterator[str]:
    """Whatever files hold, logs, prints, reports and errors do not tell of it."""
    words = {str(word): word.recipe for word in words_of(subject)}
    for garbage in (False, True):
        # What is not garbage goes through the recipes in `clean_runs`.
        recipes = {**RECIPES, **words} if garbage else words
        planted = [plant(EXPLICIT, garbage=garbage), plant(BIG, patient=3, garbage=garbage)]
        for number, (what, recipe) in enumerate(recipes.items()):
            run = subject.try_out(
                planted,
                recipe,
                label=f"quiet-{garbage}-{number}",
                remove_private="INCLUDE" in recipe,
            )
            found = run.left_in(run.told, "what the run has told: log, prints, reports or errors")
            if found:
                yield f"{found[0]} (in a run with {what}, {len(found)} in all){_teller(run)}"


def _teller(run: TrialRun) -> str:
    """Say who tells, as the end of a message."""
    # What is in a report is logged as well, by deid_core.
    if run.left_in(run.told.removeprefix(f"{run.log}\n{run.printed}"), ""):
        return "; it is in a report or an error: let reasons quote no value"
    who = None
    for line in run.log.splitlines():
        who = HEAD.match(line) or who
        if who and run.left_in(line, ""):
            return f"; the logger {who[2]!r} says it at {who[1]}: leave values out"
    return "; it is printed, or a warning: leave values out"


def unfailing_words(subject: Subject) -> Iterator[str]:
    """A word does not fail in a run, whatever the reader was."""
    for number, word in enumerate(words_of(subject)):
        run = subject.try_out(
            plant_several(), word.recipe, label=f"word-{number}", remove_private=False
        )
        yield from (f"with the {word}: {fault}" for fault in _faults(run))


def equal_runs(subject: Subject) -> Iterator[str]:
    """Two runs with one key write the same bytes under the same names."""
    first, again = (_all_words(subject, f"equal-{number}") for number in range(2))
    if first.contents() != again.contents():
        yield (
            "two runs with the same key write different files: derive what looks random from "
            "batch.pseudonym_bytes, and take no time from the clock"
        )


def equal_elsewhere(subject: Subject) -> Iterator[str]:
    """Another process writes the same, given what travels there: settings, references, the key."""
    if not subject.host.installed or not (
        subject.shares_files or "deid_discover_files" in subject.hooks
    ):
        return
    here = _all_words(subject, "here")
    there = _all_words(subject, "there", executor="processes", workers=1)
    if there.obstacle is not None:
        if "cannot be sent" in there.obstacle:
            yield f"what it finds cannot be given to another process: {there.obstacle}"
        return
    yield from _faults(there)
    if here.contents() != there.contents():
        yield (
            "a run by another process writes different files: what is done with a file must follow "
            "from that file, the settings and the key"
        )


def own_executors(subject: Subject) -> Iterator[str]:
    """Who does the files makes no difference to them."""
    names = [record.name for hook, _, record in subject.records() if hook == "deid_executors"]
    if not subject.host.installed or not names:
        return
    here = _all_words(subject, "here").contents()
    for number, name in enumerate(names):
        run = _all_words(subject, f"executor-{number}", executor=name)
        yield from _faults(run)
        if run.contents() != here:
            yield f"the executor {name!r} writes other files than one process does"


def untouched_files(subject: Subject) -> Iterator[str]:
    """The input is never written to, and nothing is changed before all is decided."""
    host, batch, planted = subject.host, subject.batch(), plant_several()
    run = subject.try_out(planted, label="untouched")
    inputs = run.output.parent / "in"
    for one in planted:
        path = inputs / one.name
        if not path.exists() or path.read_bytes() != one.data:
            yield "it changes or removes files of the input"
            return
        with quiet_pydicom():
            instance = host.read_file(FileRef(path.name, path=path), batch)
            instance = attrs.evolve(instance, dataset=instance.as_read())
            before = host.read_file(FileRef(path.name, path=path), batch).as_read()
            identifiers = host.extract_identifiers(instance, batch)
            host.screen_private_tags(instance, identifiers, batch)
            host.sweep_values(instance, identifiers, batch)
            host.name_output(instance, batch)
            if _parsed(instance.dataset) != _parsed(before):
                yield "it changes an instance in a hook that may change nothing"
                return


def _parsed(dataset: Dataset) -> Dataset:
    """Return the data set with all its sequences parsed, as looking at them does."""
    for _ in walk(dataset):
        pass
    return dataset


def _all_words(
    subject: Subject, label: str, executor: str | None = None, **settings: int
) -> TrialRun:
    lines = [word.recipe.removeprefix(KEEP_THE_REST) for word in words_of(subject)]
    # Without any, it is the base recipe, which has words that need the key.
    recipe = KEEP_THE_REST + "".join(lines) if lines else ""
    return subject.try_out(
        plant_several(), recipe, label=label, executor=executor, remove_private=False, **settings
    )


def _faults(run: TrialRun) -> Iterator[str]:
    """Yield why files failed, each reason once."""
    reasons = Counter(
        report.reason
        for report in run.reports
        if report.outcome is Outcome.FAILED or report.code == ActionError.code
    )
    for reason, count in reasons.items():
        yield f"{count} of {len(run.reports)} planted files failed: {reason}"
