"""``deid-core plugin``: for those who write plugins."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from deid_core.cli.errors import shown_errors
from deid_core.cli.groups import Commands
from deid_core.commands import dry_run_option, json_option, print_json, say_dry_run
from deid_core.kit.kinds import KINDS

ABOUT = "\b\nKinds:\n" + "\n".join(f"  {name:<10}{kind.about}" for name, kind in KINDS.items())

HELP = f"""\
Write a package with a plugin that works: code, tests that pass, a README.

NAME is what users will call it, such as hospital-dates; the package is then called
deid-core-hospital-dates. Each kind comes with a small example to change.

{ABOUT}

\b
Examples:
  deid-core plugin new cap --kind action
  deid-core plugin new pacs --kind source --folder ~/src
"""

NEXT = """\
Written: {folder}

Next:
  cd {quoted}
  pip install -e '.[dev]'
  pytest

Then change src/{module}/__init__.py, and its tests.
"""


@click.group("plugin", cls=Commands)
def command() -> None:
    """Write plugins of your own.

    Start with: deid-core plugin new NAME --kind action
    """


@command.command("new", help=HELP, short_help="Write a package with a plugin that works.")
@click.argument("name")
@click.option(
    "--kind", type=click.Choice(list(KINDS)), required=True, help="What the plugin is to add."
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Where the package's folder goes; without, here.",
)
@dry_run_option
@json_option
def new(name: str, kind: str, folder: Path, *, dry_run: bool, as_json: bool) -> None:
    """Write a package."""
    with shown_errors():
        from deid_core.cli.catalogue import own_commands
        from deid_core.kit.names import names_of, refuse_taken
        from deid_core.kit.writing import write_package

        names = names_of(name)
        refuse_taken(names, kind, tuple(own_commands()))
        target, files = write_package(names, kind, folder, dry=dry_run)
    if as_json:
        written = {"folder": str(target), "files": files}
        print_json({"command": "plugin new", "dry_run": dry_run, **written})
        return
    if dry_run:
        say_dry_run(target / name for name in files)
        return
    click.echo(
        NEXT.format(folder=target, quoted=shlex.quote(str(target)), module=names.module), nl=False
    )
