"""What an answer depends on, so that the engine knows how long it holds."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from deid_core.field import ElementPath


class Depends(enum.IntEnum):
    """What the answer of a plugin about one data element depends on, besides the run itself.

    Equal dependences promise equal answers, so an answer is remembered for as long as they last.
    What is read through a `Field`, or of its `FileContext`, is noted by itself. So who uses nothing
    else, and gives the same answer to the same question, declares PLACE.
    """

    PLACE = 0
    """The path of the element without the numbers of items, its VR, and of the instance the SOP
    Class, the transfer syntax, the character set and the patient (`Identifiers.patient`)."""
    VALUE = 1
    """Also the value of the element."""
    ITEM = 2
    """Also other elements of the same data set or item (`Field.beside`)."""
    TREE = 3
    """Also on anything in the outermost sequence around the element."""
    FILE = 4
    """Anything else: the answer holds for this one element of this one file."""


@attrs.define
class Noted:
    """What the answer that is being found was seen to depend on."""

    depends: Depends = Depends.PLACE
    patient: bool = False
    swept: ElementPath | None = None
    """The element, if all depends on its place but for what a sweep makes of its value."""

    def add(self, other: Noted) -> None:
        """Depend on all that another answer depends on."""
        self.depends = max(self.depends, other.depends)
        self.patient = self.patient or other.patient
