"""Selectors for what table E.1-1 does not list."""

from __future__ import annotations

from collections.abc import Callable

from deid_core import ElementPath, FieldExpander, dictionary
from deid_core_profiles.fitting import is_misfit, is_unknown
from deid_core_profiles.tables import tables

Test = Callable[[ElementPath], bool]

LETTERS_OF_A_VR = 2
NOT_OF_INSTANCES = (
    "ClassUID",
    "ContextUID",
    "ResourceUID",
    "SchemeUID",
    "SOPClassesInSeries",
    "SOPClassesInStudy",
    "SOPClassesSupported",
    "TransferSyntaxUID",
)
"""How the keywords of UIDs end that name a kind of thing, not a thing."""


def _alone(argument: str) -> None:
    if argument:
        raise ValueError("takes no argument")


def compile_unknown(argument: str) -> Test:
    """Match public elements that no dictionary knows."""
    _alone(argument)
    return is_unknown


def compile_misfit(argument: str) -> Test:
    """Match public elements that are stored with a VR which is not the dictionary's."""
    _alone(argument)
    return lambda path: is_misfit(path) and not is_unknown(path)


def compile_unlisted(argument: str) -> Test:
    """Match the elements of a VR, private ones too, that have no row of their own.

    UIDs that name a kind of thing, such as a SOP Class, are left out.
    """
    if len(argument) != LETTERS_OF_A_VR or not argument.isupper():
        raise ValueError("expected a VR, as in unlisted:UI")
    listed = frozenset(tables()["listed"])

    def unlisted(path: ElementPath) -> bool:
        vrs = (path.vr,) if path.is_private else dictionary.vrs_of(path.tag)
        if vrs != (argument,) or path.keyword in listed:
            return False
        return argument != "UI" or not path.keyword.endswith(NOT_OF_INSTANCES)

    return unlisted


def compile_kind_uid(argument: str) -> Test:
    """Match the public attributes whose UIDs name a kind of thing, such as a SOP Class."""
    _alone(argument)
    return lambda path: path.keyword.endswith(NOT_OF_INSTANCES) and not path.is_private


EXPANDERS = [
    FieldExpander(
        name="kinduid",
        compile=compile_kind_uid,
        summary="attributes whose UIDs name a kind of thing, such as a SOP Class",
    ),
    FieldExpander(
        name="misfit",
        compile=compile_misfit,
        summary="public elements whose VR is not the dictionary's",
    ),
    FieldExpander(
        name="unknown", compile=compile_unknown, summary="public elements that no dictionary knows"
    ),
    FieldExpander(
        name="unlisted",
        compile=compile_unlisted,
        summary="elements of a VR that have no row in table E.1-1",
    ),
]
