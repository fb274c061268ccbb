"""What the first bytes of an encoded element say: tag, VR, and where its length stands."""

from __future__ import annotations

from deid_core import dictionary
from deid_core.structure import CHARACTER_SET, LONG_VRS, SHORT_VRS

Head = tuple[int, str, bool]
"""Tag, VR, and whether the length has 32 bits, after two bytes that are reserved."""

MOST_HEADS = 1 << 16
_EXPLICIT: dict[bytes, Head] = {}
_IMPLICIT: dict[bytes, Head] = {}


def explicit_head(first: bytes) -> Head | None:
    """Return what six bytes in explicit VR little endian say; None if it is no VR (PS3.5 7.1.2).

    Nor is UN one for an attribute that the dictionary knows: somebody lost what it was. And Specific
    Character Set has to be what it is, since all text is read by it.
    """
    head = _EXPLICIT.get(first)
    if head is None:
        vr = first[4:]
        if vr not in LONG_VRS and vr not in SHORT_VRS:
            return None
        tag = _tag(first)
        if vr == b"UN" and dictionary.vrs_of(tag):
            return None
        if tag == CHARACTER_SET and vr != b"CS":
            return None
        head = _kept(_EXPLICIT, first, (tag, vr.decode("ascii"), vr in LONG_VRS))
    return head


def implicit_head(first: bytes) -> Head:
    """Return what four bytes in implicit VR little endian say (PS3.5 7.1.3).

    The VR is the dictionary's, empty for what it does not know.
    """
    head = _IMPLICIT.get(first)
    if head is None:
        tag = _tag(first)
        head = _kept(_IMPLICIT, first, (tag, implicit_vr(tag), False))
    return head


def implicit_vr(tag: int) -> str:
    """Return the VR that the dictionary has for a tag, or ``""``."""
    allowed = dictionary.vrs_of(tag)
    return allowed[0] if allowed else ""


def _tag(first: bytes) -> int:
    return int.from_bytes(first[:2], "little") << 16 | int.from_bytes(first[2:4], "little")


def _kept(heads: dict[bytes, Head], first: bytes, head: Head) -> Head:
    if len(heads) >= MOST_HEADS:
        heads.clear()
    heads[first] = head
    return head


EXPLICIT = _EXPLICIT
IMPLICIT = _IMPLICIT
