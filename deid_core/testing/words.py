"""The words that a plugin adds to recipes, each in a line that uses it on every data element."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from deid_core.engine import Engine
from deid_core.errors import DeidError, RecipeError
from deid_core.recipe.syntax import parse
from deid_core.recipe.tree import Rule
from deid_core.records import ConditionOperator, FieldAction, FieldExpander, Takes, ValueFunction
from deid_core.registry import Record
from deid_core.testing.runs import KEY
from deid_core.testing.subject import Subject

KEEP_THE_REST = "FORMAT dicom\nDEFAULT KEEP\n%header\n"
GUESSES = ("10", "text", "Name", "date", "year")
"""What is tried where the author gives no sample."""
NAMED = ("PatientName", "StudyDate", "PatientComments")
"""Fields for actions that a pattern is nothing for."""


@attrs.frozen
class Word:
    """A word with what it takes, and the recipe that uses it."""

    kind: str
    record: Record
    sample: str
    recipe: str

    @property
    def rule(self) -> Rule:
        """The line of the recipe."""
        return parse(self.recipe, "trial").header[0]

    def __str__(self) -> str:
        return f"{self.kind} {self.record.name!r}"


def words_of(subject: Subject) -> list[Word]:
    """Return the words that can be used; see `unusable` for the others."""
    return [found for _, found in _tried(subject) if isinstance(found, Word)]


def unusable(subject: Subject) -> list[str]:
    """Return why words of the plugin could not be used in a recipe."""
    return [found for _, found in _tried(subject) if isinstance(found, str)]


def _tried(subject: Subject) -> Iterator[tuple[Record, Word | str]]:
    for _, kind, record in subject.records():
        if isinstance(record, FieldAction | FieldExpander | ValueFunction | ConditionOperator):
            yield record, _try(subject, kind, record)


def _try(subject: Subject, kind: str, record: Record) -> Word | str:
    given = subject.samples.get(record.name)
    samples = [given] if given is not None else list(_guesses(record))
    problem = ""
    for sample in samples:
        for line in _lines(record, sample):
            recipe = f"{KEEP_THE_REST}{line}\n"
            try:
                Engine(subject.host, [parse(recipe, "trial")], key=KEY)
            except RecipeError as error:
                problem = problem or error.problems[0].message
            except DeidError as error:
                return f"{error}: raise ValueError where what a recipe says means nothing"
            else:
                return Word(kind, record, sample, recipe)
    told = f"with the sample {given!r} " if given is not None else ""
    return (
        f"the {kind} {record.name!r} {told}cannot be used in a recipe ({problem}): "
        f"say what follows it there, samples = {{{record.name!r}: '…'}}"
    )


def _guesses(record: Record) -> tuple[str, ...]:
    if isinstance(record, FieldAction):
        return ("",) if record.takes is not Takes.VALUE else GUESSES
    if isinstance(record, ConditionOperator):
        return GUESSES if record.takes_value else ("",)
    return ("", *GUESSES) if isinstance(record, ValueFunction) else (*GUESSES, "")


def _lines(record: Record, sample: str) -> Iterator[str]:
    name = record.name
    if isinstance(record, FieldAction):
        for field in ("all", *NAMED):
            yield f"{name} {field} {sample}".rstrip()
    elif isinstance(record, FieldExpander):
        yield f"BLANK {name}:{sample}"
    elif isinstance(record, ValueFunction):
        yield f"REPLACE all deid_func:{name} {sample}".rstrip()
    else:
        yield f"BLANK all IF {name} PatientName {sample}".rstrip()
