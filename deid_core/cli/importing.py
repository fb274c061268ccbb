"""``deid-core recipe import``: recipes of other programs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click

from deid_core.cli.errors import shown_errors
from deid_core.cli.options import common_options, settings_of
from deid_core.commands import (
    dry_run_option,
    json_option,
    output_option,
    overwrite_option,
    print_json,
    say_dry_run,
)

if TYPE_CHECKING:
    from deid_core.host import PluginHost
    from deid_core.importers import ImportedRecipe, RecipeImporter

PARTIAL = 1
"""Exit status when something could not be translated."""

_LARGEST = 1 << 24
"""Bytes of a foreign recipe; the largest known scripts have a hundredth of it."""


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "program", metavar="PROGRAM", help="Whose recipe it is; else found out.")
@output_option("a recipe, and its tables beside it; else the standard output.")
@click.option(
    "--accept-partial", is_flag=True, help="Exit status 0 if something is not translated."
)
@overwrite_option()
@dry_run_option
@json_option
@common_options
def import_recipe(
    file: Path, program: str | None, output: Path | None, *, as_json: bool, **options: Any
) -> None:
    """Translate a recipe of another program: ctp or dicom-anonymizer.

    What has no equal is listed, in the recipe and on standard error. In its place stands a rule that
    does not keep more.

    Exit status: 0 if all was translated, 1 if not, 2 for wrong usage.
    """
    from deid_core.host import PluginHost

    with shown_errors():
        host = PluginHost.load(settings_of(options).plugins)
        name, imported = _translated(file, program, host)
        texts = _texts(imported, output, overwrite=options["overwrite"])
        dry = options["dry_run"]
        if not dry:
            _write(texts, output)
    if as_json:
        _print_json(name, imported, tuple(texts), dry=dry)
    else:
        if dry:
            say_dry_run(texts)
        elif imported.text and output is None:
            click.echo(imported.text, nl=False)
        _print_list(file, imported, () if dry else tuple(texts))
    if imported.untranslated and not options["accept_partial"]:
        raise SystemExit(PARTIAL)


def _translated(file: Path, program: str | None, host: PluginHost) -> tuple[str, ImportedRecipe]:
    from deid_core.errors import PluginContractError, SettingsError
    from deid_core.guard import Guard
    from deid_core.importers import ImportedRecipe

    if file.stat().st_size > _LARGEST:
        raise SettingsError(f"{file}: too large for a recipe")
    try:
        data = file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read ({type(error).__name__})") from None
    importer = _importer(file, data, program, host)
    who = host.who(host.importers.entry(importer.name).plugin)
    with Guard(who, f"recipe importer {importer.name!r}"):
        imported = importer.translate(data, str(file))
    if not isinstance(imported, ImportedRecipe):
        raise PluginContractError(f"{who}: {importer.name!r} returned no ImportedRecipe")
    if imported.text:
        from deid_core.recipe.syntax import parse

        parse(imported.text, str(file))
    return importer.name, imported


def _importer(file: Path, data: bytes, program: str | None, host: PluginHost) -> RecipeImporter:
    from deid_core.errors import SettingsError
    from deid_core.guard import Guard

    known = ", ".join(sorted(host.importers)) or "none"
    if program is not None:
        if program not in host.importers:
            raise SettingsError(f"--from {program}: expected one of: {known}")
        return host.importers[program]
    found = []
    for entry in host.importers.entries():
        with Guard(host.who(entry.plugin), f"recipe importer {entry.record.name!r}"):
            if entry.record.recognizes(data):
                found.append(entry.record)
    if len(found) == 1:
        return found[0]
    those = " and ".join(importer.name for importer in found)
    why = f"it could be of {those}" if found else "it is of no program that is known"
    raise SettingsError(f"{file}: {why}; say --from PROGRAM (known: {known})")


def _texts(imported: ImportedRecipe, output: Path | None, *, overwrite: bool) -> dict[Path, str]:
    """Return what is to be written where: the recipe, and tables beside it."""
    from deid_core.errors import SettingsError

    if output is None:
        if imported.tables:
            raise SettingsError("tables hold identifiers, so they are not printed; say --output")
        return {}
    texts: dict[Path, str] = {output: imported.text} if imported.text else {}
    folder = output.parent if imported.text else output
    for name, text in imported.tables.items():
        if not name.replace("-", "").replace("_", "").isalnum():
            raise SettingsError("the name of a table is none that a file can have")
        texts[folder / f"{name}.csv"] = text
    there = [path for path in texts if path.exists()]
    if there and not overwrite:
        raise SettingsError(f"{there[0]} is there already; say --overwrite to replace it")
    return texts


def _write(texts: Mapping[Path, str], output: Path | None) -> None:
    from deid_core.errors import SettingsError

    for path, text in texts.items():
        try:
            write_whole(path, text, private=path != output)
        except OSError as error:
            raise SettingsError(
                f"{path}: cannot be written ({error.strerror}); name another place with --output"
            ) from None


def write_whole(path: Path, text: str, *, private: bool) -> None:
    """Write to a temporary name first. What is private only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".deid-", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        if not private:
            mask = os.umask(0)
            os.umask(mask)
            Path(temporary).chmod(0o666 & ~mask)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _print_json(name: str, imported: ImportedRecipe, paths: tuple[Path, ...], *, dry: bool) -> None:
    shown: Mapping[str, Any] = {
        "command": "recipe import",
        "program": name,
        "recipe": imported.text,
        "tables": sorted(imported.tables),
        "untranslated": [attrs.asdict(one) for one in imported.untranslated],
        "advice": list(imported.advice),
        "dry_run": dry,
        "written": [] if dry else [str(path) for path in paths],
        "would_be_written": [str(path) for path in paths] if dry else [],
    }
    print_json(shown)


def _print_list(file: Path, imported: ImportedRecipe, written: tuple[Path, ...]) -> None:
    for path in written:
        click.echo(f"Written: {path}", err=True)
    if imported.untranslated:
        click.echo(f"Not translated: {len(imported.untranslated)}", err=True)
    for one in imported.untranslated:
        where = f"{file}:{one.line}" if one.line else str(file)
        click.echo(f"{where}: {one.what}: {one.reason}; instead: {one.instead}", err=True)
    for advice in imported.advice:
        click.echo(f"To know: {advice}", err=True)
