"""The default plugin "screening": decides about private data elements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deid_core.hookspecs import hookimpl

if TYPE_CHECKING:
    from deid_core import Batch, Identifiers, Instance, PrivateVerdict


@hookimpl
def deid_screen_private_tags(
    instance: Instance, identifiers: Identifiers, batch: Batch
) -> PrivateVerdict:
    """Remove private elements, keep them, or keep those in which no rule finds anything."""
    from deid_core_screening.private import screen

    return screen(instance, batch)
