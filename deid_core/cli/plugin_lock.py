"""``deid-core plugins lock``: write down what may load from now on."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import click

from deid_core.cli.errors import shown_errors
from deid_core.cli.importing import write_whole
from deid_core.cli.options import common_options, settings_of
from deid_core.commands import dry_run_option, json_option, print_json, say_dry_run


@click.command("lock")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@dry_run_option
@json_option
@common_options
def lock(file: Path | None, **options: Any) -> None:
    """Write down what is installed: distributions, versions, plugins, digests of their files.

    A FILE that is there is replaced; without FILE, the lock is printed. No plugin is imported. What
    is blocked, or not allowed, is left out. Give the FILE to other commands as --plugin-lock, or
    as the variable DEID_CORE_PLUGIN_LOCK.
    """
    import attrs

    from deid_core.announced import announced_plugins
    from deid_core.errors import SettingsError
    from deid_core.locking import lock_of

    with shown_errors():
        # The lock that holds now says nothing about the next.
        os.environ.pop("DEID_CORE_PLUGIN_LOCK", None)
        plugins = settings_of(options).plugins.with_environment()
        announced = announced_plugins(attrs.evolve(plugins, lock=()))
        for found, _ in announced:
            if found.problem is not None:
                raise found.problem
        points = [point for found, point in announced if point is not None and not found.blocked]
        made = lock_of(points)
        dry, text = options["dry_run"], made.to_json()
        if file is not None:
            try:
                _refuse_unwritable(file.absolute())
                if not dry:
                    write_whole(file, text, private=False)
            except OSError as error:
                raise SettingsError(
                    f"{file}: cannot be written ({error.strerror}); name a file in a folder of yours"
                ) from None
    if options["as_json"]:
        place = {"dry_run": dry, "file": file and str(file)}
        print_json({"command": "plugins lock", **place, "lock": json.loads(text)})
    elif file is None:
        click.echo(text, nl=False)
    else:
        if dry:
            say_dry_run([file])
        click.echo(f"{file}: {len(points)} plugins of {len(made.distributions)} distributions")


def _refuse_unwritable(file: Path) -> None:
    """Raise `OSError` where there is no folder for a file, or none that may be written to."""
    file.parent.stat()
    if not os.access(file.parent, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
