"""What an answer depends on, so that the engine knows how long it holds."""

from __future__ import annotations

import enum


class Depends(enum.IntEnum):
    """What the answer of a plugin about one data element depends on, besides the run itself.

    Equal dependences promise equal answers, so an answer is remembered for as long as they last.
    What is read through a `Field` is noted by itself: who uses nothing but the field declares
    PLACE.
    """

    PLACE = 0
    """The path of the element without the numbers of items, its VR, and of the instance the
    patient (`Identifiers.patient`), the SOP Class, the transfer syntax and the character set."""
    VALUE = 1
    """Also the value of the element."""
    ITEM = 2
    """Also other elements of the same data set or item (`Field.beside`)."""
    FILE = 3
    """Anything else: the answer holds for this one element of this one file."""
