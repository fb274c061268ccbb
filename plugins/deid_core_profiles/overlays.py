"""Overlays that stand in bits of the pixel data (PS3.3 C.9.2, retired in PS3.3 2004)."""

from __future__ import annotations

from collections.abc import Iterator

from pydicom.uid import UID, RLELossless

from deid_core import Batch, Change, Field, Instance, RefusedError, Rule, SetValue
from deid_core.elements import Elements, plain, read_element
from deid_core.records import Apply

BITS_ALLOCATED, BITS_STORED, HIGH_BIT = 0x00280100, 0x00280101, 0x00280102
MOST_BITS = 64
OVERLAY_GROUPS = range(0x6000, 0x6020, 2)
OVERLAY_BIT_POSITION, OVERLAY_DATA = 0x0102, 0x3000

WORDS = {8: 1, 16: 2, 32: 4}
"""Bytes of a pixel cell by Bits Allocated."""


def compile_clear_bits(_rule: Rule, _batch: Batch) -> Apply:
    """Compile CLEARBITS: the bits of overlays in native pixel data become 0, all others stay."""

    def clear(field: Field) -> Change | None:
        instance = field.context.instance
        dataset = instance.elements
        coding = _coding(instance)
        positions = set() if field.path.parents else set(_positions(dataset))
        if positions:
            positions -= _used(dataset)
        if not positions or _has_no_room(coding):
            return None
        allocated = _value(dataset, BITS_ALLOCATED)
        if allocated not in WORDS or not isinstance(field.value, bytes) or coding.is_encapsulated:
            # Only RLE has them; the other codings have the bits of the picture alone.
            raise RefusedError(
                "an overlay stands in bits of Pixel Data that cannot be cleared here; "
                "decompress the file first"
            )
        little = dataset.original_encoding[1] is not False
        return SetValue(_cleared(field.value, WORDS[allocated], positions, little=little))

    return clear


def _positions(dataset: Elements) -> Iterator[int]:
    """Yield the bit positions of overlays that have no data of their own."""
    for group in OVERLAY_GROUPS:
        position = _value(dataset, group << 16 | OVERLAY_BIT_POSITION)
        if isinstance(position, int) and position and group << 16 | OVERLAY_DATA not in dataset:
            yield position


def _used(dataset: Elements) -> set[int]:
    """Return the positions of the bits of the picture itself: nothing may clear those."""
    stored, high = _value(dataset, BITS_STORED), _value(dataset, HIGH_BIT)
    if not isinstance(stored, int) or not isinstance(high, int):
        return set(range(MOST_BITS))
    return set(range(high - stored + 1, high + 1))


def _coding(instance: Instance) -> UID:
    """Return the transfer syntax."""
    if instance.origin is not None and instance.origin.transfer_syntax:
        return UID(instance.origin.transfer_syntax)
    return UID(str(instance.elements.file_meta.get("TransferSyntaxUID", "") or ""))


def _has_no_room(coding: UID) -> bool:
    """Tell whether coded pixels have no bits besides those of the picture."""
    return coding.is_encapsulated and coding != RLELossless


def _cleared(data: bytes, size: int, positions: set[int], *, little: bool) -> bytes:
    word = (1 << 8 * size) - 1
    for position in positions:
        word &= ~(1 << position)
    mask = word.to_bytes(size, "little" if little else "big")
    masks = (mask * (len(data) // size + 1))[: len(data)]
    # One operation on whole numbers of any length is as fast as the memory.
    cleared = int.from_bytes(data, "big") & int.from_bytes(masks, "big")
    return cleared.to_bytes(len(data), "big")


def _value(dataset: Elements, tag: int) -> object:
    return plain(read_element(dataset, tag).value) if tag in dataset else None
