"""The default plugin "profiles": the confidentiality profiles of PS3.15 Annex E."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from deid_core.hookspecs import hookimpl

if TYPE_CHECKING:
    from deid_core import (
        Batch,
        Check,
        FieldAction,
        FieldExpander,
        Instance,
        ParallelRun,
        PrivateVerdict,
        RecipeSource,
        Sweep,
    )

SAFE_PRIVATE = "113111"
"""Code of Retain Safe Private (PS3.16 CID 7050)."""


@hookimpl
def deid_find_recipe(name: str) -> RecipeSource | None:
    """Find the profile and its options: ``deid.dicom.basic``, ``deid.dicom.retain-uids``."""
    from deid_core_profiles.bundled import find

    return find(name)


@hookimpl
def deid_field_actions() -> list[FieldAction]:
    """Declare what the action codes of table E.1-1a are in recipes."""
    from deid_core_profiles.actions import ACTIONS

    return ACTIONS


@hookimpl
def deid_field_expanders() -> list[FieldExpander]:
    """Declare ``kinduid:``, ``misfit:``, ``unknown:`` and ``unlisted:``."""
    from deid_core_profiles.expanders import EXPANDERS

    return EXPANDERS


@hookimpl
def deid_checks() -> list[Check]:
    """Declare the check that what an instance says of its de-identification is so."""
    from deid_core.records import Check
    from deid_core_profiles.methods import compile_check

    return [Check(name="methods", compile=compile_check, summary="what is declared was done")]


@hookimpl(wrapper=True)
def deid_read_file(batch: Batch) -> Generator[None, Instance | None, Instance | None]:
    """Note that the input already says that it is de-identified."""
    instance = yield
    if instance is not None and batch.settings.methods:
        from deid_core_profiles.methods import noted

        return noted(instance)
    return instance


@hookimpl(wrapper=True)
def deid_screen_private_tags(
    instance: Instance, batch: Batch
) -> Generator[None, PrivateVerdict, PrivateVerdict]:
    """Let the instance say which of its private elements are safe, under Retain Safe Private."""
    verdict = yield
    if SAFE_PRIVATE not in batch.settings.methods:
        return verdict
    import attrs

    from deid_core_profiles.declared import declared

    return attrs.evolve(verdict, declared={**declared(instance, batch), **verdict.declared})


@hookimpl(wrapper=True)
def deid_sweep_values(batch: Batch) -> Generator[None, Sweep, Sweep]:
    """Keep items whole in which the sweep finds something."""
    sweep = yield
    if batch.settings.methods:
        from deid_core_profiles.whole import keeping_whole

        return keeping_whole(sweep, batch)
    return sweep


@hookimpl(wrapper=True)
def deid_finish_instance(batch: Batch) -> Generator[None, Instance, Instance]:
    """Say in the instance what was done to it."""
    instance = yield
    if batch.settings.methods:
        from deid_core_profiles.methods import declare

        declare(instance.elements, batch.settings.methods)
    return instance


@hookimpl
def deid_parallel_runs() -> list[ParallelRun]:
    """Say that no file depends on another."""
    from deid_core.records import ParallelRun

    return [ParallelRun(name="profiles")]
