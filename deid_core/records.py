"""What a plugin declares: records with a name that a recipe or a user can call.

A declaration hook returns a list of these. The core asks each record to ``compile`` once
per rule, when a recipe becomes a plan; per data element only the compiled function runs.

Two plugins that declare one name are refused, unless one record names the other plugin in
``replaces`` or the user prefers one of them.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from deid_core.changes import Change
from deid_core.dependence import Depends
from deid_core.errors import RefusedError
from deid_core.field import ElementPath, Field, FieldValues
from deid_core.model import Instance

if TYPE_CHECKING:
    import click

    from deid_core.batch import Batch
    from deid_core.execution.task import Configuration, Workers
    from deid_core.recipe.tree import Rule


class Rank(enum.IntEnum):
    """How an action behaves when several rules name one element.

    Rules apply in the order of the recipe, but for two things that no order changes: what
    is protected stays as it is until something is created in its place, and what is given
    a new value is not removed.
    """

    REMOVES = 0
    """Gives way to an action that gives a new value."""
    BLANKS = 1
    """Plays in the order of the recipe."""
    CHANGES = 2
    """Gives a new value: rules that remove the element do not apply."""
    RETAINS = 3
    """Leaves the element if it is as it should be, but not inside of what is removed."""
    CREATES = 4
    """Also acts where the element is absent; rules after it act on what it made."""
    PROTECTS = 5
    """Rules do not apply, but for those that create and what follows them."""
    REFUSES = 6
    """Refuses the file: no other rule of its recipe applies, not even one that protects."""


class Takes(enum.Enum):
    """Whether an action's line has a value after the field."""

    NOTHING = "no value"
    TEST = "an optional test of the element's value"
    OPTIONAL = "an optional value"
    VALUE = "a value"


def _name(_instance: object, attribute: attrs.Attribute[str], name: str) -> None:
    if not isinstance(name, str) or not name or any(c.isspace() or c in ":%#\"'" for c in name):
        raise ValueError(f"{attribute.name} must be one word without quotes, ':', '%' or '#'")


def _callable(_instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if not callable(value):
        raise TypeError(f"{attribute.name} must be a function")


_optional_name = attrs.validators.optional(_name)

Apply = Callable[[Field], Change | None]
"""A compiled rule: decides about a field."""

Test = Callable[[Field], bool]
"""A compiled test of a field."""


@attrs.frozen(kw_only=True)
class FieldAction:
    """An action that a recipe line starts with, such as ``BLANK``.

    ``compile(rule, batch)`` is called once per rule and returns the function that decides:
    it takes a `Field` and returns a `Change`, or None to leave the element as it is. It
    must not change the data set itself.

    ``test(rule, batch)``, if there is one, is called once per rule too and returns a test of
    the `Field`: where it does not hold, it is as if the rule were not there. ``sequences`` is
    False for an action that passes over the sequences that a pattern finds, since the pattern
    finds what they hold as well.

    ``depends`` says what the decision of function and test depends on, besides the value that
    ``batch.value`` gives. What depends on little is decided once for many files; the default
    promises nothing.
    """

    name: str = attrs.field(validator=_name)
    compile: Callable[[Rule, Batch], Apply] = attrs.field(validator=_callable)
    summary: str
    rank: Rank = attrs.field(validator=attrs.validators.instance_of(Rank))
    takes: Takes = attrs.field(default=Takes.NOTHING, validator=attrs.validators.instance_of(Takes))
    test: Callable[[Rule, Batch], Test] | None = attrs.field(
        default=None, validator=attrs.validators.optional(_callable)
    )
    sequences: bool = True
    depends: Depends = attrs.field(
        default=Depends.FILE, validator=attrs.validators.instance_of(Depends)
    )
    replaces: str | None = attrs.field(default=None, validator=_optional_name)


@attrs.frozen(kw_only=True)
class FieldExpander:
    """A selector ``name:argument`` that stands for many fields, such as ``contains:Date``.

    ``compile(argument)`` is called once per rule and returns a test of an `ElementPath`; it
    raises ``ValueError`` for an argument that means nothing. ``nested`` is False when it can
    only match at the top level, which saves the engine from looking deeper. ``numbered`` is
    True when it tells the items of a sequence apart; otherwise their number is -1.
    """

    name: str = attrs.field(validator=_name)
    compile: Callable[[str], Callable[[ElementPath], bool]] = attrs.field(validator=_callable)
    summary: str
    nested: bool = True
    numbered: bool = False
    replaces: str | None = attrs.field(default=None, validator=_optional_name)


@attrs.frozen(kw_only=True)
class ValueFunction:
    """A function ``deid_func:name`` that gives a value, such as ``deid_func:hashuid``.

    ``compile(arguments, batch)`` is called once per rule with the words after the name
    (``key=value``) and returns a function of the `Field`. That function returns the new
    value, or raises `Unresolved` if there is none. ``depends`` says what it depends on; the default
    promises nothing.
    """

    name: str = attrs.field(validator=_name)
    compile: Callable[[Mapping[str, str], Batch], Callable[[Field], Any]] = attrs.field(
        validator=_callable
    )
    summary: str
    depends: Depends = attrs.field(
        default=Depends.FILE, validator=attrs.validators.instance_of(Depends)
    )
    replaces: str | None = attrs.field(default=None, validator=_optional_name)


@attrs.frozen(kw_only=True)
class ConditionOperator:
    """An operator of conditions, as in ``equals Modality CT``.

    ``compile(text)`` is called once per condition with the text after the field (empty
    unless ``takes_value``) and returns a test of the field's values. It raises
    ``ValueError`` for text that means nothing. What a test says of equal values may be
    remembered. ``together(texts)``, if there is one, makes of many texts one test, which returns
    the numbers of those that hold: for recipes with hundreds of rules.
    """

    name: str = attrs.field(validator=_name)
    compile: Callable[[str], Callable[[FieldValues], bool]] = attrs.field(validator=_callable)
    summary: str
    together: Callable[[Sequence[str]], Callable[[FieldValues], Iterable[int]]] | None = (
        attrs.field(default=None, validator=attrs.validators.optional(_callable))
    )
    takes_value: bool = True
    replaces: str | None = attrs.field(default=None, validator=_optional_name)


class Comparison(Protocol):
    """What a check that compares finds out about one instance, see `Check`."""

    def decided(self, instance: Instance) -> None:
        """Look at the instance with the changes of the recipe, before it is finished."""

    def finished(self, instance: Instance) -> Iterable[str]:
        """Return reasons to refuse the finished instance, without any value."""


@attrs.frozen(kw_only=True)
class Check:
    """A check of what is about to be written.

    ``compile(batch)`` is called once per run and returns a function that takes the finished
    `Instance` and returns reasons to refuse the file, without any value.

    With ``compares`` that function is called before anything changes, with the `FileContext` and
    the `Intent`, and returns a `Comparison`, or None where there is nothing to be checked. An
    instance in memory changes in place: what is to be known of it as it was must be taken then.

    ``error`` is the kind of `RefusedError` by which a file is refused: its ``code`` is the reason
    code in reports.
    """

    name: str = attrs.field(validator=_name)
    compile: Callable[[Batch], Callable[..., Any]] = attrs.field(validator=_callable)
    summary: str
    compares: bool = False
    error: type[RefusedError] = RefusedError
    replaces: str | None = attrs.field(default=None, validator=_optional_name)


@attrs.frozen(kw_only=True)
class ExampleDataset:
    """A named folder of example files, for `deid_core.data.get_dataset`."""

    name: str = attrs.field(validator=_name)
    folder: Callable[[], Path] = attrs.field(validator=_callable)
    summary: str
    replaces: str | None = attrs.field(default=None, validator=_optional_name)


@attrs.frozen(kw_only=True)
class CliCommand:
    """A command that is added to ``deid-core``; ``load`` returns a click command."""

    name: str = attrs.field(validator=_name)
    load: Callable[[], click.Command] = attrs.field(validator=_callable)
    summary: str
    replaces: str | None = attrs.field(default=None, validator=_optional_name)


def _nothing_in_the_way(_batch: Batch) -> str | None:
    return None


@attrs.frozen(kw_only=True)
class ParallelRun:
    """What a plugin says so that several workers may share the files of a run.

    Each worker loads the plugin anew and does some of the files. So what the plugin does with one
    file must not depend on what it did with others. Where it does, in some runs,
    ``obstacle(batch)`` says why, in a few words, and None for all other runs; it is called once
    per run, when the plan is compiled. In workers ``deid_batch_started``, ``deid_file_recorded``
    and ``deid_batch_finished`` are not called: these belong to the process that was started.
    """

    name: str = attrs.field(validator=_name)
    obstacle: Callable[[Batch], str | None] = attrs.field(
        default=_nothing_in_the_way, validator=_callable
    )
    summary: str = "several workers may share a run"
    replaces: str | None = attrs.field(default=None, validator=_optional_name)


@attrs.frozen(kw_only=True)
class WorkerOptions:
    """What a user asks of an executor: so many workers, and where a cluster is found.

    None leaves it to the executor. ``patient`` is True where nobody asked for the executor: it
    should do without workers, where they would gain nothing.
    """

    workers: int | None = None
    scheduler: str | None = None
    patient: bool = False


@attrs.frozen(kw_only=True)
class Executor:
    """A way to do the files of a run, such as ``processes``.

    ``start(configuration, options)`` is called once per run, with plain values from which each
    worker builds its engine by `deid_core.worker.Worker`. It returns the
    `Workers`, or None where the process that was started is to do all the files. It raises
    `SettingsError` for options that mean nothing to it.
    """

    name: str = attrs.field(validator=_name)
    start: Callable[[Configuration, WorkerOptions], Workers | None] = attrs.field(
        validator=_callable
    )
    summary: str
    replaces: str | None = attrs.field(default=None, validator=_optional_name)


@attrs.frozen
class RecipeSource:
    """The text of a recipe that a plugin brings, and the name that messages give it.

    ``title`` says what the recipe is and where it comes from, for statements about a plan.
    """

    name: str
    text: str = attrs.field(repr=False)
    title: str = ""


class Unresolved(Exception):
    """Raised by a value function that has no value to give: never leaves the engine.

    The message says why, without any value.
    """
