"""Put identifiers back: write files from which all else is gone."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
from pydicom.dataset import FileDataset

from deid_core.config import Deid, layers_of
from deid_core.dicom.files import Files, in_memory, refs_of
from deid_core.dicom.identify import Config
from deid_core.engine import Engine
from deid_core.errors import SettingsError
from deid_core.host import PluginHost
from deid_core.model import FileRef, Outcome
from deid_core.naming import kept_names
from deid_core.recipe.screen import screen_rules
from deid_core.recipe.tree import Recipe
from deid_core.settings_file import read_settings

log = logging.getLogger("deid_core")


def replace_identifiers(  # noqa: PLR0913, PLR0917 - the seed's arguments
    dicom_files: Files,
    ids: Mapping[str, Mapping[str, Any]] | None = None,
    deid: Deid | None = None,
    output_folder: str | os.PathLike[str] | None = None,
    overwrite: bool = False,  # noqa: FBT001, FBT002 - as in the seed
    remove_private: bool = True,  # noqa: FBT001, FBT002 - as in the seed
    screen_private: bool = False,  # noqa: FBT001, FBT002 - as in the seed
    screen_values: Iterable[Any] | None = None,
    entity_id: str | None = None,
    item_id: str | None = None,
    config: Config = None,
    *,
    key: bytes | None = None,
    default: str | None = None,
    strict: bool = False,
    check: str | None = None,
    force: bool = False,
    overwrite_inputs: bool = False,
    executor: str | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    name_by: str | None = None,
) -> list[Any]:
    """De-identify files and return the paths of the outputs, in the order of the input.

    Data sets in memory, when no ``output_folder`` is given, come back as new data sets.

    ``ids`` are the identifiers as `get_identifiers` gives them, with variables for ``var:``
    added to each item. ``deid`` is a recipe: a file, a folder with one, a bundled name or a
    loaded one; what it does not name is removed, except for what a file needs to be decoded,
    shown and filed. Outputs keep their base names, and go to a fresh temporary folder unless
    ``output_folder`` is given; where one is there already and ``overwrite`` is False, that is
    logged, nothing is written, and its path returned. With ``overwrite`` no file of the run is
    replaced, unless ``overwrite_inputs`` lets each output take the place of its own input. A file that is refused gives no path;
    its reason is logged. ``name_by`` is a template that names outputs by their own values instead, as
    ``"{PatientID}/{InstanceNumber:06}.dcm"``. With ``dicomdir`` in the settings, they are named by
    File IDs.

    ``remove_private=False`` keeps private data elements; with ``screen_private`` those are
    removed that one of ``screen_values`` (see `ScreenRule`) finds. ``key`` (secret bytes)
    makes pseudonyms the same in every run; ``strict`` refuses a file in which a value cannot
    be resolved. A file in whose output an identifier of the input is left is refused, unless
    ``check`` is ``"warn"`` or ``"off"``. ``executor``, ``workers`` and ``scheduler`` say who does the files, as for
    `Engine.run`; data sets that come back in memory are done in this process.

    Raises `RecipeError`, `SettingsError` and `PluginError`.
    """
    settings = read_settings(config)
    rules = settings.screen_rules if screen_values is None else tuple(screen_values)
    if rules and not screen_private and not remove_private:
        raise SettingsError("screen_values are given but screen_private is False")
    memory_only = output_folder is None and in_memory(dicom_files)
    settings = attrs.evolve(
        settings,
        output_folder=output_folder or ("" if memory_only else tempfile.mkdtemp(prefix="deid-")),
        overwrite=overwrite or overwrite_inputs,
        overwrite_inputs=overwrite_inputs,
        remove_private=remove_private,
        screen_private=screen_private,
        screen_rules=rules,
        entity_id=entity_id or settings.entity_id,
        item_id=item_id or settings.item_id,
        default=default or settings.default,
        strict=strict or settings.strict,
        check_identifiers=check or settings.check_identifiers,
        force=force or settings.force,
        executor=executor or settings.executor,
        workers=workers or settings.workers,
        scheduler=scheduler or settings.scheduler,
        name_by=name_by or settings.name_by,
    )
    host = PluginHost.load(settings.plugins)
    recipes = layers_of(deid, host)
    if screen_private and not rules and not screen_rules(recipes):
        raise SettingsError("screen_private needs screen_values: nothing says what to look for")
    engine = Engine(host, recipes, settings, key=key, ids=ids)
    refs = refs_of(dicom_files)
    if memory_only:
        return _cleaned(engine, refs)
    return _paths(engine, refs)


def remove_private_identifiers(
    dicom_files: Files,
    output_folder: str | os.PathLike[str] | None = None,
    overwrite: bool = False,  # noqa: FBT001, FBT002 - as in the seed
    config: Config = None,
    *,
    force: bool = False,
) -> list[str]:
    """Remove all private data elements, leave the rest, and return the outputs' paths.

    Outputs go where `replace_identifiers` puts them.
    """
    settings = attrs.evolve(
        read_settings(config),
        output_folder=output_folder or tempfile.mkdtemp(prefix="deid-"),
        overwrite=overwrite,
        remove_private=True,
        base_rules=(),
        crosswalk=None,
        force=force,
    )
    host = PluginHost.load(settings.plugins)
    engine = Engine(host, [Recipe(format="dicom", default="KEEP")], settings)
    return _paths(engine, refs_of(dicom_files), done="Removed private identifiers for %s")


def _cleaned(engine: Engine, refs: list[FileRef]) -> list[FileDataset]:
    """Return the results of data sets in memory; what is refused is logged."""
    datasets, faults = [], []
    for number, ref in enumerate(refs, start=1):
        report, instance = engine.cleaned(ref, number)
        if instance is not None:
            datasets.append(instance.dataset)
        if report.fault is not None:
            faults.append(report.fault)
    if faults and not datasets:
        raise faults[0]
    return datasets


def _paths(engine: Engine, refs: list[FileRef], done: str | None = None) -> list[str]:
    paths, faults = [], []
    settings = engine.batch.settings
    # What a DICOMDIR lists must have a legal File ID, which few base names are.
    by_values = settings.dicomdir or settings.name_by is not None or settings.keeps_folders
    names = None if by_values else kept_names(refs)
    for report in engine.run(refs, names):
        if report.output is not None:
            paths.append(report.output)
        if report.outcome is Outcome.SKIPPED:
            log.warning("file %s %s and was passed over", report.number, report.reason)
        if done and report.outcome is Outcome.WRITTEN:
            log.debug(done, report.output)
        if report.fault is not None:
            faults.append(report.fault)
    if faults and not paths:
        # A plugin that fails on every file is the caller's to repair, not the files'.
        raise faults[0]
    return paths
