"""What an action may decide for a data element: the closed set of changes."""

from __future__ import annotations

from typing import Any

import attrs


@attrs.frozen
class SetValue:
    """Give the element this value; it is converted for the VR when it is applied."""

    value: Any = attrs.field(repr=False)


@attrs.frozen
class RemoveElement:
    """Take the element away, with all that a sequence holds."""


@attrs.frozen
class RemoveItems:
    """Take items out of a sequence, by their numbers from 0; the others are judged as ever.

    A sequence that loses all its items goes.
    """

    numbers: frozenset[int]


Change = SetValue | RemoveElement | RemoveItems
"""What an action decides for one element. To leave it as it is, an action returns None."""
