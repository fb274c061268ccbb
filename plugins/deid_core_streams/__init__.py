"""The default plugin "streams": what hides in coded images, in videos and in documents."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from deid_core.hookspecs import hookimpl

if TYPE_CHECKING:
    from deid_core import FieldAction, Instance, ParallelRun, RecipeSource


@hookimpl
def deid_find_recipe(name: str) -> RecipeSource | None:
    """Find ``deid.dicom.refuse-documents``."""
    from deid_core_streams.bundled import find

    return find(name)


@hookimpl
def deid_field_actions() -> list[FieldAction]:
    """Declare DOCUMENT, REFUSE and STRIP."""
    from deid_core_streams.actions import ACTIONS

    return ACTIONS


@hookimpl(wrapper=True)
def deid_finish_instance() -> Generator[None, Instance, Instance]:
    """Make the length that an instance gives for its document follow a new document."""
    instance = yield
    from deid_core_streams.documents import settle_length

    settle_length(instance.elements)
    return instance


@hookimpl
def deid_parallel_runs() -> list[ParallelRun]:
    """Say that no file depends on another."""
    from deid_core.records import ParallelRun

    return [ParallelRun(name="streams")]
