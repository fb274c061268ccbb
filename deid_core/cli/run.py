"""``deid-core run``: de-identify files and folders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click

from deid_core.cli.checks import check_option, check_settings
from deid_core.cli.dry_run import foreseen, tried
from deid_core.cli.engines import engine_of, engine_options, say_of_obstacle
from deid_core.cli.errors import REFUSED, shown_errors
from deid_core.cli.fileset import fileset_option, wants_dicomdir
from deid_core.cli.groups import SectionedCommand
from deid_core.cli.interactive import answers, interactive_option
from deid_core.cli.naming import names_of, naming_options, naming_settings
from deid_core.cli.options import (
    common_options,
    recipe_option,
    settings_of,
    value_options,
)
from deid_core.cli.profile import OPTIONS, profile_options, profile_recipes
from deid_core.cli.progress import RunProgress, progress_option
from deid_core.cli.pseudonyms import pseudonym_options, pseudonym_recipes, pseudonym_settings
from deid_core.cli.record import (
    forget_key,
    key_of_run,
    no_empty_record,
    recalled_bad,
    record_options,
    record_settings,
)
from deid_core.cli.summary import Reports, as_json, summarize, warnings_counted
from deid_core.commands import (
    PLACE,
    dry_run_option,
    json_option,
    key_of,
    key_options,
    output_option,
    overwrite_option,
    print_json,
)

if TYPE_CHECKING:
    from deid_core.engine import Engine
    from deid_core.model import FileRef
    from deid_core.settings import Settings

SECTIONS = {
    "Output": (
        "output",
        "name_by",
        "flat",
        "keep_names",
        "keep_structure",
        "rename_folders",
        "dicomdir",
        "overwrite",
        "overwrite_inputs",
        "durable",
    ),
    "What happens to the values": (
        "recipes",
        "default",
        "keep_private",
        "strict",
        "check",
        "refuse_documents",
        "uid_root",
        "tables",
    ),
    "Profile of PS3.15": ("profile", *(name.replace("-", "_") for name in OPTIONS)),
    "Key, pseudonyms, crosswalk": ("key_file", "key_keyring", "pseudonyms", "crosswalk"),
    "Record, and going on": (
        "record",
        "no_record",
        "retry",
        "quarantine",
        "show_files",
        "log_key_file",
        "thumbnails",
    ),
    "How it is done": (
        "interactive",
        "dry_run",
        "archives",
        "engine",
        "workers",
        "scheduler",
        "progress",
        "as_json",
        "debug",
        "help",
    ),
}
"""The options as the help shows them."""

STOPPED = {
    False: "Stopped. What is written is whole; the same command again does what is missing.",
    True: "Stopped. What is written is whole; without a record, a run cannot go on.",
}
"""What to say after Ctrl-C, by whether no record was kept."""


@click.command("run", cls=SectionedCommand, sections=SECTIONS)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...", type=PLACE)
@output_option("a folder, or an archive (.zip, .tar, .tar.gz).  [required]")
@recipe_option
@naming_options
@overwrite_option()
@click.option(
    "--overwrite-inputs",
    is_flag=True,
    help="Let a source lie in the output folder, and an output replace its own input.",
)
@value_options
@click.option("--durable", is_flag=True, help="Have each output on disk before it gets its name.")
@click.option("--strict", is_flag=True, help="Refuse a file in which a value is not resolved.")
@key_options
@check_option
@fileset_option
@click.option("--uid-root", metavar="ROOT", help="Make new UIDs beneath this root, not 2.25.")
@profile_options
@pseudonym_options
@engine_options
@record_options
@interactive_option
@dry_run_option
@progress_option
@json_option
@common_options
def command(sources: tuple[str, ...], **options: Any) -> None:
    """De-identify files and folders.

    What no recipe names is removed, except for what a file needs to be decoded, shown and
    filed; a profile names what goes and keeps the rest. Outputs are named by their de-identified values.

    What was done is kept beside the output: the same command again does what is missing.

    Exit status: 0 if all went well, 1 if files were refused or failed or there was nothing to do, 2
    for wrong usage, 130 after Ctrl-C.
    """
    dry = options["dry_run"]
    with shown_errors(STOPPED[options["no_record"] or dry]), ExitStack() as stack:
        if options["interactive"]:
            with shown_errors("Stopped. Nothing was done."):
                options |= answers(sources, options)
        if options["output"] is None:
            raise click.UsageError("say where the outputs go: --output FOLDER")
        _refuse_file(options["output"])
        settings = pseudonym_settings(_settings(options, sources), options)
        settings = check_settings(record_settings(settings, options), options)
        if dry:
            settings = stack.enter_context(tried(settings))
        stack.enter_context(no_empty_record(settings.record_folder))
        engine = _engine(options, settings)
        known = _known(engine, sources, archives=options["archives"])
        arguments = engine_of(options, settings)
        output = settings.output_folder.resolve()
        reports = Reports()
        if not options["debug"]:
            stack.enter_context(warnings_counted(reports))
        with RunProgress(sources, output, wanted=options["progress"]) as progress:
            _run(engine, known, progress, reports, dry=dry, **arguments)
    if not engine.linkable and not dry:
        forget_key(engine.batch.settings.record_folder)
    if options["as_json"]:
        named = options["show_files"]
        print_json(as_json(reports, engine, options["output"], dry=dry, named=named))
    else:
        summarize(reports, engine, options["output"], dry=dry, every=options["show_files"])
        say_of_obstacle(engine, arguments["executor"])
    if reports.bad or recalled_bad(engine) or (reports.advice and not engine.recalled):
        raise SystemExit(REFUSED)


def _engine(options: dict[str, Any], settings: Settings) -> Engine:
    from deid_core.config import layers_of
    from deid_core.engine import Engine
    from deid_core.host import PluginHost

    host = PluginHost.load(settings.plugins)
    names = (*profile_recipes(options), *pseudonym_recipes(options), *options["recipes"])
    layers = layers_of(names, host)
    given = key_of(options)
    key = given or key_of_run(settings)
    return Engine(host, layers, settings, key=key, linkable=given is not None)


def _settings(options: dict[str, Any], sources: tuple[str, ...]) -> Settings:
    settings = settings_of(options)
    return attrs.evolve(
        settings,
        output_folder=options["output"],
        overwrite=options["overwrite"] or options["overwrite_inputs"],
        overwrite_inputs=options["overwrite_inputs"],
        remove_private=not options["keep_private"],
        default=options["default"] or settings.default,
        strict=options["strict"] or settings.strict,
        durable=options["durable"] or settings.durable,
        dicomdir=wants_dicomdir(options, sources, settings),
        uid_root=options["uid_root"] or settings.uid_root,
        **naming_settings(options, settings),
    )


def _refuse_file(output: Path) -> None:
    """Raise `SettingsError` for an output that is a file, where it must be a folder."""
    from deid_core.archives import archive_kind
    from deid_core.errors import SettingsError

    if output.is_file() and archive_kind(output.name) is None:
        raise SettingsError(
            f"{output} is a file, and outputs go to a folder or an archive; give another --output"
        )


def _known(engine: Engine, sources: tuple[str, ...], *, archives: bool) -> Iterator[FileRef]:
    """Return the files of all sources; one that is not there stops the run before any file."""
    from deid_core.errors import NoPluginAnsweredError, SettingsError
    from deid_core.inputs import Outputs
    from deid_core.model import DiscoveryOptions

    settings = engine.batch.settings
    output = settings.output_folder.resolve()
    kept = (settings.record_folder, settings.quarantine_folder)
    found = []
    for source in sources:
        if Path(source).resolve().is_relative_to(output) and not settings.overwrite_inputs:
            raise SettingsError(
                f"{source} lies in the output folder, where nothing is read; "
                "choose another folder for --output, or see --overwrite-inputs"
            )
        try:
            found.append(engine.host.discover_files(source, DiscoveryOptions(archives=archives)))
        except NoPluginAnsweredError:
            raise SettingsError(
                f"{source}: no such file or folder; look whether the path is right"
            ) from None
    folders = (None if settings.overwrite_inputs else output, *kept)
    # What a run before this one has written is not read again.
    is_output = Outputs(engine.batch.mark, *(folder for folder in folders if folder is not None))
    return (ref for ref in chain.from_iterable(found) if not is_output.holds(ref))


def _run(
    engine: Engine,
    found: Iterator[FileRef],
    progress: RunProgress,
    reports: Reports,
    *,
    dry: bool,
    **arguments: Any,
) -> None:
    refs, names = names_of(found, engine.batch.settings)
    done: Any = foreseen(engine, refs, names) if dry else engine.run(refs, names, **arguments)
    # What breaks off here breaks the run off as well, and it says so in its record.
    with closing(done):
        for report in done:
            if dry:
                reports.actions.update(report.actions)
            progress.advance(bad=reports.add(report))
