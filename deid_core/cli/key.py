"""``deid-core key``: make keys, and tell them apart."""

from __future__ import annotations

from pathlib import Path

import click

from deid_core.cli.errors import shown_errors
from deid_core.cli.groups import Commands
from deid_core.commands import dry_run_option, json_option, print_json, say_dry_run

_keyring_option = click.option(
    "--keyring", metavar="NAME", help="The name of the key in the system's keyring, not in a FILE."
)


@click.group("key", cls=Commands)
def command() -> None:
    """Make keys, and tell them apart. None of this shows a key."""


@command.command("new")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@_keyring_option
@dry_run_option
@json_option
def new(file: Path | None, keyring: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Make a key of 256 random bits, in a FILE that only you may read.

    What is there already is never replaced. Printed is the fingerprint, not the key.
    """
    from deid_core.keys import fingerprint, new_key, refuse_taken, store_key, write_key

    if (file is None) == (keyring is None):
        raise click.UsageError("give either FILE or --keyring NAME")
    place = {"file": file and str(file), "keyring": keyring}
    if dry_run:
        with shown_errors():
            refuse_taken(file, keyring)
        if as_json:
            print_json({"command": "key new", "dry_run": True, **place})
        else:
            say_dry_run([file if file is not None else f"{keyring} in the keyring"])
        return
    key = new_key()
    with shown_errors():
        if file is not None:
            write_key(key, file)
        elif keyring is not None:
            store_key(key, keyring)
    if as_json:
        made = {"fingerprint": fingerprint(key.encode())}
        print_json({"command": "key new", "dry_run": False, **place, **made})
        return
    where = file if file is not None else f"{keyring} in the keyring"
    click.echo(f"{where}: a new key, with the fingerprint {fingerprint(key.encode())}")


@command.command("fingerprint")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False))
@_keyring_option
@click.option(
    "--log", "is_log", is_flag=True, help="Look for the log's key: DEID_CORE_LOG_KEY, not _KEY."
)
@json_option
def show(file: str | None, keyring: str | None, *, is_log: bool, as_json: bool) -> None:
    """Print the fingerprint of a key: in FILE, in the keyring or in DEID_CORE_KEY.

    The same fingerprint is in the report of each run that used the key. It is of no use to who looks
    for the key.
    """
    from deid_core.keys import KEY_VARIABLE, LOG_KEY_VARIABLE, fingerprint, key_from

    with shown_errors():
        key = key_from(file, LOG_KEY_VARIABLE if is_log else KEY_VARIABLE, keyring)
    if key is None:
        raise click.UsageError("give FILE, --keyring NAME or the variable DEID_CORE_KEY")
    if as_json:
        print_json({"command": "key fingerprint", "fingerprint": fingerprint(key)})
    else:
        click.echo(fingerprint(key))
