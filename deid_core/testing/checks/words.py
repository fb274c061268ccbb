"""What the functions do that recipes call: actions, selectors, value functions, operators."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import attrs

from deid_core.batch import FileContext
from deid_core.case import field_of
from deid_core.changes import Change
from deid_core.elements import walk
from deid_core.errors import DeidError
from deid_core.field import ElementPath, Field, FieldValues
from deid_core.guard import place_of
from deid_core.model import FileRef, Instance
from deid_core.quiet import quiet_pydicom
from deid_core.records import (
    ConditionOperator,
    FieldAction,
    FieldExpander,
    Unresolved,
    ValueFunction,
)
from deid_core.testing.planting import PlantedFile, plant, plant_several
from deid_core.testing.subject import Subject
from deid_core.testing.words import Word, unusable, words_of

_VALUES = (str, bytes, int, float, Decimal, list, tuple, type(None))
"""What a value function may return."""


@attrs.frozen
class _Answer:
    """What a function said of a field: its result, or the text of the exception it is allowed."""

    result: Any = None
    refused: str | None = None
    fault: str | None = None


def usable(subject: Subject) -> Iterator[str]:
    """A word that cannot be used cannot be checked."""
    yield from unusable(subject)


def right_answers(subject: Subject) -> Iterator[str]:
    """Empty, multi-valued and nested elements are nothing special: the answer is of the right type."""
    for word in words_of(subject):
        for planted in plant_several()[:1]:
            seen: set[str] = set()
            for what, answer in _answers(subject, word, planted):
                problem = answer.fault or _about_type(word, answer)
                if problem and problem not in seen:
                    seen.add(problem)
                    yield f"the {word} {problem} for {what}"


def equal_answers(subject: Subject) -> Iterator[str]:
    """Compiled anew, with the same key, a word gives the same answers."""
    for word in words_of(subject):
        first, again = (_answers(subject, word, plant()) for _ in range(2))
        for (what, one), (_, other) in zip(first, again, strict=True):
            if one != other:
                yield (
                    f"the {word} gives another answer for {what} when it is asked again with the "
                    "same key: derive what looks random from batch.pseudonym_bytes"
                )
                break


def both_readers(subject: Subject) -> Iterator[str]:
    """Whether a file stays encoded or was read by pydicom makes no difference."""
    for word in words_of(subject):
        encoded, parsed = (
            _answers(subject, word, plant(), parsed=parsed) for parsed in (False, True)
        )
        for (what, one), (_, other) in zip(encoded, parsed, strict=True):
            if one != other:
                yield (
                    f"the {word} says something else for {what} where pydicom has read the file: "
                    "take the value from field.value, not from what holds it"
                )
                break


def unchanged_input(subject: Subject) -> Iterator[str]:
    """Words decide; what is decided is applied later, by the core."""
    for word in words_of(subject):
        planted = plant()
        instance = _read(subject, planted, parsed=True)
        with quiet_pydicom():
            function = _compiled(subject, word)
            for field in _fields(subject, instance):
                _ask(function, field)
            if instance.dataset != planted.dataset():
                yield f"the {word} changes the data set: return what shall become of the element"


def quiet_errors(subject: Subject) -> Iterator[str]:
    """The text of `Unresolved` and of errors reaches the log and the report."""
    for word in words_of(subject):
        for planted in (plant(), plant(garbage=True)):
            for what, answer in _answers(subject, word, planted):
                if answer.refused and planted.left_in(answer.refused):
                    yield f"the {word} quotes the value of {what} in the text of an exception"
                    break


def _answers(
    subject: Subject, word: Word, planted: PlantedFile, *, parsed: bool = False
) -> list[tuple[str, _Answer]]:
    with quiet_pydicom():
        instance = _read(subject, planted, parsed=parsed)
        function = _compiled(subject, word)
        if isinstance(word.record, ConditionOperator):
            cases: Sequence[tuple[str, Any]] = [(str(values), values) for values in _some_values()]
        else:
            fields = list(_fields(subject, instance))
            cases = [(_described(field), field) for field in fields]
            if isinstance(word.record, FieldExpander):
                cases = [(what, field.path) for what, field in cases]
        return [(what, _ask(function, case)) for what, case in cases]


def _some_values() -> list[FieldValues]:
    several = [(), ("a",), ("1", "b", "")]
    return [FieldValues(present=False), *(FieldValues(present=True, values=v) for v in several)]


def _read(subject: Subject, planted: PlantedFile, *, parsed: bool) -> Instance:
    path = planted.save(subject.folder / "words")
    instance = subject.host.read_file(FileRef(path.name, path=path), subject.batch())
    return attrs.evolve(instance, dataset=instance.as_read()) if parsed else instance


def _fields(subject: Subject, instance: Instance) -> Iterator[Field]:
    batch = subject.batch()
    identifiers = subject.host.extract_identifiers(instance, batch)
    context = FileContext("trial", instance, identifiers, {}, batch)
    for holder, path in walk(instance.elements):
        yield field_of(holder, path, context)
    yield Field(ElementPath(0x00104000, "LT"), context, present=False)


def _compiled(subject: Subject, word: Word) -> Callable[[Any], Any]:
    record: Any = word.record
    if isinstance(record, FieldAction):
        return record.compile(word.rule, subject.batch())
    if isinstance(record, ValueFunction):
        arguments = dict(one.split("=", 1) for one in shlex.split(word.sample))
        return record.compile(arguments, subject.batch())
    compiled: Callable[[Any], Any] = record.compile(word.sample)
    return compiled


def _ask(function: Callable[[Any], Any], case: Any) -> _Answer:
    try:
        return _Answer(function(case))
    except (Unresolved, DeidError) as error:
        return _Answer(refused=f"{type(error).__name__}: {error}")
    except Exception as error:  # noqa: BLE001 - it is what is looked for
        return _Answer(
            fault=f"raises {type(error).__name__} at {place_of(error)} "
            "(raise Unresolved where there is no answer)"
        )


def _about_type(word: Word, answer: _Answer) -> str | None:
    expected: Any = bool
    if isinstance(word.record, FieldAction):
        expected = Change | None
    elif isinstance(word.record, ValueFunction):
        expected = _VALUES
    if answer.refused is None and not isinstance(answer.result, expected):
        names = {bool: "True or False", _VALUES: "text, a number, bytes or a list of those"}
        right = names.get(expected, "a Change or None")
        return f"returns {type(answer.result).__name__}, not {right},"
    return None


def _described(field: Field) -> str:
    said = [field.path.vr]
    if field.path.parents:
        said.append("nested")
    value = field.value if field.present else None
    if not field.present:
        said.append("absent")
    elif value is None:
        said.append("empty")
    elif isinstance(value, list) and field.path.vr != "SQ":
        said.append("several values")
    return f"{field.path.label} ({', '.join(said)})"
