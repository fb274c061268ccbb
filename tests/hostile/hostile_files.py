"""What every test here asks of what a run made of some bytes."""

from __future__ import annotations

from collections.abc import Callable

from fuzz.kinds import PLANTED, ROOT
from fuzz.whole import Made, check_readable, inflated

Make = Callable[[bytes], Made]


def left_in(made: Made) -> list[bytes]:
    """Return what of the planted identifiers, and of the input's UIDs, is left in an output."""
    data = made.data or b""
    everything = (data + inflated(data)).lower()
    return [one for one in (*PLANTED, ROOT.encode()) if one in everything]


def assert_harmless(make: Make, data: bytes) -> Made:
    """Check that bytes have an outcome with a reason, and an output, if any, that is clean."""
    made = make(data)
    if made.data is not None:
        check_readable(made.data)
        assert left_in(made) == []
    return made
