"""Selectors for what table E.1-1 does not list."""

from __future__ import annotations

from collections.abc import Callable

from deid_core import ElementPath, FieldExpander, dictionary
from deid_core_profiles.tables import tables

Test = Callable[[ElementPath], bool]
NOT_OF_INSTANCES = (
    "ClassUID",
    "TransferSyntaxUID",
    "SchemeUID",
    "ResourceUID",
    "SOPClassesInStudy",
)
"""How the keywords of UIDs end that name a kind of thing, not a thing."""
ENDINGS = ("ContextUID", "SOPClassesSupported", "SOPClassesInSeries")


def _alone(argument: str) -> None:
    if argument:
        raise ValueError("takes no argument")


def compile_unknown(argument: str) -> Test:
    """Match public elements that no dictionary knows."""
    _alone(argument)
    return lambda path: not path.is_private and not dictionary.vrs_of(path.tag)


def compile_misfit(argument: str) -> Test:
    """Match public elements that are stored with a VR which is not the dictionary's."""
    _alone(argument)

    def misfit(path: ElementPath) -> bool:
        allowed = dictionary.vrs_of(path.tag)
        return bool(allowed) and path.vr not in (*allowed, "UN")

    return misfit


def compile_unlisted_uid(argument: str) -> Test:
    """Match UIDs of instances, private ones too, that have no row of their own."""
    _alone(argument)
    listed = frozenset(tables()["uids"])

    def unlisted(path: ElementPath) -> bool:
        if path.vr != "UI" and dictionary.vrs_of(path.tag) != ("UI",):
            return False
        keyword = path.keyword
        return keyword not in listed and not keyword.endswith(NOT_OF_INSTANCES + ENDINGS)

    return unlisted


EXPANDERS = [
    FieldExpander(
        name="misfit",
        compile=compile_misfit,
        summary="public elements whose VR is not the dictionary's",
    ),
    FieldExpander(
        name="unknown", compile=compile_unknown, summary="public elements that no dictionary knows"
    ),
    FieldExpander(
        name="unlisteduid",
        compile=compile_unlisted_uid,
        summary="UIDs of instances that have no row in table E.1-1",
    ),
]
