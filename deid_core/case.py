"""The instance at hand, as those see it who decide about its elements."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import attrs

from deid_core.batch import FileContext
from deid_core.elements import Elements, is_sequence, items_of, readings_of, value_of
from deid_core.encoded.dataset import EncodedDataSet
from deid_core.field import ElementPath, Field
from deid_core.model import PrivateVerdict, Promises
from deid_core.recall import Scope
from deid_core.recipe.plan import Decision
from deid_core.tally import Tally

_TOP = re.compile(r"\(([0-9A-F]{4}),([0-9A-F]{4})\)")
"""The first tag of a path in text."""


@attrs.define
class Case:
    """What decides about one instance.

    ``sweep``, if there is one, is asked about every value that would stay as it is.
    ``scope``, if there is one, has the answers that were given about like instances.
    ``actions`` counts what was decided, by action and field, and by rule; ``shared`` are counts that many files
    have in common, to be added. ``record``, if there is one, takes
    the decision of the recipe about each path.
    """

    context: FileContext
    verdict: PrivateVerdict
    sweep: Promises | None = None
    scope: Scope | None = None
    actions: Counter[str] = attrs.field(factory=Counter)
    shared: list[Mapping[str, int]] = attrs.field(factory=list)
    record: dict[str, Decision] | None = None
    alone: frozenset[int] = attrs.field(init=False)
    """Tags at the top level about which the verdict has its own word, there or below."""

    def counts(self) -> Tally:
        """Return how often each action was carried out."""
        return Tally((self.actions, *self.shared))

    def __attrs_post_init__(self) -> None:
        found = map(_TOP.match, (*self.verdict.found, *self.verdict.declared))
        self.alone = frozenset(int(one[1] + one[2], 16) for one in found if one is not None)


def field_of(dataset: Elements, path: ElementPath, context: FileContext) -> Field:
    """Return an element as actions see it."""

    def beside(tag: int) -> object:
        if tag not in dataset:
            return None
        if is_sequence(dataset, tag):
            items = items_of(dataset, tag)
            return [one.decoded() if isinstance(one, EncodedDataSet) else one for one in items]
        return value_of(dataset, tag)

    return Field(
        path,
        context,
        decode=lambda: beside(path.tag),
        read=lambda: readings_of(dataset, path.tag),
        beside=beside,
        holder=dataset,
        view=(lambda: dataset.value_view(path.tag))
        if isinstance(dataset, EncodedDataSet)
        else None,
    )
