"""Errors as a user of the command line sees them: one clear message, and an exit status."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click

from deid_core.errors import DeidError

REFUSED = 1
"""Exit status when some files were refused or failed, or a comparison found differences."""

WRONG = 2
"""Exit status for wrong usage, and for what is wrong with a recipe, a setting or a plugin."""

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""


class _Shown(click.ClickException):
    exit_code = WRONG


class _Interrupted(click.ClickException):
    exit_code = INTERRUPTED

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
        raise _Shown(str(error)) from None
    except (KeyboardInterrupt, click.Abort):
        raise _Interrupted(interrupted) from None
    except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 - its text may hold a patient's value
        from deid_core.guard import failure

        raise _Shown(str(failure("deid_core", "the command", error))) from None
