"""Errors as a user of the command line sees them: one clear message, and an exit status."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

import click

from deid_core.commands import print_json
from deid_core.errors import DeidError, FileError

REFUSED = 1
"""Exit status when some files were refused or failed, or a comparison found differences."""

WRONG = 2
"""Exit status for wrong usage, and for what is wrong with a recipe, a setting or a plugin."""

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""


class _Shown(click.ClickException):
    exit_code = WRONG

    def __init__(self, message: str, code: str = "failed") -> None:
        super().__init__(message)
        self.code = code


class _Interrupted(click.ClickException):
    exit_code = INTERRUPTED
    code = "interrupted"

    def show(self, file: IO[Any] | None = None) -> None:
        """Say that it was stopped, which is no error."""
        click.echo(f"\n{self.message}", file=file, err=True)


@contextmanager
def shown_errors(interrupted: str = "Stopped.") -> Iterator[None]:
    """Turn errors of deid_core, and Ctrl-C, into messages of the command line.

    ``interrupted`` says what became of the work, and how to go on.
    """
    try:
        yield
    except DeidError as error:
        raise _Shown(str(error), _code(error)) from None
    except (KeyboardInterrupt, click.Abort):
        raise _Interrupted(interrupted) from None
    except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 - its text may hold a patient's value
        from deid_core.guard import failure

        raise _Shown(str(failure("deid_core", "the command", error))) from None


def _code(error: DeidError) -> str:
    """Return the code of an error: its own, or the name of its kind."""
    if isinstance(error, FileError):
        return error.code
    name = type(error).__name__.removesuffix("Error")
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def tell_machine(error: click.ClickException, words: Sequence[str]) -> None:
    """Print an error as JSON on standard output, if the words of the call have ``--json``.

    People read it on standard error all the same.
    """
    given = words[: words.index("--")] if "--" in words else words
    if "--json" not in given:
        return
    code = getattr(error, "code", "usage" if isinstance(error, click.UsageError) else "failed")
    told = {"code": code, "message": error.format_message(), "status": error.exit_code}
    print_json({"command": _called(words), "error": told})


def _called(words: Sequence[str]) -> str:
    """Return the words that name the command."""
    from deid_core.cli.main import cli

    name = next((word for word in words if not word.startswith("-")), "")
    rest = words[words.index(name) + 1 :] if name else ()
    try:
        command = cli.get_command(click.Context(cli), name)
    except click.ClickException:
        return name
    below = getattr(command, "commands", {})
    return " ".join([name, *[word for word in rest[:1] if word in below]])
