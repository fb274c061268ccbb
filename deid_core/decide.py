"""Plan + verdict + data set → changes. Looks at the untouched data set and changes nothing."""

from __future__ import annotations

from deid_core.case import Case
from deid_core.changes import Changes
from deid_core.climate import Climate
from deid_core.elements import Elements, walk
from deid_core.errors import ActionError
from deid_core.judge import Walk
from deid_core.recipe.plan import Node


def decide_data_set(case: Case, dataset: Elements, root: Node, default: str) -> Changes:
    """Decide about the data set of an instance."""
    changes = _decided(Walk(case, dataset, root, (), Climate(default)))
    _check_verdict(case, dataset)
    return changes


def decide_file_meta(case: Case, file_meta: Elements, root: Node) -> Changes:
    """Decide about the file meta information: what no rule names goes."""
    return _decided(Walk(case, file_meta, root, (), Climate("REMOVE"), is_file_meta=True))


def _decided(walk: Walk) -> Changes:
    walk.elements()
    walk.add()
    return walk.changes


def _check_verdict(case: Case, dataset: Elements) -> None:
    """Refuse a verdict about elements that are not there: it must have meant others.

    Raises `ActionError`.
    """
    missing = set(case.verdict.found)
    if missing:
        missing -= {str(path) for _, path in walk(dataset)}
    if missing:
        raise ActionError(
            f"the screening of private elements found {len(missing)} that are not there; "
            "its keys must be the text of an ElementPath, as in (0009,1001)"
        )
