"""Errors as a user of the command line sees them: one clear message, and exit status 2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from deid_core.errors import DeidError

REFUSED = 1
"""Exit status when some files were refused or failed."""


class _Shown(click.ClickException):
    exit_code = 2


@contextmanager
def shown_errors() -> Iterator[None]:
    """Turn errors of deid_core into messages of the command line."""
    try:
        yield
    except DeidError as error:
        raise _Shown(str(error)) from None
    except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 - its text may hold a patient's value
        from deid_core.guard import failure

        raise _Shown(str(failure("deid_core", "the command", error))) from None
